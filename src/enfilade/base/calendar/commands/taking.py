"""Taking places: the one way in which slots are written.

Why the locks: an exclusion constraint alone livelocks when many want one slot. Whoever wants to take time locks the bookables first,
in the order of their keys, looks, and only then writes; the constraint stays as the last word. Giving time back needs no lock.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.db import models
from django.db.models import Case, F, Func, Value, When

from enfilade.base.calendar.events import TimeFreed
from enfilade.base.calendar.models import Bookable, Booking, BookingSeries, BookingSlot
from enfilade.base.calendar.queries import Need, Span, bookables_for, overlapping, seats_of, starts
from enfilade.base.calendar.rules import MINUTE, Interval, choose, colour, holds
from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.events import publish

Minutes = Annotated[int, Input(min_value=0, max_value=1440)]
Seats = Annotated[int, Input(min_value=1, max_value=500)]
PLACE = models.PositiveSmallIntegerField()
Wanted = tuple[Booking, Sequence[Bookable]]


class NoPlace(Exception):
    """Somebody else has the time of a bookable."""

    def __init__(self, bookable: Bookable, booking: Booking) -> None:
        super().__init__(f"{bookable} is already taken at that time.")
        self.bookable, self.booking = bookable, booking


def lock_bookables(ctx: Context, keys: Sequence[int]) -> list[Bookable]:
    """Lock bookables until the transaction ends, in the order of their keys, and note them as locked."""
    rows = list(Bookable.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), no_key=True))
    if ctx.work is None:
        raise RuntimeError("time is taken inside commands")
    for row in rows:
        ctx.work.remember(row)
    return rows


def choose_free(
    ctx: Context, needs: Sequence[Need], starts_at: datetime, span: Span, *, ignore: Booking | None = None, anytime: bool = False
) -> list[Bookable] | None:
    """Free bookables for every need at one time, locked; None when there is no such choice. For commands of modules above.

    Who is free is asked twice: before the lock, so that only those who may serve are locked, and behind it, where it is certain.
    """
    candidates = [bookables_for(ctx, need) for need in needs]
    ends_at = starts_at + span.length

    def fits(rows: list[Bookable]) -> dict[int, bool]:
        return {k: holds(v, starts_at) for k, v in starts(ctx, rows, starts_at, ends_at, span, ignore=ignore, anytime=anytime).items()}

    before = fits(list({b.pk: b for need in candidates for b in need}.values()))
    locked = {b.pk: b for b in lock_bookables(ctx, [k for k, free in before.items() if free]) if b.active}
    chosen = choose([[b.pk for b in need] for need in candidates], fits(list(locked.values())))
    return None if chosen is None else [locked[k] for k in chosen]


def padded(booking: Booking, bookable: Bookable) -> Interval:
    """The time that a booking takes from a bookable: with the larger of their buffers on each side."""
    before = max(booking.buffer_before_min, bookable.buffer_before_min)
    after = max(booking.buffer_after_min, bookable.buffer_after_min)
    return booking.starts_at - before * MINUTE, booking.ends_at + after * MINUTE


def _slot(booking: Booking, bookable: Bookable, place: int) -> BookingSlot:
    start, end = padded(booking, bookable)
    before = bookable.buffer_before_min if bookable.buffer_before_min > booking.buffer_before_min else None
    after = bookable.buffer_after_min if bookable.buffer_after_min > booking.buffer_after_min else None
    return BookingSlot(
        company_id=booking.company_id,
        booking=booking,
        bookable=bookable,
        place=place,
        starts_at=start,
        ends_at=end,
        buffer_before_min=before,
        buffer_after_min=after,
    )


def take_places(ctx: Context, wanted: Sequence[Wanted], *, all_or_none: bool = True) -> list[NoPlace]:
    """Take the time of bookings that are saved, each from its bookables, which are locked.

    However many bookings there are: one query finds what is taken and one writes, unless places have to be rearranged.
    all_or_none: raises NoPlace for the first booking that finds no place; otherwise those that find none are returned, without slots.
    """
    refused: list[NoPlace] = []
    if not wanted:
        return refused
    lanes = _lanes(ctx, wanted)
    made: list[BookingSlot] = []
    for booking, chosen in wanted:
        mine: list[BookingSlot] = []
        for bookable in chosen:
            span, seats = padded(booking, bookable), seats_of(bookable, booking.seats)
            places = [p for p in range(bookable.capacity) if _is_free(lanes[(bookable.pk, p)], span)]
            if len(places) < seats and bookable.capacity > 1:
                BookingSlot.objects.bulk_create(made)
                made = []
                places = _make_room(ctx, bookable, span, seats, lanes)
            if len(places) < seats:
                refused.append(NoPlace(bookable, booking))
                break
            mine += [_slot(booking, bookable, place) for place in places[:seats]]
        else:
            for slot in mine:
                insort(lanes[(slot.bookable_id, slot.place)], (slot.starts_at, slot.ends_at))
            made += mine
            continue
        if all_or_none:
            raise refused[0]
    BookingSlot.objects.bulk_create(made)
    return refused


def _lanes(ctx: Context, wanted: Sequence[Wanted]) -> dict[tuple[int, int], list[Interval]]:
    """What is taken of every place that bookings may take, in order."""
    bookables = list({b.pk: b for _, rows in wanted for b in rows}.values())
    spans = [padded(booking, b) for booking, rows in wanted for b in rows]
    lanes: dict[tuple[int, int], list[Interval]] = defaultdict(list)
    rows = overlapping(ctx, bookables, min(s for s, _ in spans), max(e for _, e in spans)).order_by("starts_at", "pk")
    for pk, place, start, end in rows.values_list("bookable_id", "place", "starts_at", "ends_at"):
        lanes[(pk, place)].append((start, end))
    return lanes


def give_back(ctx: Context, bookings: models.QuerySet[Booking]) -> Interval | None:
    """Release all bookings of a set that are booked; between which instants, None where there were none."""
    found = list(bookings.filter(state=Booking.State.BOOKED).values_list("pk", "starts_at", "ends_at"))
    keys = [pk for pk, _, _ in found]
    BookingSlot.objects.visible_to(ctx).filter(booking__in=keys, active=True).update(active=False)
    rows = Booking.objects.visible_to(ctx).filter(pk__in=keys)
    rows.update(state=Booking.State.CANCELLED, sequence=F("sequence") + 1, changed_at=ctx.now)
    return (min(start for _, start, _ in found), max(end for _, _, end in found)) if found else None


def tell_freed(ctx: Context, span: Interval | None) -> None:
    """Say that somebody may now find time between two instants, if they are still to come. After what takes some of it again."""
    if span is not None and span[1] > ctx.now:
        publish(ctx, TimeFreed(span[0].isoformat(), span[1].isoformat()))


def skip_at(series: int, at: datetime) -> None:
    """Note that an occurrence of a series is not wanted (EXDATE); two at once are both noted."""
    BookingSeries.objects.filter(pk=series).update(skipped_at=Func(F("skipped_at"), Value(at), function="array_append"))


def _is_free(lane: list[Interval], span: Interval) -> bool:
    """Whether nothing of a lane, in which nothing overlaps, overlaps the span."""
    at = bisect_left(lane, (span[1],))
    return at == 0 or lane[at - 1][1] <= span[0]


def _make_room(ctx: Context, bookable: Bookable, span: Interval, seats: int, lanes: dict[tuple[int, int], list[Interval]]) -> list[int]:
    """Places that are free through the whole span once others have changed theirs; [] where too much is taken at one instant.

    Why: of two places one may be taken before ten and the other after ten. Who comes from nine to eleven finds a seat all the time,
    but none that stays free, unless those who sit change over. A place is nobody's own, so they do.
    """
    slots = _connected(ctx, bookable, span)
    places = colour([*[(s.starts_at, s.ends_at) for s in slots], *[span] * seats])
    if max(places) >= bookable.capacity:
        return []
    moved = [(s, place) for s, place in zip(slots, places, strict=False) if s.place != place]
    rows = BookingSlot.objects.visible_to(ctx).filter(pk__in=[s.pk for s, _ in moved])
    # Twice, because the constraint looks at each row as it is written.
    rows.update(active=False)
    whens = [When(pk=s.pk, then=Value(place, output_field=PLACE)) for s, place in moved]
    rows.update(active=True, place=Case(*whens, default=F("place"), output_field=PLACE))
    for slot, _ in moved:
        if (slot.starts_at, slot.ends_at) in (lane := lanes[(bookable.pk, slot.place)]):
            lane.remove((slot.starts_at, slot.ends_at))
    for slot, place in moved:
        insort(lanes[(bookable.pk, place)], (slot.starts_at, slot.ends_at))
    return places[len(slots) :]


def _connected(ctx: Context, bookable: Bookable, span: Interval) -> list[BookingSlot]:
    """The slots of a bookable that overlap the span, or overlap one that does, and so on; locked."""
    while True:
        rows = overlapping(ctx, [bookable], *span).order_by("starts_at", "pk")
        slots = list(rows.select_for_update(of=("self",), no_key=True))
        wider = min([span[0], *(s.starts_at for s in slots)]), max([span[1], *(s.ends_at for s in slots)])
        if wider == span:
            return slots
        span = wider
