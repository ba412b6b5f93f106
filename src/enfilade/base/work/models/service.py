"""Service levels: how soon a case is taken and settled, who hears of it when it is not, and the clocks that count."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.party.models import Party
from enfilade.base.work.rules import KINDS, PRIORITIES
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf

from .case import Case
from .queue import PRIORITY_CHOICES, Queue


class Target(models.TextChoices):
    """What is promised: that somebody takes the case, and that it is settled."""

    TAKEN = "taken"
    SETTLED = "settled"


class ServiceLevel(Record):
    """How soon a case is to be taken and settled. The levels are read in their order; the first that fits a new case counts.

    taken_min, settled_min: minutes; None where nothing is promised. always: they count day and night, else while we are open.
    """

    order = models.IntegerField(default=100, help_text="Smaller numbers are read first.")
    name = models.CharField(max_length=120)
    kind = models.TextField("kind of case", blank=True, choices=list(KINDS.items()))
    priority = models.TextField(blank=True, choices=PRIORITY_CHOICES, default="")
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="customer", help_text="Empty: anybody."
    )
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: any queue.")
    taken_min = models.PositiveIntegerField("taken after (min)", null=True, blank=True)
    settled_min = models.PositiveIntegerField("settled after (min)", null=True, blank=True)
    always = models.BooleanField("day and night", default=False, help_text="Else minutes count only while we are open.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "service level"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="service_level_name_once", violation_error_message="This service level exists."
            ),
            models.CheckConstraint(
                condition=~Q(name="") & (Q(taken_min__isnull=False) | Q(settled_min__isnull=False)),
                name="service_level_promises",
                violation_error_message="A service level has a name and promises something after at least one minute.",
            ),
            models.CheckConstraint(
                condition=(Q(taken_min=None) | Q(taken_min__gt=0)) & (Q(settled_min=None) | Q(settled_min__gt=0)),
                name="service_level_some_minutes",
                violation_error_message="A promise takes at least one minute.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["", *KINDS]) & Q(priority__in=["", *PRIORITIES]),
                name="service_level_words",
                violation_error_message="This kind of case or this priority is not known.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationStep(Record):
    """Whom to tell when so much of the time is used: before it is over as a warning, at 100 percent and later as a breach."""

    class Who(models.TextChoices):
        OWNER = "owner", "Who has the case"
        QUEUE = "queue", "Everybody who serves its queue"
        ROLE = "role", "Everybody in a role"
        PERSON = "person", "One person"

    level = models.ForeignKey(ServiceLevel, on_delete=models.PROTECT, related_name="steps")
    target = models.TextField("promise", choices=Target, default=Target.SETTLED)
    at_percent = models.PositiveIntegerField("at (%)", default=100, help_text="Of the time; 80 warns, 100 is the breach.")
    who = models.TextField("tell", choices=Who, default=Who.OWNER)
    role_code = models.TextField("role", blank=True, help_text="Code of the role, where a role is told.")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="person")
    priority = models.TextField("raise to", blank=True, choices=PRIORITY_CHOICES, default="", help_text="Empty: it keeps its priority.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "escalation step"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "level", "target", "at_percent", "who", "role_code", "user"],
                nulls_distinct=False,
                name="escalation_step_once",
                violation_error_message="This step exists.",
            ),
            models.CheckConstraint(
                condition=Q(at_percent__gte=1, at_percent__lte=1000),
                name="escalation_step_percent",
                violation_error_message="A step comes at 1 to 1000 percent of the time.",
            ),
            models.CheckConstraint(
                condition=(Q(who__in=["owner", "queue"], role_code="", user=None))
                | (Q(who="role", user=None) & ~Q(role_code=""))
                | Q(who="person", role_code="", user__isnull=False),
                name="escalation_step_whom",
                violation_error_message="A step tells the owner, the queue, one role or one person.",
            ),
            models.CheckConstraint(
                condition=Q(target__in=["taken", "settled"]) & Q(priority__in=["", *PRIORITIES]),
                name="escalation_step_words",
                violation_error_message="This promise or this priority is not known.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at_percent} %: {self.get_who_display().lower()}"


class CaseClock(Record):
    """One promise about one case: how much of its time is used and when the rest is over. It stands still while the customer is waited for.

    allowed_s, spent_s: seconds of working time promised, and used until `since_at`.
    since_at: from when on time is used again; due_at, next_at: when it is over, and when the next step is due, as long as it runs.
    """

    rows_of = RowsOf(part_of="case")

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    level = models.ForeignKey(ServiceLevel, on_delete=models.PROTECT, related_name="+")
    target = models.TextField("promise", choices=Target)
    allowed_s = models.PositiveIntegerField("allowed (s)")
    spent_s = models.PositiveIntegerField("used (s)", default=0)
    since_at = models.DateTimeField("since")
    due_at = models.DateTimeField("due", null=True)
    next_at = models.DateTimeField("next step", null=True)
    done_at = models.DateTimeField("done", null=True)
    missed_at = models.DateTimeField("over since", null=True)
    state = models.TextField(choices=State, default=State.RUNNING)

    class Meta:
        verbose_name = "promise"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "target"], name="clock_once", violation_error_message="This is promised for the case already."
            ),
            models.CheckConstraint(
                condition=Q(allowed_s__gt=0) & Q(target__in=["taken", "settled"]),
                name="clock_some_time",
                violation_error_message="A promise has some time, to be taken or to be settled.",
            ),
            models.CheckConstraint(
                condition=Q(state="running", due_at__isnull=False, done_at=None)
                | Q(state="paused", due_at=None, next_at=None, done_at=None)
                | Q(state="done", next_at=None, done_at__isnull=False),
                name="clock_state",
                violation_error_message="A clock runs towards a time, stands still without one, or is done at one.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "next_at"], name="clock_by_next", condition=Q(state="running", next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.get_target_display().lower()}"

    def is_missed(self, now: datetime) -> bool:
        """Whether its time was over before it was done."""
        return self.missed_at is not None or (self.state == self.State.RUNNING and self.due_at is not None and self.due_at < now)


class Escalation(Record):
    """A step that was taken for a case: once, whatever happens."""

    append_only = True
    rows_of = RowsOf(part_of="clock")

    clock = models.ForeignKey(CaseClock, on_delete=models.PROTECT, related_name="escalations")
    step = models.ForeignKey(EscalationStep, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    told = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clock", "step"], name="escalation_once", violation_error_message="This step was taken for the case already."
            ),
            models.CheckConstraint(
                condition=~Q(told=""), name="escalation_told", violation_error_message="An escalation reaches somebody."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} ({self.told})"
