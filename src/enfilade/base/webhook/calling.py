"""One call to a subscriber: signed, to the very address that was looked at, without following it anywhere else."""

from __future__ import annotations

from datetime import datetime

from standardwebhooks import Webhook

from enfilade.core.context import Context, Refusal
from enfilade.core.outside import FAILURES, post
from enfilade.core.scope import scope
from enfilade.core.sealed import unseal

from . import rules
from .commands import SECRET, note_attempt
from .models import Delivery, Subscription


def deliver(ctx: Context, pk: int) -> Delivery | None:
    """Try one delivery and note what came of it. None where somebody else has it, or it is over, or its subscriber is paused."""
    delivery = _claim(ctx, pk)
    if delivery is None:
        return None
    event, subscription = delivery.event, delivery.subscription
    body = rules.body_of(event.name, event.at, ctx.company.slug, event.payload)
    try:
        signed = headers_of(subscription, delivery.message_id, body, ctx.now)
        found = post(subscription.address, body.encode(), {"Content-Type": "application/json", **signed})
        status, answer = found.status, found.text
    except Refusal as no:
        status, answer = 0, str(no)
    except FAILURES as error:
        status, answer = 0, f"{type(error).__name__}: {error}"
    try:
        return note_attempt(ctx, delivery=pk, status=status, answer=answer)
    except Refusal as no:
        if no.code == "not_pending":
            return None
        raise


def _claim(ctx: Context, pk: int) -> Delivery | None:
    """Push the next attempt past the lease: of all workers that reach for it, one gets the row; if that one dies, it is due again.

    Why locked first: an UPDATE that looks at the subscription by a subquery does not look at the row again when it had to wait for it.
    Why no command: this is no business, and the audit would learn of each attempt twice.
    """
    with scope(ctx.company_id):
        due = Delivery.objects.visible_to(ctx).filter(pk=pk, state=Delivery.State.PENDING, next_try_at__lte=ctx.now)
        due = due.filter(subscription__active=True).select_related("subscription", "event")
        found: Delivery | None = due.select_for_update(of=("self",), skip_locked=True).first()
        if found is not None:
            found.next_try_at = ctx.now + rules.LEASE
            found.save(update_fields=["next_try_at"])
        return found


def headers_of(subscription: Subscription, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, signed with the secret, and for a while with the one before. Raises ValueError without a secret."""
    sealed = [subscription.sealed_secret]
    if subscription.sealed_earlier and subscription.earlier_until is not None and now < subscription.earlier_until:
        sealed.append(subscription.sealed_earlier)
    keys = [key for one in sealed if (key := unseal(one, SECRET)) is not None]
    if not keys:
        raise ValueError("the key of the house has changed; make a new secret")
    signed = " ".join(Webhook(key).sign(message_id, now, body) for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}
