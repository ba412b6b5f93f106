"""Interval arithmetic: opening hours, what is left of them, and where several needs can be met at once. Pure.

An interval is a pair of aware instants in UTC, half open: its end belongs to the next one. Lists of intervals are sorted
and do not touch each other unless a function says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
Point = TypeVar("Point", datetime, int)
Unit = TypeVar("Unit", bound=Hashable)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ZERO = timedelta(0)
# Further from 1970 than any instant, in microseconds.
_NEVER = 2**63


class Stretch(Protocol):
    """From when to when somebody is open; closes_at 00:00 is the end of the day."""

    opens_at: time
    closes_at: time


class Hours(Stretch, Protocol):
    """One stretch of weekly opening hours."""

    weekday: int
    valid_from: date | None
    valid_until: date | None


class Closed(Protocol):
    """Days on which there are no hours, both included."""

    starts_on: date
    ends_on: date


class Days(NamedTuple):
    """Days in a row, both included."""

    starts_on: date
    ends_on: date


def merge(intervals: Iterable[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    """The same instants as sorted intervals that neither overlap nor touch; empty ones are dropped."""
    found: list[tuple[Point, Point]] = []
    for start, end in sorted(i for i in intervals if i[0] < i[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def subtract(whole: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What is in `whole` and not in `taken`."""
    left, gone, at = [], merge(taken), 0
    for start, end in merge(whole):
        while at < len(gone) and gone[at][1] <= start:
            at += 1
        cursor, ahead = start, at
        while ahead < len(gone) and gone[ahead][0] < end:
            if gone[ahead][0] > cursor:
                left.append((cursor, gone[ahead][0]))
            cursor = max(cursor, gone[ahead][1])
            ahead += 1
        if cursor < end:
            left.append((cursor, end))
    return left


def intersect(one: Iterable[Interval], other: Iterable[Interval]) -> list[Interval]:
    """What is in both."""
    left, right, found, i, j = merge(one), merge(other), [], 0, 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            found.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return found


def crowded(intervals: Iterable[tuple[Point, Point]], most: int) -> list[tuple[Point, Point]]:
    """When more than `most` of the intervals, which may overlap, are there at once: merged, sorted."""
    if most == 0:
        return merge(intervals)
    edges = sorted(edge for start, end in intervals if start < end for edge in ((start, 1), (end, -1)))
    found: list[tuple[Point, Point]] = []
    since: Point | None = None
    depth = 0
    for instant, step in edges:
        depth += step
        if depth > most and since is None:
            since = instant
        elif depth <= most and since is not None:
            found.append((since, instant))
            since = None
    return merge(found)


def colour(intervals: Sequence[Interval]) -> list[int]:
    """A place for each interval, so that none overlap in one place, in as few places as can be: as many as there are at once at most.

    Why it is the fewest: taken in the order of their starts, each finds the lowest place that is free, and a further place is opened
    only where all others are taken at that instant.
    """
    places = [0] * len(intervals)
    ends: list[datetime] = []
    for n in sorted(range(len(intervals)), key=lambda n: intervals[n]):
        start, end = intervals[n]
        place = next((p for p, taken_until in enumerate(ends) if taken_until <= start), len(ends))
        if place == len(ends):
            ends.append(end)
        else:
            ends[place] = end
        places[n] = place
    return places


def holds(intervals: Sequence[Interval], instant: datetime) -> bool:
    """Whether an instant lies in one of the intervals (merged, sorted)."""
    at = bisect_right(intervals, instant, key=lambda i: i[0]) - 1
    return at >= 0 and instant < intervals[at][1]


@lru_cache(maxsize=4096)
def at_local(day: date, clock: time, zone: ZoneInfo, *, late: bool = False) -> datetime:
    """The instant of a wall-clock time.

    A time that the clocks skip becomes the instant of the change; a time that comes twice is its first coming, with `late`
    its second, so that a stretch that begins or ends there is open through the whole of the repeated hour.
    """
    local = datetime.combine(day, clock)
    early_utc = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late_utc = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early_utc <= late_utc:
        return late_utc if late else early_utc
    # PEP 495: in a gap the two readings are swapped and the change lies between them.
    before, after = late_utc, early_utc
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def day_span(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day where the company is: 23, 24 or 25 hours."""
    return at_local(day, time.min, zone), at_local(day + DAY, time.min, zone)


def local_days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Every calendar day that the span touches."""
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        yield day
        day += DAY


def hours_of_day(hours: Iterable[Hours], day: date, zone: ZoneInfo) -> list[Interval]:
    """Opening hours of one day as instants."""
    found = []
    for row in hours:
        if int(row.weekday) != day.weekday() or (row.valid_from and day < row.valid_from) or (row.valid_until and day > row.valid_until):
            continue
        found.append(stretch(row, day, zone))
    return merge(found)


def stretch(row: Stretch, day: date, zone: ZoneInfo) -> Interval:
    """From opening to closing on one day, as instants."""
    end = at_local(day + DAY, time.min, zone) if row.closes_at == time.min else at_local(day, row.closes_at, zone, late=True)
    return at_local(day, row.opens_at, zone), end


def open_between(
    own: Sequence[Hours],
    company: Sequence[Hours],
    closures: Sequence[Closed | Days],
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    special: Mapping[date, Sequence[Stretch]] = MappingProxyType({}),
) -> list[Interval]:
    """When somebody is open between two instants.

    own: her own hours; on days on which any of them are in force they replace the company's.
    company: the company's hours; without any hours at all it is always open.
    special: days on which these hours count, whatever else is said, closures included.
    """
    found: list[Interval] = []
    shut = {c.starts_on + n * DAY for c in closures for n in range((c.ends_on - c.starts_on).days + 1)}
    for day in local_days(start, end, zone):
        if day in special:
            found += merge(stretch(row, day, zone) for row in special[day])
            continue
        if day in shut:
            continue
        mine = [h for h in own if (not h.valid_from or h.valid_from <= day) and (not h.valid_until or day <= h.valid_until)]
        rows = mine or company
        found += hours_of_day(rows, day, zone) if rows else [day_span(day, zone)]
    return intersect(found, [(start, end)])


def align(instant: datetime, step_min: int, zone: ZoneInfo) -> datetime:
    """The first instant at or after this one whose wall clock is a multiple of the step since midnight."""
    if instant.microsecond:
        instant += SECOND - timedelta(microseconds=instant.microsecond)
    while rest := _seconds_of_day(instant, zone) % (step_min * 60):
        # Again after a change of the clocks, which may have moved the wall clock off the step.
        instant += timedelta(seconds=step_min * 60 - rest)
    return instant


def _seconds_of_day(instant: datetime, zone: ZoneInfo) -> int:
    local = instant.astimezone(zone)
    return local.hour * 3600 + local.minute * 60 + local.second


def choose(needs: Sequence[Sequence[Unit]], fits: Mapping[Unit, bool]) -> list[Unit] | None:
    """A different fitting unit for every need, earlier candidates preferred; None when there is no such choice.

    Why: taking the first free one for each need in turn can fail although another choice would do (a dentist who is also the only
    assistant), so this looks for augmenting paths.
    """
    holder: dict[Unit, int] = {}

    def place(need: int, seen: set[Unit]) -> bool:
        for unit in needs[need]:
            if fits.get(unit) and unit not in seen:
                seen.add(unit)
                if unit not in holder or place(holder[unit], seen):
                    holder[unit] = need
                    return True
        return False

    if not all(place(n, set()) for n in range(len(needs))):
        return None
    chosen = {need: unit for unit, need in holder.items()}
    return [chosen[n] for n in range(len(needs))]


def micros(instant: datetime) -> int:
    """An instant as microseconds since 1970: what many instants are reckoned with, since adding dates is slow."""
    return (instant - EPOCH) // TICK


def instant_of(micro: int) -> datetime:
    """The instant of so many microseconds."""
    return EPOCH + micro * TICK


def free_starts(
    fitting: Sequence[tuple[int, int]], taken: Iterable[tuple[int, int]], *, length: int, before: int, after: int
) -> list[tuple[int, int]]:
    """Every microsecond at which a span may begin, half open: within the fitting starts, touching nothing that is taken.

    fitting: merged; taken: sorted by start, may overlap. The same as possible_starts, in one pass over whole numbers.
    """
    found: list[tuple[int, int]] = []
    at, count, free_from, need = 0, len(fitting), -_NEVER, before + length + after
    # As if something were taken at the end of all time, so that what is free after the last one is looked at like the rest.
    for start, end in chain(taken, ((_NEVER, _NEVER),)):
        if start - free_from >= need:
            first, last = free_from + before, start - length - after + 1
            while at < count and fitting[at][1] <= first:
                at += 1
            ahead = at
            while ahead < count and fitting[ahead][0] < last:
                opens, closes = fitting[ahead]
                found.append((max(opens, first), min(closes, last)))
                ahead += 1
        if end > free_from:
            free_from = end
    return found


def possible_starts(
    hours: Iterable[Interval], taken: Iterable[Interval], *, length: timedelta, before: timedelta = ZERO, after: timedelta = ZERO
) -> list[Interval]:
    """Every instant at which a span of this length may begin.

    The span itself lies within the hours; the span with its buffers touches nothing that is taken.
    """
    fitting = [(start, end - length + TICK) for start, end in merge(hours) if end - start >= length]
    barred = [(start - length - after + TICK, end + before) for start, end in merge(taken)]
    return subtract(fitting, barred)


def meeting_starts(
    needs: Sequence[Sequence[Unit]], starts: Mapping[Unit, Sequence[Interval]], step_min: int, zone: ZoneInfo
) -> Iterator[tuple[datetime, list[Unit]]]:
    """Instants at which every need is met by a different unit, in order, with who meets it.

    starts: instants at which each unit may begin, merged.
    """
    windows: list[Interval] | None = None
    for need in needs:
        some = [i for unit in need for i in starts.get(unit, ())]
        windows = merge(some) if windows is None else intersect(windows, some)
    for start, end in windows or ():
        at = align(start, step_min, zone)
        while at < end:
            units = choose(needs, {u: holds(starts.get(u, ()), at) for need in needs for u in need})
            if units is not None:
                yield at, units
            at = align(at + MINUTE, step_min, zone)
