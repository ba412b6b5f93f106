"""Bookings that come again: made, changed from an occurrence on or as a whole, ended; and their horizon pushed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from django.db.models import Q

from enfilade.base.calendar.models import Bookable, Booking, BookingSeries, Pool, SeriesConflict, SeriesNeed
from enfilade.base.calendar.models.series import HORIZON_DAYS_MAX
from enfilade.base.calendar.rules import MINUTE, Interval, instants, read_rule, rest_of_rule
from enfilade.core.command import Choice, Input, command
from enfilade.core.context import Context, OutOfReach, Refusal
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.core.rows import in_reach

from .booking import Bookables, Pools, check_span
from .occurrences import ASK, MOVE, REFUSE, SKIP, book_occurrences, due
from .taking import Minutes, Seats, give_back, skip_at, tell_freed

RESERVE = "calendar.reserve"
# Further ahead than any rule that people write leaves a gap: the 29th of February comes again after eight years at most.
FAR = timedelta(days=8 * 366)

OnConflict = Annotated[
    str,
    Choice(
        (REFUSE, "Book nothing and tell me which"),
        (ASK, "Book the others and decide about each"),
        (MOVE, "Move it to the next free time"),
        (SKIP, "Leave it out"),
        label="Where somebody else has the time",
    ),
]
RuleText = Annotated[str, Input(max_length=300, label="Repeats", widget="repeats")]
Times = Annotated[tuple[str, ...], Input()]


@dataclass(frozen=True)
class OccurrenceChoice:
    """What becomes of one occurrence.

    occurrence_at: when the rule puts it.
    starts_at: where it is to be booked instead; left empty, it is left out.
    """

    occurrence_at: datetime
    starts_at: datetime | None = None


@command(permission="calendar.reserve", label="Reserve a series")
def reserve_series(
    ctx: Context,
    *,
    bookables: Bookables = (),
    starts_at: datetime,
    ends_at: datetime,
    title: Annotated[str, Input(max_length=200)],
    rule: RuleText = "",
    pools: Pools = (),
    more: Times = (),
    without: Times = (),
    on_conflict: OnConflict = REFUSE,
    choices: tuple[OccurrenceChoice, ...] = (),
    horizon_days: Annotated[int, Input(min_value=1, max_value=HORIZON_DAYS_MAX, label="Book ahead (days)")] = 180,
    seats: Seats = 1,
    origin: str = "",
    buffer_before_min: Minutes = 0,
    buffer_after_min: Minutes = 0,
    outside_hours: bool = False,
) -> BookingSeries:
    """Reserve time that comes again; every occurrence within the horizon is booked like any other time, later ones day by day.

    starts_at: the first occurrence; the others begin at the same time on the wall clock, also when summer time begins and ends.
    rule: by RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10.
    pools: of each of these anybody who is free, chosen for every occurrence anew.
    more: further days, or days with a time, one a line: 2026-12-24 or 2026-12-24T15:00.
    without: days, or days with a time, on which it does not take place.
    on_conflict: what becomes of occurrences that can't be booked.
    choices: other times for single occurrences, or none to leave them out.
    Refuses: conflicts (with what would be possible), bad_rule, nobody_named, overlaps_itself, too_many, bad_span, in_the_past;
    booking_no_overlap, occurrence_once (database).
    """
    check_span(ctx, starts_at, ends_at, buffer_before_min + buffer_after_min)
    if not bookables and not pools:
        raise Refusal("nobody_named", "Say who or what is needed: name somebody, or choose a pool.", field="bookables")
    local = starts_at.astimezone(ctx.zone)
    series = BookingSeries(
        company=ctx.company,
        title=title,
        first_on=local.date(),
        clock=local.time(),
        zone_name=ctx.company.timezone,
        duration_min=max(1, (ends_at - starts_at) // MINUTE),
        rule=_rule(ctx, rule),
        seats=seats,
        buffer_before_min=buffer_before_min,
        buffer_after_min=buffer_after_min,
        outside_hours=outside_hours,
        origin=origin,
        owner=ctx.user,
        horizon_days=horizon_days,
    )
    series.more_at = [_instant(series, text, "more") for text in more]
    series.skipped_at = _skipped(series, without)
    series.save()
    _set_needs(ctx, series, bookables, pools)
    _book_on(ctx, series, starts_at, on_conflict, choices)
    return series


@command(permission="calendar.reserve", label="Change the whole series")
def change_series(
    ctx: Context,
    *,
    series: BookingSeries,
    title: Annotated[str, Input(max_length=200, prefill="row.title")],
    clock: Annotated[time, Input(prefill="row.clock", label="Begins at")],
    duration_min: Annotated[int, Input(min_value=1, max_value=44_640, prefill="row.duration_min")],
    rule: Annotated[str, Input(max_length=300, label="Repeats", widget="repeats", prefill="row.rule")] = "",
    bookables: Bookables = (),
    pools: Pools = (),
    on_conflict: OnConflict = REFUSE,
) -> BookingSeries:
    """Give every occurrence that is still to come another time, rule or other people. What has begun stays as it was.

    Occurrences that were changed alone, or called off, stay so.
    bookables, pools: left empty, the same.
    Refuses: conflicts (with what would be possible), bad_rule, overlaps_itself, too_many, not_running.
    """
    freed = give_back(ctx, Booking.objects.visible_to(ctx).filter(series=series, occurrence_at__gt=ctx.now, apart=False))
    _drop_conflicts(ctx, series, ctx.now)
    series.title, series.rule, series.duration_min = title, _rule(ctx, rule), duration_min
    shift = datetime.combine(date.min, clock) - datetime.combine(date.min, series.clock)
    series.more_at = [at + shift for at in series.more_at]
    series.skipped_at = [_same_day_at(series, at, clock) for at in series.skipped_at]
    series.clock = clock
    _set_needs(ctx, series, bookables, pools)
    _book_on(ctx, series, ctx.now, on_conflict, ())
    tell_freed(ctx, freed)
    return series


@command(permission="calendar.reserve", label="Change this and following", offered=lambda row: row.series_id is not None)
def change_following(
    ctx: Context,
    *,
    booking: Booking,
    starts_at: Annotated[datetime, Input(prefill="row.starts_at")],
    ends_at: Annotated[datetime, Input(prefill="row.ends_at")],
    title: Annotated[str, Input(max_length=200, prefill="row.title")] = "",
    rule: RuleText = "",
    bookables: Bookables = (),
    pools: Pools = (),
    on_conflict: OnConflict = REFUSE,
) -> BookingSeries:
    """Let a series go on otherwise from one occurrence on. The series ends before it, and a new one takes over.

    starts_at: when this occurrence takes place from now on; the following ones keep its time of day.
    rule: left empty, the same; a COUNT goes on counting.
    bookables, pools: left empty, the same.
    Refuses: conflicts (with what would be possible), not_in_series, bad_rule, overlaps_itself, too_many, bad_span, not_booked.
    """
    old = _series_of(ctx, booking)
    check_span(ctx, starts_at, ends_at, old.buffer_before_min + old.buffer_after_min)
    cut = booking.occurrence_at or booking.starts_at
    local = starts_at.astimezone(old.zone)
    kept = list(old.needs.select_related("bookable", "pool"))
    new = BookingSeries.objects.get(pk=old.pk)
    new.pk, new._state.adding = None, True  # noqa: SLF001 - Django's documented way to copy a row
    new.title, new.first_on, new.clock = title or old.title, local.date(), local.time()
    new.duration_min = max(1, (ends_at - starts_at) // MINUTE)
    new.rule = _rule(ctx, rule) if rule else _remaining_rule(old, cut, local.replace(tzinfo=None))
    new.more_at = [at for at in old.more_at if at >= cut]
    new.skipped_at = [_same_day_at(new, at, new.clock) for at in old.skipped_at if at >= cut]
    new.booked_until = None
    new.save()
    freed = _end_before(ctx, old, cut, booking)
    Booking.objects.visible_to(ctx).filter(series=old, occurrence_at__gte=cut, state=Booking.State.BOOKED).update(series=new)
    _set_needs(ctx, new, bookables or [n.bookable for n in kept if n.bookable], pools or [n.pool for n in kept if n.pool])
    _book_on(ctx, new, starts_at, on_conflict, ())
    tell_freed(ctx, freed)
    booking.refresh_from_db()
    return new


@command(permission="calendar.reserve", tone="danger", label="Release this and following", offered=lambda row: row.series_id is not None)
def release_following(ctx: Context, *, booking: Booking) -> BookingSeries:
    """Give the time of an occurrence and of all that follow back; the series ends before it.

    Refuses: not_in_series, not_booked.
    """
    series = _series_of(ctx, booking)
    cut = booking.occurrence_at or booking.starts_at
    tell_freed(ctx, _end_before(ctx, series, cut, booking))
    tell_freed(ctx, give_back(ctx, Booking.objects.visible_to(ctx).filter(series=series, occurrence_at__gte=cut)))
    booking.refresh_from_db()
    return series


@command(permission="calendar.reserve", tone="danger", label="End series")
def end_series(ctx: Context, *, series: BookingSeries) -> BookingSeries:
    """Give the time of every occurrence that is still to come back, also of those that were changed alone.

    Refuses: not_running.
    """
    freed = give_back(ctx, Booking.objects.visible_to(ctx).filter(series=series, starts_at__gt=ctx.now))
    _drop_conflicts(ctx, series, ctx.now)
    series.ends_before, series.state = ctx.now, BookingSeries.State.ENDED
    series.save(update_fields=["ends_before", "state"])
    tell_freed(ctx, freed)
    return series


@command(permission="calendar.reserve", hidden=True)
def extend_series(ctx: Context, *, series: BookingSeries) -> BookingSeries:
    """Book the occurrences that have come within the horizon. What is not free goes on the list of conflicts, and the owner hears of it.

    Refuses: not_running.
    """
    conflicts = SeriesConflict.objects.visible_to(ctx).filter(series=series)
    before = conflicts.count()
    _book_on(ctx, series, series.booked_until or ctx.now, ASK, ())
    found = conflicts.count() - before
    if not due(series, ctx.now, ctx.now + FAR):
        series.state = BookingSeries.State.ENDED
        series.save(update_fields=["state"])
    if found and series.owner is not None:
        tell(ctx, [series.owner], f"{series}: {found} occurrences could not be booked. Decide what becomes of them.", ref(series))
    return series


@command(permission="calendar.reserve", label="Move occurrence", tone="primary")
def move_occurrence(ctx: Context, *, conflict: SeriesConflict, starts_at: datetime) -> SeriesConflict:
    """Book an occurrence that was not free at another time, with the same people and things.

    Refuses: conflicts (with what would be possible), in_the_past, not_open.
    """
    series = conflict.series
    check_span(ctx, starts_at, starts_at + series.length, series.buffer_before_min + series.buffer_after_min)
    made = book_occurrences(ctx, series, [conflict.occurrence_at], REFUSE, {conflict.occurrence_at: starts_at})
    conflict.booking, conflict.state, conflict.settled_at = made[0], SeriesConflict.State.MOVED, ctx.now
    conflict.save(update_fields=["booking", "state", "settled_at"])
    return conflict


@command(permission="calendar.reserve", label="Leave out")
def skip_occurrence(ctx: Context, *, conflict: SeriesConflict) -> SeriesConflict:
    """Let an occurrence that was not free not take place.

    Refuses: not_open.
    """
    skip_at(conflict.series_id, conflict.occurrence_at)
    conflict.state, conflict.settled_at = SeriesConflict.State.SKIPPED, ctx.now
    conflict.save(update_fields=["state", "settled_at"])
    return conflict


def _rule(ctx: Context, text: str) -> str:
    if not text.strip():
        return ""
    try:
        return read_rule(text, ctx.zone).text
    except ValueError as error:
        raise Refusal("bad_rule", str(error), field="rule") from None


def _instant(series: BookingSeries, text: str, name: str) -> datetime:
    """A further time: a day at the usual hour, or a day and an hour."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("bad_time", f"{text[:40]!r} is no day: write 2026-12-24 or 2026-12-24T15:00.", field=name) from None
    if len(text.strip()) <= len("2026-12-24"):
        found = datetime.combine(found.date(), series.clock)
    return (found if found.tzinfo else found.replace(tzinfo=series.zone)).astimezone(UTC)


def _skipped(series: BookingSeries, without: Sequence[str]) -> list[datetime]:
    return [_instant(series, text, "without") for text in without]


def _same_day_at(series: BookingSeries, at: datetime, clock: time) -> datetime:
    """The instant on the same day at another time of day."""
    return datetime.combine(at.astimezone(series.zone).date(), clock, tzinfo=series.zone).astimezone(UTC)


def _set_needs(ctx: Context, series: BookingSeries, bookables: Sequence[Bookable], pools: Sequence[Pool]) -> None:
    """Who and what it takes from now on; nobody named, and it stays as it is."""
    if not bookables and not pools:
        return
    if inactive := [*(b for b in bookables if not b.active), *(p for p in pools if not p.active)]:
        raise Refusal("not_bookable", f"{inactive[0]} is no longer in use.", field="bookables")
    if small := [b for b in bookables if b.capacity > 1 and b.capacity < series.seats]:
        raise Refusal("too_few_seats", f"{small[0]} has {small[0].capacity} places, not {series.seats}.", field="seats")
    SeriesNeed.objects.visible_to(ctx).filter(series=series).delete()
    SeriesNeed.objects.bulk_create(
        [
            *(SeriesNeed(company=ctx.company, series=series, bookable=b) for b in bookables),
            *(SeriesNeed(company=ctx.company, series=series, pool=p) for p in pools),
        ]
    )


def _book_on(ctx: Context, series: BookingSeries, from_at: datetime, on_conflict: str, choices: Sequence[OccurrenceChoice]) -> None:
    """Book what is due from an instant to the horizon, except on days whose occurrence was changed alone."""
    until = max([max(ctx.now, from_at) + timedelta(days=series.horizon_days), *([series.booked_until] if series.booked_until else [])])
    alone = Booking.objects.visible_to(ctx).filter(series=series, state=Booking.State.BOOKED, occurrence_at__gte=from_at)
    days = {at.astimezone(series.zone).date() for at in alone.values_list("occurrence_at", flat=True) if at}
    times = [at for at in due(series, from_at, until) if at.astimezone(series.zone).date() not in days]
    chosen = {c.occurrence_at.astimezone(UTC): c.starts_at for c in choices}
    if unknown := sorted(chosen.keys() - set(times)):
        words = f"{unknown[0].astimezone(series.zone):%Y-%m-%d %H:%M}"
        raise Refusal("not_an_occurrence", f"{words} is no occurrence of this series.", field="choices")
    book_occurrences(ctx, series, times, on_conflict, chosen)
    series.booked_until = until
    series.save()


def _series_of(ctx: Context, booking: Booking) -> BookingSeries:
    """The series of an occurrence, locked. Whose time an occurrence takes is not yet whose series it is."""
    found = BookingSeries.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).filter(pk=booking.series_id or 0).first()
    if found is None:
        raise Refusal("not_in_series", "This booking does not come again.", field="booking")
    if ctx.limited and ctx.may(RESERVE) and not in_reach(ctx, found, RESERVE):
        raise OutOfReach(RESERVE, ctx.reach(RESERVE))
    return found


def _end_before(ctx: Context, series: BookingSeries, cut: datetime, booking: Booking) -> Interval | None:
    """End a series before an occurrence, whose time is free then, as is that of the following ones that were not changed alone."""
    following = Booking.objects.visible_to(ctx).filter(series=series, occurrence_at__gte=cut)
    freed = give_back(ctx, following.filter(Q(apart=False) | Q(pk=booking.pk)))
    _drop_conflicts(ctx, series, cut)
    series.ends_before = cut
    series.save(update_fields=["ends_before"])
    return freed


def _drop_conflicts(ctx: Context, series: BookingSeries, from_at: datetime) -> None:
    rows = SeriesConflict.objects.visible_to(ctx).filter(series=series, state=SeriesConflict.State.OPEN, occurrence_at__gte=from_at)
    rows.update(state=SeriesConflict.State.SKIPPED, settled_at=ctx.now)


def _remaining_rule(old: BookingSeries, cut: datetime, first: datetime) -> str:
    """The rule of what is left: a COUNT without those before, a single weekday moved along with the occurrence."""
    rule = old.parsed
    if rule is None:
        return ""
    before = sum(1 for _ in instants(rule, old.first, old.zone, cut))
    return rest_of_rule(rule, before, cut.astimezone(old.zone).date(), first.date())
