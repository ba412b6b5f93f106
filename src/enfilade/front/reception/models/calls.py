"""Contacts in every channel, what was explained in them, whom they interrupted, and the slips they left."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .answers import AnswerVersion, Audience, UnansweredQuestion

RUNNING = ("ringing", "open")


class Call(Record):
    """One contact: a call, a visitor at the counter, a letter, an e-mail or a chat, in or out.

    number: as it was typed or sent by the telephone system; number_key: its digits for looking up, by the rule of the parties.
    external_id: identity in the telephone system, so that its notices may come twice.
    asked_by: the employee who asks, where it is one with an account; case: what became of it behind the desk.
    origin: reference of what the contact led to where that is no case, for example a booked visit.
    """

    rows_of = RowsOf(own=("handled_by", "asked_by"))

    class Direction(models.TextChoices):
        IN = "in", "Incoming"
        OUT = "out", "Outgoing"

    class Channel(models.TextChoices):
        PHONE = "phone", "Phone"
        WALK_IN = "walk_in", "At the counter"
        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letter"
        CHAT = "chat", "Chat"

    class State(models.TextChoices):
        RINGING = "ringing", "Not taken yet"
        OPEN = "open", "In progress"
        ENDED = "ended"

    class Outcome(models.TextChoices):
        SETTLED = "settled", "Settled at the desk"
        ANSWERED = "answered", "Answered from the book"
        BOOKED = "booked", "Put into a slot"
        SCREENED = "screened", "Screened"
        MESSAGE = "message", "Message taken"
        CALL_BACK = "call_back", "Call-back promised"
        ROUTED = "routed", "Routed"
        INTERRUPTED = "interrupted", "Interruption"
        ABANDONED = "abandoned", "Hung up or missed"

    direction = models.CharField(max_length=10, choices=Direction, default=Direction.IN)
    channel = models.CharField(max_length=20, choices=Channel, default=Channel.PHONE)
    audience = models.CharField("asked by", max_length=20, choices=Audience, default=Audience.CALLER)
    number = models.CharField(max_length=60, blank=True)
    number_key = models.CharField(max_length=60, blank=True, editable=False)
    external_id = models.CharField(max_length=120, blank=True, editable=False)
    party = models.ForeignKey("party.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    caller_name = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey("core.User", verbose_name="employee", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.RINGING, editable=False)
    started_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    handled_by = models.ForeignKey("core.User", null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, editable=False)
    answer_version = models.ForeignKey(AnswerVersion, null=True, editable=False, on_delete=models.PROTECT, related_name="calls")
    case = models.ForeignKey("work.Case", null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey(UnansweredQuestion, null=True, editable=False, on_delete=models.PROTECT, related_name="calls")
    origin = models.CharField(max_length=80, blank=True, editable=False)
    note = LongTextField(blank=True)

    states = States(
        "state",
        {
            "take_call": (("ringing",), "open"),
            "take_over_call": (("open",), "open"),
            "answer_from_book": (RUNNING, (*RUNNING, "ended")),
            "note_question": (RUNNING, "open"),
            "settle_call": (RUNNING, "ended"),
            "screen_call": (RUNNING, "ended"),
            "miss_call": (RUNNING, "ended"),
            "take_message": (RUNNING, "ended"),
            "promise_call_back": (RUNNING, "ended"),
            "route_call": (RUNNING, "ended"),
            "take_complaint": (RUNNING, "ended"),
            "interrupt_person": (RUNNING, ("open", "ended")),
            "book_in_call": (RUNNING, "ended"),
            "answer_employee": (RUNNING, "ended"),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(state="ended", ended_at__isnull=False) & ~Q(outcome="")) | (~Q(state="ended") & Q(ended_at=None, outcome="")),
                name="call_ended_complete",
                violation_error_message="An ended contact has a time and an outcome; one that goes on has neither.",
            ),
            models.CheckConstraint(
                condition=Q(state="ringing", handled_by=None, taken_at=None)
                | (Q(state="open") & Q(handled_by__isnull=False, taken_at__isnull=False))
                | (Q(state="ended") & (Q(outcome="abandoned") | Q(handled_by__isnull=False, taken_at__isnull=False))),
                name="call_has_handler",
                violation_error_message="A contact that was taken has exactly one handler.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="call_ends_after_start",
                violation_error_message="A contact can't end before it started.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="answered") | Q(answer_version__isnull=False),
                name="call_names_version",
                violation_error_message="A contact answered from the book names the version that was explained.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=("routed", "call_back")) | Q(case__isnull=False),
                name="call_names_case",
                violation_error_message="A contact that was routed or promised a call-back names its case.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="booked") | ~Q(origin=""),
                name="call_names_booking",
                violation_error_message="A contact that was put into a slot names the booking.",
            ),
            models.UniqueConstraint(
                fields=["company", "external_id"],
                condition=~Q(external_id=""),
                name="call_external_once",
                violation_error_message="The telephone system already announced this call.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-started_at"], name="call_recent"),
            models.Index(fields=["company", "state", "started_at"], name="call_state"),
            models.Index(fields=["company", "party", "-started_at"], name="call_party"),
            models.Index(fields=["company", "number_key", "-started_at"], name="call_number"),
        ]

    def __str__(self) -> str:
        out = self.direction == self.Direction.OUT
        return f"{self.get_channel_display()} to {self.who}" if out else f"{self.get_channel_display()} from {self.who}"

    @property
    def who(self) -> str:
        """The best name there is for the other side."""
        if self.party_id:
            return str(self.party)
        return str(self.asked_by) if self.asked_by_id else self.caller_name or self.number or "Somebody"

    @property
    def topic_words(self) -> str:
        """The topic as people read it."""
        return self.topic.replace("_", " ")

    @property
    def began_at(self) -> datetime:
        """When the desk began to work on it: taken, or started where nobody took it."""
        return self.taken_at or self.started_at

    @property
    def minutes(self) -> int:
        """Begun minutes the desk worked on it; 0 while it goes on."""
        from enfilade.front.reception.rules import begun_minutes

        return begun_minutes(self.began_at, self.ended_at) if self.ended_at and self.taken_at else 0


class Explanation(Record):
    """Which version of which answer was explained in which contact, by whom, and whether that settled the matter."""

    rows_of = RowsOf(own=("explained_by",))

    append_only = True

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="explanations")
    answer_version = models.ForeignKey(AnswerVersion, on_delete=models.PROTECT, related_name="explanations")
    explained_at = models.DateTimeField()
    explained_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    settled = models.BooleanField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "answer_version", "-explained_at"], name="explanation_version")]

    def __str__(self) -> str:
        return f"{self.answer_version} explained"


class Interruption(Record):
    """An unplanned demand on one person's time, from when to when.

    role: the role of that person whose pay rate prices it, as it was on the day.
    minutes: begun minutes, or what the desk corrected them to; empty while it lasts.
    """

    rows_of = RowsOf(own=("person",))

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="interruptions")
    person = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    minutes = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until_at=None, minutes=None) | Q(until_at__isnull=False, minutes__isnull=False, until_at__gte=F("from_at")),
                name="interruption_has_length",
                violation_error_message="An interruption that is over has an end after its begin and a length.",
            ),
            models.UniqueConstraint(
                fields=["call", "person"],
                condition=Q(until_at=None),
                name="interruption_runs_once",
                violation_error_message="This person is already being asked in this contact.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-from_at"], name="interruption_recent")]

    def __str__(self) -> str:
        return f"{self.person} interrupted"

    @property
    def role_words(self) -> str:
        """The role as people read it."""
        return self.role.replace("_", " ")


class Message(Record):
    """A message slip for one person. Reading it is a receipt that the taker gets."""

    rows_of = RowsOf(own=("to_user", "taken_by"))

    class State(models.TextChoices):
        UNREAD = "unread"
        READ = "read"

    call = models.ForeignKey(Call, null=True, editable=False, on_delete=models.PROTECT, related_name="messages")
    to_user = models.ForeignKey("core.User", verbose_name="for", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("party.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_name = models.CharField(max_length=200, blank=True)
    from_number = models.CharField(max_length=60, blank=True)
    text = LongTextField()
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State, default=State.UNREAD, editable=False)
    taken_by = models.ForeignKey("core.User", editable=False, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(editable=False)
    read_at = models.DateTimeField(null=True, editable=False)

    states = States("state", {"read_message": (("unread",), "read")})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="unread", read_at=None) | Q(state="read", read_at__isnull=False, read_at__gte=F("taken_at")),
                name="message_receipt",
                violation_error_message="A read message says when it was read.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "to_user", "state", "-taken_at"], name="message_for")]

    def __str__(self) -> str:
        return f"Message for {self.to_user} from {self.sender}"

    @property
    def sender(self) -> str:
        """The best name there is for who left it."""
        return str(self.party) if self.party_id else self.from_name or self.from_number or "Somebody"
