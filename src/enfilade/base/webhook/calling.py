"""One call to a subscriber: signed, to the very address that was looked at, without following it anywhere else."""

from __future__ import annotations

import http.client
import socket
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from enfilade.core.context import Context, Refusal
from enfilade.core.outside import public_address
from enfilade.core.scope import scope
from enfilade.core.sealed import unseal

from . import rules
from .commands import SECRET, note_attempt
from .models import Delivery, Subscription

PATIENCE_S = 15
ANSWER_MAX_BYTES = 500


def deliver(ctx: Context, pk: int) -> Delivery | None:
    """Try one delivery and note what came of it. None where somebody else has it, or it is over, or its subscriber is paused."""
    delivery = _claim(ctx, pk)
    if delivery is None:
        return None
    event, subscription = delivery.event, delivery.subscription
    body = rules.body_of(event.name, event.at, ctx.company.slug, event.payload)
    try:
        status, answer = call(subscription.address, body, headers_of(subscription, delivery.message_id, body, ctx.now))
    except Refusal as no:
        status, answer = 0, str(no)
    except (OSError, ssl.SSLError, http.client.HTTPException, ValueError) as error:
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


def call(address: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    """Post a body; status and the beginning of the answer. A redirection is an answer. Refuses: private_host, unknown_host."""
    parts = urlsplit(address)
    host, secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection = _Pinned(host, port, public_address(host, port), secure=secure)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body.encode(), {"Content-Type": "application/json", "User-Agent": "Enfilade", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read1(ANSWER_MAX_BYTES).decode("utf-8", "replace").replace("\x00", "")
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to an IP address, with the name and the certificate of the host."""

    def __init__(self, host: str, port: int, ip: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE_S)
        self.ip, self.secure = ip, secure

    def connect(self) -> None:
        plain = socket.create_connection((self.ip, self.port), PATIENCE_S)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host) if self.secure else plain
