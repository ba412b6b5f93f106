"""Who meets a need, when their time is taken, and the search for free slots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any

from babel.dates import format_date
from django.db import connection
from django.db.models import Count, Q

from enfilade.base.calendar.models import LONGEST, Bookable, Booking, BookingSlot, Pool
from enfilade.base.calendar.rules import MINUTE, TICK, ZERO, Interval, crowded, free_starts, instant_of, meeting_starts, micros
from enfilade.core.context import Context, Refusal
from enfilade.core.models import User

from .hours import HORIZON_DAYS, Timetable, timetable

Need = list[str] | Bookable | Pool
HINT_DAYS = 21
FAIR_DAYS = 30
HINTS = 5
STRETCH_DAYS = (3,)

_SLOTS = """
    FROM calendar_bookingslot
    WHERE company_id = %s AND bookable_id = ANY(%s) AND active AND starts_at > %s AND starts_at < %s AND ends_at > %s /* but */
"""
# The order of the inner query is that of the index slot_busy, so nothing is sorted.
_EVERY = """
    SELECT bookable_id,
           array_agg((date_part('epoch', starts_at) * 1000000)::bigint),
           array_agg((date_part('epoch', ends_at) * 1000000)::bigint)
    FROM (SELECT bookable_id, starts_at, ends_at /* slots */ ORDER BY bookable_id, starts_at) AS taken
    GROUP BY bookable_id
"""
# A stretch begins with a slot before which enough is free, or nothing is taken, and ends where all before the next stretch have ended.
_STRETCHES = """
    SELECT bookable_id,
           array_agg((date_part('epoch', starts_at) * 1000000)::bigint) FILTER (WHERE begins),
           array_remove(array_agg((date_part('epoch', free_from) * 1000000)::bigint) FILTER (WHERE begins), NULL)
               || (date_part('epoch', max(ends_at)) * 1000000)::bigint
    FROM (SELECT bookable_id, starts_at, ends_at, free_from, free_from IS NULL OR starts_at >= free_from + %s AS begins
          FROM (SELECT bookable_id, starts_at, ends_at, max(ends_at) OVER earlier AS free_from /* slots */
                WINDOW earlier AS (PARTITION BY bookable_id ORDER BY starts_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
               ) AS taken) AS read
    GROUP BY bookable_id
"""


@dataclass(frozen=True)
class Slot:
    """A time at which all needs can be met, and by whom, in the order of the needs."""

    starts_at: datetime
    ends_at: datetime
    bookables: list[Bookable]


@dataclass(frozen=True)
class Span:
    """How long something takes, what stays free around it, and how many places it takes where there are several."""

    length: timedelta
    before: timedelta = ZERO
    after: timedelta = ZERO
    seats: int = 1


def bookables_for(ctx: Context, need: Need) -> list[Bookable]:
    """Active bookables that meet a need, those to be preferred first: the one named, or all that carry one of the tags."""
    if isinstance(need, Bookable):
        return [need] if need.active else []
    rows = Bookable.objects.visible_to(ctx).filter(active=True, tags__overlap=need.tags if isinstance(need, Pool) else list(need))
    if isinstance(need, Pool) and need.choice == Pool.Choice.FAIR:
        soon = Q(slots__active=True, slots__starts_at__gte=ctx.now, slots__starts_at__lt=ctx.now + timedelta(days=FAIR_DAYS))
        return list(rows.annotate(ahead=Count("slots", filter=soon)).order_by("ahead", "pk"))
    return list(rows.order_by("pk"))


def bookable_of(ctx: Context, user: User) -> Bookable | None:
    """The bookable a person is, None when her time is not booked."""
    return Bookable.objects.visible_to(ctx).filter(user=user, active=True).first()


def overlapping(ctx: Context, bookables: Sequence[Bookable], from_at: datetime, until_at: datetime) -> Any:
    """Active slots that take time between two instants."""
    return BookingSlot.objects.visible_to(ctx).filter(
        bookable__in=[b.pk for b in bookables], active=True, starts_at__gt=from_at - LONGEST, starts_at__lt=until_at, ends_at__gt=from_at
    )


def seats_of(bookable: Bookable, seats: int) -> int:
    """How many places a booking of so many seats takes of a bookable: of one that has a single place, that one."""
    return seats if bookable.capacity > 1 else 1


def busy(
    ctx: Context,
    bookables: Sequence[Bookable],
    from_at: datetime,
    until_at: datetime,
    ignore: Booking | None = None,
    seats: int = 1,
    gap: timedelta = ZERO,
) -> dict[int, list[tuple[int, int]]]:
    """When each bookable has fewer free places than are wanted, in microseconds, by primary key, sorted. `ignore`: counts as gone.

    gap: where less than this is free between two, it may count as taken; so little is of no use to who asks.
    Why by hand: of 200 people and 60 days these are a hundred thousand instants. As two lists of numbers a person they cost a tenth of
    what they do as rows of dates, and most of them never leave the database: whoever has no free hour all day is one stretch a day.
    """
    free = {b.pk: b.capacity - seats_of(b, seats) for b in bookables}
    found: dict[int, list[tuple[int, int]]] = {pk: [] for pk in free}
    for sql, keys, more in (
        (_STRETCHES, [pk for pk, places in free.items() if places <= 0], [gap]),
        (_EVERY, [pk for pk, places in free.items() if places > 0], []),
    ):
        if not keys:
            continue
        but = " AND booking_id <> %s" if ignore is not None else ""
        given: list[Any] = [*more, ctx.company_id, keys, from_at - LONGEST, until_at, from_at, *([ignore.pk] if ignore is not None else [])]
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("/* slots */", _SLOTS).replace("/* but */", but), given)
            for pk, begins, ends in cursor.fetchall():
                found[pk] = list(zip(begins, ends, strict=True))
    for pk, places in free.items():
        if places < 0:
            found[pk] = [(micros(from_at), micros(until_at))]
        elif places:
            found[pk] = crowded(found[pk], places)
    return found


def starts(
    ctx: Context,
    bookables: Sequence[Bookable],
    from_at: datetime,
    until_at: datetime,
    span: Span,
    *,
    ignore: Booking | None = None,
    anytime: bool = False,
    said: Timetable | None = None,
) -> dict[int, list[Interval]]:
    """Instants between the two at which each bookable could begin such a span; the whole span lies between them.

    ignore: a booking that counts as gone. anytime: opening hours do not count. said: what is known about opening already.
    """
    before = {b.pk: max(span.before, b.buffer_before_min * MINUTE) for b in bookables}
    after = {b.pk: max(span.after, b.buffer_after_min * MINUTE) for b in bookables}
    margin = max([*before.values(), *after.values()], default=ZERO)
    least = span.length + min((before[b.pk] + after[b.pk] for b in bookables), default=ZERO)
    taken = busy(ctx, bookables, from_at - margin, until_at + margin, ignore, span.seats, least)
    hours = None if anytime else said or timetable(ctx, bookables, from_at, until_at)
    fitting: dict[int, list[tuple[int, int]]] = {}
    found = {}
    for b in bookables:
        open_ = [(from_at, until_at)] if hours is None else hours.open(b, from_at, until_at, ctx)
        # Those of whom the same is said share one list, which is looked at once.
        if id(open_) not in fitting or hours is None:
            fitting[id(open_)] = [(micros(a), micros(z - span.length) + 1) for a, z in open_ if z - a >= span.length]
        free = free_starts(
            fitting[id(open_)], taken[b.pk], length=span.length // TICK, before=before[b.pk] // TICK, after=after[b.pk] // TICK
        )
        found[b.pk] = [(instant_of(a), instant_of(z)) for a, z in free]
    return found


def find_slots(
    ctx: Context,
    *,
    needs: Sequence[Need],
    duration_min: int,
    from_at: datetime,
    until_at: datetime,
    step_min: int = 15,
    limit: int = 10,
    buffer_before_min: int = 0,
    buffer_after_min: int = 0,
    seats: int = 1,
    ignore: Booking | None = None,
) -> list[Slot]:
    """The first free slots, earliest first; none of them begins before now.

    needs: for each, tags of which one is enough, a pool, or one bookable; every need is met by a different bookable.
    seats: places taken of those that have several.
    step_min: slots begin at multiples of it on the wall clock.
    ignore: a booking that counts as gone, because it is the one to be moved.
    Refuses: nothing_needed, window_too_long.
    """
    if not needs or duration_min < 1 or step_min < 1:
        raise Refusal("nothing_needed", "Say who or what is needed, and for how long.")
    if until_at - from_at > timedelta(days=HORIZON_DAYS):
        raise Refusal("window_too_long", f"Search at most {HORIZON_DAYS} days at once.")
    from_at = max(from_at, ctx.now)
    candidates = [bookables_for(ctx, need) for need in needs]
    if from_at >= until_at or not all(candidates):
        return []
    known = {b.pk: b for need in candidates for b in need}
    span = Span(duration_min * MINUTE, buffer_before_min * MINUTE, buffer_after_min * MINUTE, seats)
    units = [[b.pk for b in need] for need in candidates]
    said = timetable(ctx, list(known.values()), from_at, until_at)
    found: list[Slot] = []
    # Most searches end in the first stretch.
    for first, last in _stretches(from_at, until_at):
        end = min(last + span.length - TICK, until_at)
        possible = starts(ctx, list(known.values()), first, end, span, ignore=ignore, said=said)
        meetings = meeting_starts(units, possible, step_min, ctx.zone)
        found += [Slot(at, at + span.length, [known[k] for k in keys]) for at, keys in islice(meetings, limit - len(found))]
        if len(found) >= limit:
            break
    return found


def _stretches(from_at: datetime, until_at: datetime) -> Iterator[Interval]:
    """The first days, and the rest: whoever finds nothing soon looks at all of it, since each stretch reads what is before it once more."""
    edges = [from_at, *(edge for days in STRETCH_DAYS if (edge := from_at + timedelta(days=days)) < until_at), until_at]
    return pairwise(edges)


def free_slots_hint(
    ctx: Context, *, needs: Sequence[Need], duration_min: int, from_at: datetime, limit: int = HINTS, both_ends: bool = False, **more: Any
) -> tuple[dict[str, Any], ...]:
    """The next free slots as hints of a refusal: {label, fill}, where fill goes into the form that was refused.

    both_ends: fill the end as well. more: as for find_slots.
    """
    found = find_slots(
        ctx, needs=needs, duration_min=duration_min, from_at=from_at, until_at=from_at + timedelta(days=HINT_DAYS), limit=limit, **more
    )
    hints = []
    for slot in found:
        start, end = slot.starts_at.astimezone(ctx.zone), slot.ends_at.astimezone(ctx.zone)
        fill = {"starts_at": f"{start:%Y-%m-%dT%H:%M}"} | ({"ends_at": f"{end:%Y-%m-%dT%H:%M}"} if both_ends else {})
        people = [b.name for b in slot.bookables if b.kind == Bookable.Kind.PERSON][:1]
        label = f"{format_date(start.date(), 'EEE d MMM', locale=ctx.locale)}, {start:%H:%M}–{end:%H:%M}"
        hints.append({"label": " · ".join([label, *people]), "fill": fill})
    return tuple(hints)
