"""Messages in and out, the threads they belong to, whom they go to and what hangs on them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.party.models import Party
from enfilade.base.work.models import Case
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States

from .settings import Mailbox

_RETRIED = ("failed", "unclear", "bounced")


class Thread(Record):
    """Messages that answer each other. token: a random word that only those know who got one of them.

    origin: text reference of the record it is about, for example billing.invoice:7. case: what an answer from outside goes on with.
    """

    token = models.CharField(max_length=32, editable=False)
    subject = models.TextField()
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.TextField(blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "case"], name="thread_of_case", condition=Q(case__isnull=False))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token"], name="thread_token_once", violation_error_message="This token is taken."),
            models.CheckConstraint(
                condition=Q(token__regex=r"^[a-z0-9]{16,32}$"),  # noqa: S106 - a pattern, no secret  # noqa: S106 - a pattern
                name="thread_token_word",
                violation_error_message="A token is 16 to 32 small letters and figures.",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Mail(Record):
    """One message. What was sent is never edited.

    message_id: given when it is queued and never changed, so that a receiver sees one message however often it is handed over.
    text: what people read; html: the same with its form, sanitised. automatic: no person asked for it; nothing answers it.
    sending_at: when it was handed to the mail server; attempts: how often. server_reply: the server's words when it took it.
    reason: why it failed, waits, or is unclear. unclear: it was handed over, but the answer of the server was not seen.
    """

    class Direction(models.TextChoices):
        OUT = "out", "To them"
        IN = "in", "From them"

    class State(models.TextChoices):
        DRAFT = "draft"
        QUEUED = "queued", "To be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent"
        UNCLEAR = "unclear", "Perhaps sent"
        FAILED = "failed", "Not sent"
        BOUNCED = "bounced", "Came back"
        CANCELLED = "cancelled"
        RECEIVED = "received"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"

    direction = models.TextField(choices=Direction, default=Direction.OUT)
    channel = models.TextField(choices=Channel, default=Channel.EMAIL)
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="messages")
    from_address = models.TextField("from", blank=True)
    from_name = models.TextField(blank=True)
    subject = models.TextField()
    text = LongTextField(blank=True)
    html = LongTextField(blank=True)
    origin = models.TextField("about", blank=True)
    purpose = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)
    message_id = models.TextField("Message-ID", blank=True)
    in_reply_to = models.TextField(blank=True)
    reference_ids = models.TextField("references", blank=True)
    written_at = models.DateTimeField("written")
    written_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField("next attempt", null=True)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("sent", null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    server_reply = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    states = States(
        "state",
        {
            "change_draft": (("draft",), "draft"),
            "attach_file": (("draft",), "draft"),
            "send_message": (("draft",), "queued"),
            "cancel_message": (("draft", "queued", "failed"), "cancelled"),
            "retry_message": (_RETRIED, "queued"),
            "confirm_sent": (("unclear",), "sent"),
            "begin_delivery": (("queued",), "sending"),
            "finish_delivery": (("sending", "unclear"), "sent"),
            "postpone_delivery": (("sending",), ("queued", "failed")),
            "fail_delivery": (("sending",), "failed"),
            "doubt_delivery": (("sending",), "unclear"),
            "note_bounce": (("sent", "unclear", "bounced"), ("sent", "unclear", "bounced")),
        },
    )

    class Meta:
        verbose_name = "message"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "message_id"],
                condition=~Q(message_id=""),
                name="message_id_once",
                violation_error_message="A message with this Message-ID is here already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "queued", "sending", "sent", "unclear", "failed", "bounced", "cancelled", "received"])
                & Q(direction__in=["in", "out"])
                & Q(channel="email"),
                name="message_words",
                violation_error_message="This state, direction or channel is not known.",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", state="received") | (Q(direction="out") & ~Q(state="received")),
                name="message_in_is_received",
                violation_error_message="What came in is received; what goes out never is.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled", "received"])
                | (~Q(message_id="") & Q(queued_at__isnull=False, mailbox__isnull=False)),
                name="message_queued_complete",
                violation_error_message="A message on its way has a sender, a Message-ID and the time at which it was queued.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "unclear"]) | Q(sending_at__isnull=False, attempts__gt=0),
                name="message_handed_over_when",
                violation_error_message="A message that was handed over has a time and a number of attempts.",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["sent", "bounced"]) & Q(sent_at__isnull=False))
                | (~Q(state__in=["sent", "bounced"]) & Q(sent_at=None)),
                name="message_sent_when",
                violation_error_message="A sent message has the time at which the server took it; no other has.",
            ),
            models.CheckConstraint(
                condition=Q(state="queued", next_try_at__isnull=False) | (~Q(state="queued") & Q(next_try_at=None)),
                name="message_waits_until",
                violation_error_message="A message to be sent has the time of its next attempt; no other has.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "unclear", "bounced"]) | ~Q(reason=""),
                name="message_failed_why",
                violation_error_message="A message that was not sent, or perhaps, has a reason.",
            ),
            models.CheckConstraint(
                condition=Q(next_try_at=None) | Q(next_try_at__gte=F("queued_at")),
                name="message_tried_after_queued",
                violation_error_message="A message is not tried before it is queued.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="message_recent"),
            models.Index(fields=["company", "party", "-id"], name="message_of_party", condition=Q(party__isnull=False)),
            models.Index(fields=["company", "origin", "-id"], name="message_about", condition=~Q(origin="")),
            models.Index(fields=["company", "next_try_at"], name="message_outbox", condition=Q(state="queued")),
            models.Index(fields=["company", "sending_at"], name="message_under_way", condition=Q(state="sending")),
            models.Index(fields=["company", "state", "-id"], name="message_state"),
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"

    @property
    def whom(self) -> str:
        """The other side: who gets it, or who wrote it."""
        if self.party is not None:
            return str(self.party)
        if self.direction == self.Direction.IN:
            return self.from_name or self.from_address
        return ", ".join(r.name or r.address for r in self.recipients.all())

    def to_addresses(self) -> list[str]:
        """Whom it goes to."""
        return [str(r) for r in self.recipients.all() if r.role == Recipient.Role.TO]

    def cc_addresses(self) -> list[str]:
        """Who gets a copy."""
        return [str(r) for r in self.recipients.all() if r.role == Recipient.Role.CC]


class Recipient(Record):
    """One address of one message, and what became of it there."""

    class Role(models.TextChoices):
        TO = "to"
        CC = "cc", "Copy"

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted", "Taken by the server"
        REFUSED = "refused", "Refused by the server"
        BOUNCED = "bounced", "Came back"

    message = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="recipients")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.TextField(choices=Role, default=Role.TO)
    address = models.TextField()
    name = models.TextField(blank=True)
    state = models.TextField(choices=State, default=State.PENDING)
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "address"], name="recipient_once", violation_error_message="This message goes to this address already."
            ),
            models.CheckConstraint(
                condition=Q(role__in=["to", "cc"]) & Q(state__in=["pending", "accepted", "refused", "bounced"]) & ~Q(address=""),
                name="recipient_words",
                violation_error_message="A recipient has an address, a known role and a known state.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


class Attachment(Record):
    """A file that goes, or came, with a message."""

    message = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "file"], name="attachment_once", violation_error_message="This file is attached already."
            )
        ]
        indexes: ClassVar = [models.Index(fields=["company", "file"], name="attachment_file")]

    def __str__(self) -> str:
        return self.name
