"""The time that was spent: on a case, on any record, by a person in a week; and the timer that runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, Sum

from enfilade.base.work.models import Case, TimeEntry, Timer
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet

WEEK_DAYS = 7
_LINES_MAX = 100
_IN_WORK_MAX = 20


@dataclass(slots=True)
class WeekLine:
    """What one person worked on in a week. case: None where it was no case; origin: then the record, or the part of a case.

    minutes: one number a day, Monday first.
    """

    label: str
    case: int | None
    origin: str
    minutes: list[int] = field(default_factory=lambda: [0] * WEEK_DAYS)

    @property
    def total(self) -> int:
        """Minutes of the whole week."""
        return sum(self.minutes)


@dataclass(frozen=True)
class TimeSums:
    """Minutes together, those of them that are charged for, and by person, who worked longest first."""

    spent_min: int
    billable_min: int
    people: list[tuple[str, int]]


def time_rows(ctx: Context) -> RecordQuerySet:
    """Entries with what a line about them needs."""
    return TimeEntry.objects.visible_to(ctx).select_related("user", "case")


def time_of(ctx: Context, reference: str) -> RecordQuerySet:
    """Entries of a record (`billing.invoice:7`), or of a case with its parts and those that were merged into it, newest first."""
    label, _, key = reference.partition(":")
    of_case = Q(case=int(key)) | Q(case__merged_into=int(key)) if label == "work.case" and key.isdecimal() else Q(origin=reference)
    return time_rows(ctx).filter(of_case).order_by("-on", "-pk")


def sums_of_time(rows: RecordQuerySet) -> TimeSums:
    """What some entries add up to: one query."""
    charged = Sum("spent_min", filter=Q(billable=True))
    lines = list(
        rows.order_by().values("user__name").annotate(spent=Sum("spent_min"), charged=charged).values_list("user__name", "spent", "charged")
    )
    people = sorted(((name, spent) for name, spent, _ in lines if spent), key=lambda line: (-line[1], line[0]))
    return TimeSums(sum(line[1] for line in lines), sum(line[2] or 0 for line in lines), people)


def running_timer(ctx: Context, *, lock: bool = False) -> Timer | None:
    """The caller's timer, where one is running."""
    rows = Timer.objects.visible_to(ctx).filter(user=ctx.user, state=Timer.State.RUNNING).select_related("user", "case")
    return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()


def week_of(ctx: Context, monday: date) -> list[WeekLine]:
    """What the caller worked on in a week, and her cases in work, so that their time can be entered: two queries."""
    rows = TimeEntry.objects.visible_to(ctx).filter(user=ctx.user, on__gte=monday, on__lt=monday + timedelta(days=WEEK_DAYS))
    sums = (
        rows.values_list("case", "case__number", "case__title", "origin", "on").annotate(Sum("spent_min")).order_by("case", "origin", "on")
    )
    lines: dict[tuple[int | None, str], WeekLine] = {}
    for case, number, title, origin, on, minutes in sums:
        line = lines.setdefault((case, origin), WeekLine(f"{number} {title}" if case else origin, case, origin))
        line.minutes[(on - monday).days] += minutes
    # What was taken back altogether is no line.
    lines = {key: line for key, line in lines.items() if any(line.minutes)}
    for row in _in_work(ctx):
        lines.setdefault((row.pk, ""), WeekLine(str(row), row.pk, ""))
    return list(lines.values())[:_LINES_MAX]


def _in_work(ctx: Context) -> Iterable[Case]:
    mine = Case.objects.visible_to(ctx).filter(owner=ctx.user, state__in=[Case.State.ACCEPTED, Case.State.WAITING])
    return mine.only("number", "title").order_by("-pk")[:_IN_WORK_MAX]
