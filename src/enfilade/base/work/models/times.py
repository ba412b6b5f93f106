"""Time that was spent: entries that are never changed, and the timer that runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States
from enfilade.core.ui.format import format_duration

from .case import Case

DAY_MIN = 24 * 60
_MINUTE = timedelta(minutes=1)
_NAMED = Q(case__isnull=False) | ~Q(origin="")


class TimeEntry(Record):
    """Minutes that somebody worked on a case, or on any record, on a day. A correction is an entry of its own.

    user: who worked. entered_by: who wrote it down. origin: text reference of the record; with a case, the part of it that was worked on.
    on: the day on which the work began, where the company is.
    spent_min: less than nothing where it takes another entry back; so a sum is right without looking at what was corrected.
    reverses: the entry that it takes back. instead_of: the entry whose place it takes. reason: why, for both.
    """

    append_only = True
    rows_of = RowsOf(own=("user",), department=("case__queue__department",))

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="who")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="times")
    origin = models.TextField("record", blank=True)
    on = models.DateField("day")
    spent_min = models.IntegerField("minutes")
    billable = models.BooleanField(default=False)
    note = LongTextField(blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reverses = models.ForeignKey("self", null=True, db_index=False, on_delete=models.PROTECT, related_name="reversed_by")
    instead_of = models.ForeignKey("self", null=True, db_index=False, on_delete=models.PROTECT, related_name="replaced_by")
    reason = LongTextField("why corrected", blank=True)

    class Meta:
        verbose_name = "time entry"
        verbose_name_plural = "time entries"
        constraints: ClassVar = [
            models.CheckConstraint(condition=_NAMED, name="time_names_work", violation_error_message="Say what the time was spent on."),
            models.CheckConstraint(
                condition=Q(reverses=None, spent_min__gte=1, spent_min__lte=DAY_MIN)
                | Q(reverses__isnull=False, instead_of=None, spent_min__gte=-DAY_MIN, spent_min__lte=-1),
                name="time_minutes",
                violation_error_message="An entry is between a minute and a day; only what takes another one back is less than nothing.",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, instead_of=None) | ~Q(reason=""),
                name="time_corrected_with_reason",
                violation_error_message="Say why it is corrected.",
            ),
            models.UniqueConstraint(
                fields=["reverses"], name="time_reversed_once", violation_error_message="This entry was corrected already."
            ),
            models.UniqueConstraint(
                fields=["instead_of"], name="time_replaced_once", violation_error_message="This entry was corrected already."
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "user", "on"], name="time_of_person"),
            models.Index(fields=["company", "on"], name="time_of_day"),
            models.Index(fields=["company", "origin"], name="time_of_record", condition=~Q(origin="")),
        ]

    def __str__(self) -> str:
        return f"{format_duration(self.spent_min)} by {self.user}"


class Timer(Record):
    """A clock that somebody started; what it ran becomes an entry when it is stopped. One for each person."""

    rows_of = RowsOf(own=("user",), department=("case__queue__department",))

    class State(models.TextChoices):
        RUNNING = "running"
        STOPPED = "stopped"
        DISCARDED = "discarded"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="who")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.TextField("record", blank=True)
    billable = models.BooleanField(default=False)
    note = LongTextField(blank=True)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(TimeEntry, null=True, on_delete=models.PROTECT, related_name="timer")
    state = models.TextField(choices=State, default=State.RUNNING)

    states = States("state", {"stop_timer": (("running",), "stopped"), "discard_timer": (("running",), "discarded")})

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=Q(state="running"),
                name="timer_once",
                violation_error_message="A timer is running already. Stop it first.",
            ),
            models.CheckConstraint(condition=_NAMED, name="timer_names_work", violation_error_message="Say what the time is spent on."),
            models.CheckConstraint(
                condition=Q(state="running", stopped_at=None, entry=None)
                | Q(state="stopped", stopped_at__isnull=False, entry__isnull=False)
                | Q(state="discarded", stopped_at__isnull=False, entry=None),
                name="timer_ended",
                violation_error_message="A timer that was stopped has a time and an entry; one that runs or was discarded has no entry.",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(stopped_at__gte=models.F("started_at")),
                name="timer_forwards",
                violation_error_message="A timer stops after it was started.",
            ),
        ]

    def __str__(self) -> str:
        return f"Timer of {self.user}"

    def ran_min(self, until: datetime) -> int:
        """Minutes since it was started, a begun one as a whole one."""
        return max(1, -((self.started_at - until) // _MINUTE))
