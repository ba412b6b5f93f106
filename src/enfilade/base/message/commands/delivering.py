"""What the outbox notes about a message while it is handed to the mail server. The order makes sure that nothing is sent twice unseen.

`begin_delivery` is committed before the server is spoken to. Whoever dies afterwards leaves the message in the state sending, in which
nobody sends it again; the clock finds it there and asks a person (`doubt_delivery`).
"""

from __future__ import annotations

from enfilade.base.message import rules
from enfilade.base.message.events import MessageFailed, MessageQueued, MessageSent
from enfilade.base.message.models import Mail, Recipient
from enfilade.core.command import command
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.notify import tell
from enfilade.core.refs import ref

EMPTY: dict[str, str] = {}


@command(permission="message.deliver", hidden=True)
def begin_delivery(ctx: Context, *, message: Mail) -> Mail:
    """Take a message out of the outbox in order to hand it to the mail server. Refuses: not_queued."""
    message.state, message.sending_at, message.next_try_at = Mail.State.SENDING, ctx.now, None
    message.attempts += 1
    message.save(update_fields=["state", "sending_at", "next_try_at", "attempts"])
    return message


@command(permission="message.deliver", hidden=True)
def finish_delivery(ctx: Context, *, message: Mail, reply: str, refused: dict = EMPTY) -> Mail:
    """Note that the mail server took a message.

    reply: the server's words.
    refused: address -> why the server did not take it for this one.
    Refuses: not_sending_or_unclear.
    """
    _sent(ctx, message, reply)
    _refused(message, refused)
    if refused:
        message.reason = "Not for everybody: " + "; ".join(f"{a}: {why}" for a, why in refused.items())
        message.save(update_fields=["reason"])
        _tell(ctx, message, f"Not sent to everybody: {message.subject}")
    return message


@command(permission="message.deliver", hidden=True)
def postpone_delivery(ctx: Context, *, message: Mail, reason: str) -> Mail:
    """Note that the mail server could not take a message now; after the last attempt it is given up.

    Refuses: not_sending.
    """
    pause = rules.next_pause(message.attempts)
    if pause is None:
        return _failed(ctx, message, f"Given up after {message.attempts} attempts. {reason}")
    message.state, message.reason, message.next_try_at = Mail.State.QUEUED, reason, ctx.now + pause
    message.save(update_fields=["state", "reason", "next_try_at"])
    return message


@command(permission="message.deliver", hidden=True)
def fail_delivery(ctx: Context, *, message: Mail, reason: str, refused: dict = EMPTY) -> Mail:
    """Note that the mail server will never take a message.

    refused: address -> the server's words.
    Refuses: not_sending.
    """
    _refused(message, refused)
    return _failed(ctx, message, reason)


@command(permission="message.deliver", hidden=True)
def doubt_delivery(ctx: Context, *, message: Mail, reason: str) -> Mail:
    """Note that a message may have been sent or not, and ask who wrote it. Refuses: not_sending."""
    message.state, message.reason = Mail.State.UNCLEAR, reason
    message.save(update_fields=["state", "reason"])
    _tell(ctx, message, f"Perhaps not sent, please look: {message.subject}")
    return message


@command(permission="message.send", label="It was sent")
def confirm_sent(ctx: Context, *, message: Mail) -> Mail:
    """Say that a message was sent after all: it is in the mail server's log, or the other side has it. Refuses: not_unclear."""
    return _sent(ctx, message, f"Confirmed by {ctx.user}")


@command(permission="message.send", label="Send again", tone="primary")
def retry_message(ctx: Context, *, message: Mail) -> Mail:
    """Try again to send a message, under the same Message-ID. Refuses: not_failed_or_unclear_or_bounced."""
    message.state, message.queued_at, message.next_try_at, message.sent_at = Mail.State.QUEUED, ctx.now, ctx.now, None
    message.attempts = 0
    message.save(update_fields=["state", "queued_at", "next_try_at", "sent_at", "attempts"])
    message.recipients.exclude(state=Recipient.State.ACCEPTED).update(state=Recipient.State.PENDING, reason="")
    publish(ctx, MessageQueued(message.pk, message.origin, message.purpose))
    return message


@command(permission="message.send", label="Do not send", tone="danger")
def cancel_message(ctx: Context, *, message: Mail) -> Mail:
    """Throw away a draft, or take back what has not been sent. Refuses: not_draft_or_queued_or_failed."""
    message.state, message.next_try_at = Mail.State.CANCELLED, None
    message.save(update_fields=["state", "next_try_at"])
    return message


def _sent(ctx: Context, message: Mail, reply: str) -> Mail:
    message.state, message.sent_at, message.server_reply, message.reason = Mail.State.SENT, ctx.now, reply, ""
    message.save(update_fields=["state", "sent_at", "server_reply", "reason"])
    message.recipients.filter(state=Recipient.State.PENDING).update(state=Recipient.State.ACCEPTED)
    publish(ctx, MessageSent(message.pk, message.origin, message.purpose))
    return message


def _failed(ctx: Context, message: Mail, reason: str) -> Mail:
    message.state, message.reason, message.next_try_at = Mail.State.FAILED, reason, None
    message.save(update_fields=["state", "reason", "next_try_at"])
    publish(ctx, MessageFailed(message.pk, message.origin, message.purpose, reason))
    _tell(ctx, message, f"Not sent: {message.subject}")
    return message


def _refused(message: Mail, refused: dict[str, str]) -> None:
    for address, why in refused.items():
        message.recipients.filter(address=address).update(state=Recipient.State.REFUSED, reason=why)


def _tell(ctx: Context, message: Mail, text: str) -> None:
    if message.written_by is not None:
        tell(ctx, [message.written_by], text, ref(message))
