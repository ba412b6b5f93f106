"""Years of accounts, and what people do by hand before a month is closed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.base.books.models import Period
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, User
from enfilade.core.states import States


class FiscalYear(Record):
    """A year of accounts: twelve months, or fewer where a company begins or its year is moved.

    result_minor: profit positive, as it was carried to the equity when the year was closed.
    A ledger that was founded before years were written down gets its rows as they are closed; until then they follow from its first month.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    starts_on = models.DateField("from")
    ends_on = models.DateField("to")
    result_minor = AmountField("result", signed=True, null=True, editable=False)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    state = models.TextField(choices=State, default=State.OPEN, editable=False)

    states = States("state", {"reopen_year": (("closed",), "open")})

    class Meta:
        verbose_name = "year of accounts"
        verbose_name_plural = "years of accounts"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="year_forwards", violation_error_message="A year ends after it starts."
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, result_minor=None)
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False, result_minor__isnull=False),
                name="year_closed_by_somebody",
                violation_error_message="A closed year says who closed it, when, and its result; an open one says none of it.",
            ),
            ExclusionConstraint(
                name="year_no_overlap",
                expressions=[
                    (Func("company_id", "company_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func("starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="There is a year of accounts on these days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"


class ClosingTask(Record):
    """Something that a person does before each month is closed, and that no figure shows.

    due_day: days after the end of the month.
    """

    title = models.CharField(max_length=200)
    note = LongTextField(blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="who does it")
    due_day = models.PositiveSmallIntegerField("due (days after the month)", default=10)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "task of closing"
        verbose_name_plural = "tasks of closing"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "title"], name="closing_task_once", violation_error_message="There is a task with this title."
            ),
            models.CheckConstraint(condition=~Q(title=""), name="closing_task_said", violation_error_message="Say what is to be done."),
            models.CheckConstraint(
                condition=Q(due_day__lte=366), name="closing_task_in_time", violation_error_message="A task is due within a year."
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ClosingMark(Record):
    """A task was done for a month; who did it takes it away again by hand."""

    task = models.ForeignKey(ClosingTask, on_delete=models.PROTECT, related_name="marks")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = "task of closing done"
        verbose_name_plural = "tasks of closing done"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task", "period"], name="closing_mark_once", violation_error_message="This is marked as done for this month."
            )
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.period}"
