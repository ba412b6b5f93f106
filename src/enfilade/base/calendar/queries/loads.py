"""How full the days are: what is open, what of it is taken, and how many bookings there are."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from enfilade.base.calendar.models import Bookable
from enfilade.base.calendar.rules import DAY, MINUTE, Interval, day_span, instant_of, intersect, merge, subtract
from enfilade.core.context import Context

from .hours import open_hours
from .slots import busy, overlapping


@dataclass(frozen=True)
class Load:
    """One day: minutes that are open, those of them that are taken (buffers included) or free from now on, and bookings that begin."""

    open_min: int = 0
    taken_min: int = 0
    free_min: int = 0
    bookings: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def day_loads(ctx: Context, bookables: Sequence[Bookable], first: date, last: date) -> dict[tuple[int, date], Load]:
    """How full each of some bookables is on each day from first to last, in as many queries as for one of them.

    A bookable with several places is taken where all of them are.
    Shape: (primary key of the bookable, day) -> load.
    """
    days = [first + n * DAY for n in range((last - first).days + 1)]
    edges = [day_span(day, ctx.zone)[0] for day in (*days, last + DAY)]
    hours = open_hours(ctx, bookables, edges[0], edges[-1])
    taken = busy(ctx, bookables, edges[0], edges[-1])
    found = {}
    counted = _begun(ctx, bookables, edges[0], edges[-1])
    for b in bookables:
        open_ = _by_day(hours[b.pk], edges)
        used = _by_day(merge([(instant_of(a), instant_of(z)) for a, z in taken[b.pk]]), edges)
        for n, day in enumerate(days):
            left = subtract(intersect(open_[n], [(ctx.now, edges[-1])]), used[n]) if edges[n + 1] > ctx.now else []
            busy_min = _minutes(intersect(open_[n], used[n]))
            found[b.pk, day] = Load(_minutes(open_[n]), busy_min, _minutes(left), counted.get((b.pk, day), 0))
    return found


def _begun(ctx: Context, bookables: Sequence[Bookable], from_at: datetime, until_at: datetime) -> dict[tuple[int, date], int]:
    rows = overlapping(ctx, bookables, from_at, until_at).filter(booking__starts_at__gte=from_at)
    days = rows.annotate(day=TruncDate("booking__starts_at", tzinfo=ctx.zone)).values_list("bookable_id", "day")
    return {(pk, day): number for pk, day, number in days.annotate(number=Count("pk"))}


def _by_day(intervals: Sequence[Interval], edges: Sequence[datetime]) -> dict[int, list[Interval]]:
    """Intervals cut at midnight, by the number of the day."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for start, end in intervals:
        n = max(bisect_right(edges, start) - 1, 0)
        while n < len(edges) - 1 and edges[n] < end:
            found[n].append((max(start, edges[n]), min(end, edges[n + 1])))
            n += 1
    return found


def _minutes(intervals: Sequence[Interval]) -> int:
    return int(sum((end - start for start, end in intervals), timedelta()) / MINUTE)
