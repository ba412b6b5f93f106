"""Subscribing, changing secrets, replaying; and what a call leads to."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.conf import settings

from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import EVENTS
from enfilade.core.notify import tell_role
from enfilade.core.outside import require_address
from enfilade.core.refs import ref
from enfilade.core.sealed import seal

from . import rules
from .models import Delivery, Subscription
from .queries import deliveries_between

MANAGE = "webhook.manage_subscriptions"
SECRET = "webhook"  # noqa: S105 - the purpose under which secrets are sealed
REPLAYED_MAX = 1_000

Address = Annotated[str, Input(widget="url", max_length=500, help="https://…")]
Events = Annotated[list[str], Input(help="Names such as billing.InvoiceIssued, billing.* or *; one a line.")]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What the receiver needs to check the signatures. It is shown this once."""

    subscription: str
    secret: str


@command(permission=MANAGE, label="New subscription", tone="primary")
def add_subscription(ctx: Context, *, name: str, address: Address, events: Events) -> NewSecret:
    """Tell a program elsewhere of events, from now on.

    name: whose program it is.
    address: where it listens; nothing inside a private network.
    Refuses: bad_address, unknown_host, private_host, unknown_event; subscription_name_once (database).
    """
    require_address(address, plain=settings.ALLOW_PRIVATE_HOSTS, field="address")
    _require_events(events)
    text = _new_secret()
    made = Subscription.objects.create(
        company=ctx.company, name=name, address=address, events=sorted(set(events)), sealed_secret=seal(text, SECRET), made_at=ctx.now
    )
    return NewSecret(str(made), text)


@command(permission=MANAGE, label="Change")
def change_subscription(
    ctx: Context,
    *,
    subscription: Subscription,
    address: Annotated[str, Input(widget="url", max_length=500, prefill="row.address")],
    events: Annotated[list[str], Input(prefill="row.events", help="One a line.")],
) -> Subscription:
    """Change where a program listens and what it is told of. Refuses: bad_address, unknown_host, private_host, unknown_event."""
    require_address(address, plain=settings.ALLOW_PRIVATE_HOSTS, field="address")
    _require_events(events)
    subscription.address, subscription.events = address, sorted(set(events))
    subscription.save(update_fields=["address", "events"])
    return subscription


@command(permission=MANAGE, label="New secret")
def rotate_secret(ctx: Context, *, subscription: Subscription) -> NewSecret:
    """Sign calls with a new secret; for a day they are signed with the earlier one too, so that the receiver can change without a gap."""
    text = _new_secret()
    subscription.sealed_earlier, subscription.earlier_until = subscription.sealed_secret, ctx.now + rules.BOTH_FOR
    subscription.sealed_secret = seal(text, SECRET)
    subscription.save(update_fields=["sealed_earlier", "earlier_until", "sealed_secret"])
    return NewSecret(str(subscription), text)


@command(permission=MANAGE, label="Pause", offered=lambda row: row.active)
def pause_subscription(ctx: Context, *, subscription: Subscription, reason: str) -> Subscription:
    """Call a program no more; what happens meanwhile can be replayed. Refuses: paused_already."""
    if not subscription.active:
        raise Refusal("paused_already", f"{subscription} is paused already: {subscription.paused_why}")
    subscription.active, subscription.paused_why = False, reason
    subscription.save(update_fields=["active", "paused_why"])
    return subscription


@command(permission=MANAGE, label="Call again", tone="primary", offered=lambda row: not row.active)
def resume_subscription(ctx: Context, *, subscription: Subscription) -> Subscription:
    """Call a paused program again; what waited for it is delivered. Refuses: not_paused."""
    if subscription.active:
        raise Refusal("not_paused", f"{subscription} is not paused.")
    subscription.active, subscription.paused_why, subscription.failing_since = True, "", None
    subscription.save(update_fields=["active", "paused_why", "failing_since"])
    return subscription


@command(permission=MANAGE, label="Deliver again")
def replay_delivery(ctx: Context, *, delivery: Delivery) -> Delivery:
    """Deliver an event once more, under the same id."""
    delivery.state, delivery.attempts, delivery.next_try_at = Delivery.State.PENDING, 0, ctx.now
    delivery.save(update_fields=["state", "attempts", "next_try_at"])
    return delivery


@command(permission=MANAGE, label="Replay a time span")
def replay_span(ctx: Context, *, subscription: Subscription, from_at: datetime, until_at: datetime | None = None) -> Subscription:
    """Deliver every event of a time span once more, under the same ids: those that were delivered, and those that were given up.

    until_at: left empty, until now.
    Refuses: nothing_there, too_many.
    """
    rows = deliveries_between(ctx, subscription, from_at, until_at or ctx.now)
    keys = list(rows.values_list("pk", flat=True)[: REPLAYED_MAX + 1])
    if not keys:
        raise Refusal("nothing_there", f"{subscription} was told nothing in that time.", field="from_at")
    if len(keys) > REPLAYED_MAX:
        raise Refusal("too_many", f"At most {REPLAYED_MAX} events at once. Take a shorter time.", field="until_at")
    Delivery.objects.visible_to(ctx).filter(pk__in=keys).update(state=Delivery.State.PENDING, attempts=0, next_try_at=ctx.now)
    return subscription


@command(permission="webhook.deliver", hidden=True)
def note_attempt(ctx: Context, *, delivery: Delivery, status: int, answer: str) -> Delivery:
    """Note what came of a call: 2xx is delivered, anything else is tried again for a day, 410 ends the subscription.

    status: of the answer, 0 where there was none.
    answer: its beginning, or why there was none.
    Refuses: not_pending.
    """
    took = 200 <= status < 300
    delivery.attempts += 1
    again = None if took else rules.next_attempt(ctx.now, delivery.attempts)
    delivery.state = Delivery.State.DELIVERED if took else Delivery.State.PENDING if again else Delivery.State.FAILED
    delivery.status, delivery.answer, delivery.tried_at, delivery.next_try_at = status, answer[:500], ctx.now, again
    delivery.save(update_fields=["attempts", "state", "status", "answer", "tried_at", "next_try_at"])
    _judge(ctx, delivery.subscription, took=took, gone=status == 410)
    return delivery


def _judge(ctx: Context, subscription: Subscription, *, took: bool, gone: bool) -> None:
    """Whoever takes nothing for days, or says that it is gone, is left alone, and somebody is told."""
    since = None if took else subscription.failing_since or ctx.now
    if since != subscription.failing_since:
        subscription.failing_since = since
        subscription.save(update_fields=["failing_since"])
    if since is None or not subscription.active or not (gone or ctx.now - since >= rules.SILENT_FOR):
        return
    why = "It answered 410: it is gone." if gone else f"It took nothing for {rules.SILENT_FOR.days} days."
    pause_subscription(ctx, subscription=subscription.pk, reason=why)
    tell_role(ctx, "owner", f"{subscription} is not called any more. {why}", ref(subscription))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _require_events(events: list[str]) -> None:
    modules = {name.partition(".")[0] for name in EVENTS}
    for one in events:
        if one != "*" and one not in EVENTS and not (one.endswith(".*") and one[:-2] in modules):
            raise Refusal("unknown_event", f"There is no event {one[:80]}. Names look like billing.InvoiceIssued.", field="events")
