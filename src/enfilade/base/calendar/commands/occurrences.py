"""Occurrences of a series: which are due, who serves each, and what becomes of those that can't be booked.

However many occurrences there are, the number of queries is the same: busy time and opening hours are read once for the whole stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from babel.dates import format_date

from enfilade.base.calendar.models import LONGEST, Bookable, Booking, BookingSeries, SeriesConflict
from enfilade.base.calendar.queries import Need, Span, bookables_for, starts
from enfilade.base.calendar.rules import MINUTE, Interval, choose, holds, instants, intersect, meeting_starts
from enfilade.core.context import Context, Refusal

from .taking import lock_bookables, take_places

ALTERNATIVE = timedelta(days=7)
ALTERNATIVES = 3
STEP_MIN = 15
OCCURRENCES_MAX = 1_000
NAMED_MAX = 8
REFUSE, ASK, MOVE, SKIP = "refuse", "ask", "move", "skip"


@dataclass
class Occurrence:
    """One time of a series. at: where the rule put it; starts_at: where it is booked; chosen: by whom, None in a conflict."""

    at: datetime
    starts_at: datetime
    chosen: list[Bookable] | None = None
    reason: str = ""


def needs_of_series(series: BookingSeries) -> list[Need]:
    """Who and what it takes, those who are named first, so that no pool takes them away."""
    rows = series.needs.select_related("bookable", "pool").order_by("pk")
    named = [row.bookable for row in rows if row.bookable is not None]
    return [*named, *(row.pool for row in rows if row.pool is not None)]


def due(series: BookingSeries, from_at: datetime, until_at: datetime) -> list[datetime]:
    """When it occurs between two instants: what the rule names and the further times, without those that were called off."""
    before = min(until_at, series.ends_before) if series.ends_before else until_at
    named = set(instants(series.parsed, series.first, series.zone, before))
    wanted = (named | {at for at in series.more_at if at < before}) - set(series.skipped_at)
    return sorted(at for at in wanted if at >= from_at)


def book_occurrences(
    ctx: Context, series: BookingSeries, times: Sequence[datetime], on_conflict: str, choices: Mapping[datetime, datetime | None]
) -> list[Booking]:
    """Book a series at these times; what is not free is refused, listed, moved or left out as the caller says.

    choices: for single occurrences another time, or None to leave it out.
    Refuses: conflicts (with what would be possible), too_many, overlaps_itself.
    """
    if len(times) > OCCURRENCES_MAX:
        raise Refusal("too_many", f"These are more than {OCCURRENCES_MAX} occurrences at once. Book fewer days ahead.", field="rule")
    _check_apart(series, times)
    kept = [at for at in times if choices.get(at, at) is not None]
    series.skipped_at += [at for at in times if at not in kept]
    if not kept:
        return []
    plan = Plan(ctx, series, [Occurrence(at, choices.get(at) or at) for at in kept])
    conflicts = [o for o in plan.wanted if o.chosen is None]
    if conflicts and on_conflict == REFUSE:
        raise _refusal(plan, conflicts)
    if on_conflict == MOVE:
        for one in conflicts:
            plan.move(one)
    if on_conflict == SKIP:
        series.skipped_at += [o.at for o in conflicts]
    else:
        _list_conflicts(ctx, series, [o for o in conflicts if o.chosen is None])
    return _write(ctx, series, [o for o in plan.wanted if o.chosen is not None])


def _check_apart(series: BookingSeries, times: Sequence[datetime]) -> None:
    whole = series.length + (series.buffer_before_min + series.buffer_after_min) * MINUTE
    if any(later - at < whole for at, later in pairwise(times)):
        raise Refusal("overlaps_itself", "The occurrences of this series would overlap each other.", field="rule")


class Plan:
    """Who serves each occurrence, decided behind the locks of all who could; where nobody does, why, and when somebody would."""

    def __init__(self, ctx: Context, series: BookingSeries, wanted: list[Occurrence]) -> None:
        self.ctx, self.series, self.wanted = ctx, series, wanted
        self.whole = series.length + (series.buffer_before_min + series.buffer_after_min) * MINUTE
        candidates = [bookables_for(ctx, need) for need in needs_of_series(series)]
        self.locked = {b.pk: b for b in lock_bookables(ctx, [b.pk for need in candidates for b in need]) if b.active}
        self.units = [[b.pk for b in need if b.pk in self.locked] for need in candidates]
        self.possible = self._starts(anytime=series.outside_hours)
        for one in wanted:
            one.chosen = self._serving(self.possible, one.starts_at)
        if conflicts := [o for o in wanted if o.chosen is None]:
            ignoring_hours = self._starts(anytime=True)
            for one in conflicts:
                free = self._serving(ignoring_hours, one.starts_at) is not None
                one.reason = SeriesConflict.Reason.CLOSED if free else SeriesConflict.Reason.TAKEN

    def alternatives(self, one: Occurrence) -> Iterator[tuple[datetime, list[int]]]:
        """The next times within a week at which it could take place without touching another one of the series, and with whom."""
        near = [(one.starts_at, one.starts_at + ALTERNATIVE)]
        close = {pk: intersect(intervals, near) for pk, intervals in self.possible.items()}
        others = [o.starts_at for o in self.wanted if o.chosen is not None and abs(o.starts_at - one.starts_at) < ALTERNATIVE + LONGEST]
        for at, keys in meeting_starts(self.units, close, STEP_MIN, self.ctx.zone):
            if all(abs(at - other) >= self.whole for other in others):
                yield at, keys

    def move(self, one: Occurrence) -> None:
        """Give a conflict the next time that is free; one that finds none stays a conflict."""
        found = next(self.alternatives(one), None)
        if found is not None:
            one.starts_at, one.chosen = found[0], [self.locked[k] for k in found[1]]

    def _serving(self, possible: Mapping[int, Sequence[Interval]], at: datetime) -> list[Bookable] | None:
        keys = choose(self.units, {pk: holds(possible[pk], at) for pk in self.locked})
        return None if keys is None else [self.locked[k] for k in keys]

    def _starts(self, *, anytime: bool) -> dict[int, list[Interval]]:
        series, times = self.series, [o.starts_at for o in self.wanted]
        span = Span(series.length, series.buffer_before_min * MINUTE, series.buffer_after_min * MINUTE, series.seats)
        return starts(self.ctx, list(self.locked.values()), min(times), max(times) + series.length + ALTERNATIVE, span, anytime=anytime)


def _refusal(plan: Plan, conflicts: Sequence[Occurrence]) -> Refusal:
    total = len(plan.wanted)
    ways = (
        {"label": "Move them to the next free time", "fill": {"on_conflict": MOVE}},
        {"label": "Leave them out", "fill": {"on_conflict": SKIP}},
        {"label": "Book the others and decide about each", "fill": {"on_conflict": ASK}},
    )
    named = tuple({"label": _words(plan, o)} for o in conflicts[:NAMED_MAX])
    return Refusal("conflicts", f"{len(conflicts)} of {total} occurrences can't be booked.", field="on_conflict", hints=(*ways, *named))


def _words(plan: Plan, one: Occurrence) -> str:
    words = f"{_when(plan.ctx, one.starts_at)}: {'closed' if one.reason == SeriesConflict.Reason.CLOSED else 'taken'}"
    free = [_when(plan.ctx, at) for at, _ in islice(plan.alternatives(one), ALTERNATIVES)]
    return f"{words}; free: {' · '.join(free)}" if free else words


def _when(ctx: Context, instant: datetime) -> str:
    local = instant.astimezone(ctx.zone)
    return f"{format_date(local.date(), 'EEE d MMM', locale=ctx.locale)}, {local:%H:%M}"


def _list_conflicts(ctx: Context, series: BookingSeries, conflicts: Sequence[Occurrence]) -> None:
    SeriesConflict.objects.bulk_create(
        SeriesConflict(company=ctx.company, series=series, occurrence_at=o.at, reason=o.reason) for o in conflicts
    )


def _write(ctx: Context, series: BookingSeries, found: Sequence[Occurrence]) -> list[Booking]:
    made = Booking.objects.bulk_create(
        Booking(
            company=ctx.company,
            title=series.title,
            starts_at=o.starts_at,
            ends_at=o.starts_at + series.length,
            buffer_before_min=series.buffer_before_min,
            buffer_after_min=series.buffer_after_min,
            seats=series.seats,
            origin=series.origin,
            series=series,
            occurrence_at=o.at,
            apart=o.starts_at != o.at,
            changed_at=ctx.now,
        )
        for o in found
    )
    take_places(ctx, [(booking, o.chosen or []) for booking, o in zip(made, found, strict=True)])
    return made
