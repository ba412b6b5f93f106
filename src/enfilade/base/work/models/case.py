"""Cases."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.party.models import Party
from enfilade.base.work.rules import KINDS, PRIORITIES, PROMISED_MIN, is_overdue
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User, kept_words
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .queue import PRIORITY_CHOICES, Queue

_WORKABLE = ("open", "accepted", "waiting")


class Case(Record):
    """Something that somebody has to do or answer.

    number: gap-free, for people (C-00001). owner: who is responsible; nobody while it waits in its queue.
    While it is offered, it stays with the sender: `owner` changes when the hand-over is accepted.
    origin: text reference of what it came from, for example appointments.visit:5.
    told_party_at: when the person who asked was told the answer.
    reminded_at: when the owner was last told that it is late.
    merged_into: the case that goes on, where this one was the same.
    """

    rows_of = RowsOf(own=("owner", "opened_by", "hand_overs__to_user"), department=("queue__department",))

    class State(models.TextChoices):
        OPEN = "open"
        OFFERED = "offered"
        ACCEPTED = "accepted", "In work"
        WAITING = "waiting"
        ANSWERED = "answered"
        CLOSED = "closed"

    class Outcome(models.TextChoices):
        SETTLED = "settled"
        WITHDRAWN = "withdrawn"
        UNREACHABLE = "unreachable", "Nobody could be reached"
        DUPLICATE = "duplicate"

    number = models.TextField(editable=False)
    kind = models.TextField(choices=list(KINDS.items()))
    topic = models.TextField(blank=True)
    title = models.TextField()
    description = LongTextField(blank=True)
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    contact_name = models.TextField(blank=True)
    contact_phone = models.TextField(blank=True)
    queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="cases")
    state = models.TextField(choices=State, default=State.OPEN)
    priority = models.TextField(choices=PRIORITY_CHOICES, default="normal")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField("due", null=True)
    waiting_for = models.TextField(blank=True)
    answer = LongTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_party_at = models.DateTimeField("told", null=True)
    told_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_channel = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(choices=Outcome, blank=True)
    reminded_at = models.DateTimeField(null=True)
    origin = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", null=True, db_index=False, on_delete=models.PROTECT, related_name="merged")

    states = States(
        "state",
        {
            "take_case": (("open",), "accepted"),
            "hand_over_case": (_WORKABLE, "offered"),
            "accept_case": (("offered",), "accepted"),
            "return_case": (("offered",), ("open", "accepted")),
            "recall_case": (("offered",), ("open", "accepted")),
            "park_case": (("accepted", "waiting"), "waiting"),
            "resume_case": (("waiting",), "accepted"),
            "answer_case": (_WORKABLE, "answered"),
            "tell_party": (("answered",), "answered"),
            "close_case": ((*_WORKABLE, "answered"), "closed"),
            "merge_cases": ((*_WORKABLE, "answered"), "closed"),
            "split_case": ((*_WORKABLE, "answered"), (*_WORKABLE, "answered")),
            "reopen_case": (("answered", "closed"), "accepted"),
            "set_due": (("open", "offered", "accepted", "waiting"), ("open", "offered", "accepted", "waiting")),
            "remind_case": (("open", "offered", "accepted", "waiting", "answered"), ("open", "offered", "accepted", "waiting", "answered")),
        },
        {("take_case", "accepted"): ("not_open", "A colleague was faster: this case is in work already.")},
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="case_number_once", violation_error_message="This number is taken."),
            models.CheckConstraint(
                condition=~Q(title=""), name="case_titled", violation_error_message="Say in a few words what it is about."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(KINDS)) & Q(priority__in=PRIORITIES),
                name="case_words",
                violation_error_message="This kind of case or this priority is not known.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "offered", "accepted", "waiting", "answered", "closed"]),
                name="case_state_known",
                violation_error_message="This state is not known.",
            ),
            models.CheckConstraint(
                condition=Q(queue__isnull=False) | Q(owner__isnull=False),
                name="case_has_a_place",
                violation_error_message="A case waits in a queue or has an owner.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "waiting"]) | Q(owner__isnull=False),
                name="case_in_work_has_owner",
                violation_error_message="A case in work has an owner.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=list(PROMISED_MIN)) | Q(due_at__isnull=False),
                name="case_promise_has_time",
                violation_error_message="A follow-up, a call-back and a complaint have a time by which they are due.",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="case_answered_by_somebody",
                violation_error_message="An answer has a text, a person and a time.",
            ),
            models.CheckConstraint(
                condition=Q(told_party_at=None) | Q(answered_at__isnull=False),
                name="case_told_after_answer",
                violation_error_message="Somebody can only be told an answer that exists.",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & Q(closed_at__isnull=False) & ~Q(outcome=""))
                | (~Q(state="closed") & Q(closed_at=None, outcome="")),
                name="case_closed_with_outcome",
                violation_error_message="A closed case has a time and an outcome, an unfinished one has neither.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="complaint", state="closed", outcome="settled") | Q(told_party_at__isnull=False),
                name="complaint_settled_when_told",
                violation_error_message="A complaint is settled when who complained has been told the answer.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | (Q(state="closed", outcome="duplicate") & ~Q(merged_into=models.F("id"))),
                name="case_merged_is_closed",
                violation_error_message="This case was merged into another one; work goes on there.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "state", "due_at"], name="case_by_due"),
            models.Index(fields=["company", "owner", "state"], name="case_by_owner"),
            models.Index(fields=["company", "queue", "state"], name="case_by_queue"),
            models.Index(fields=["company", "origin"], name="case_by_origin", condition=~Q(origin="")),
            models.Index(fields=["merged_into"], name="case_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["company", "party", "-id"], name="case_by_party", condition=Q(party__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_topic_display(self) -> str:
        """What it is about, as people read it: the name of its topic where the query brought it, else the word itself."""
        return self.__dict__.get("topic_named") or self.topic.replace("_", " ").capitalize()

    @property
    def who(self) -> str:
        """Who asked: the party, or the name that was noted."""
        return str(self.party) if self.party is not None else self.contact_name

    @property
    def owes_answer(self) -> bool:
        """Whether somebody waits to be told."""
        return self.told_party_at is None and bool(self.party_id or self.contact_name)

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return is_overdue(self.state, self.due_at, now, owes_answer=self.owes_answer)


CaseWord = kept_words(Case, sorts="number")
