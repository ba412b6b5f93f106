"""What happened to messages."""

from __future__ import annotations

from enfilade.core.events import event


@event
class MessageQueued:
    """A message is to be handed to the mail server."""

    message_id: int
    origin: str
    purpose: str


@event
class MessageSent:
    """The mail server took a message for at least one recipient."""

    message_id: int
    origin: str
    purpose: str


@event
class MessageFailed:
    """A message was given up; the reason is kept with it."""

    message_id: int
    origin: str
    purpose: str
    reason: str


@event
class MailTaken:
    """A message came in and belongs to a thread. becomes: what the mailbox makes of new mail; automatic: no person wrote it."""

    message_id: int
    mailbox_id: int
    becomes: str
    automatic: bool


@event
class MailBounced:
    """A message of ours came back from one address."""

    message_id: int
    address: str
    permanent: bool
