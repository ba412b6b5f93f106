"""Message slips: a message for one person, and the receipt when it was read."""

from __future__ import annotations

from typing import Annotated

from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.front.reception.events import MessageRead, MessageTaken
from enfilade.front.reception.models import Call, Message

from .calls import end_call

Addressee = Annotated[User, Input(shared=True, label="For")]


@command(permission="reception.take_message", label="Take a message")
def take_message(
    ctx: Context,
    *,
    call: Call,
    to_user: Addressee,
    text: LongText,
    urgent: bool = False,
    topic: Annotated[str, Input(max_length=60)] = "",
) -> Message:
    """Write down a message for a person and end the contact; she is told at once and you see when she has read it.

    urgent: shown first and marked.
    Refuses: not_ringing_or_open, not_yours.
    """
    message = Message.objects.create(
        company=ctx.company,
        call=call,
        to_user=to_user,
        party=call.party,
        from_name=call.caller_name,
        from_number=call.number,
        text=text,
        urgent=urgent,
        taken_by=ctx.user,
        taken_at=ctx.now,
    )
    end_call(ctx, call, Call.Outcome.MESSAGE, topic=topic)
    tell(ctx, [to_user], f"{'Urgent message' if urgent else 'Message'} from {call.who}", ref(message))
    publish(ctx, MessageTaken(message.pk, to_user.pk))
    return message


@command(permission="reception.read_message", label="Mark as read", tone="primary")
def read_message(ctx: Context, *, message: Message) -> Message:
    """Confirm that you have read a message; whoever took it sees when.

    Refuses: not_unread, not_yours.
    """
    if message.to_user_id != ctx.user.pk:
        raise Refusal("not_yours", f"Only {message.to_user} can confirm this message.")
    message.state, message.read_at = Message.State.READ, max(ctx.now, message.taken_at)
    message.save(update_fields=["state", "read_at"])
    tell(ctx, [message.taken_by], f"{ctx.user} has read the message from {message.sender}", ref(message))
    publish(ctx, MessageRead(message.pk))
    return message
