"""Verbs of calendar: reserve_time, move_booking and release_booking.

Why the locks: an exclusion constraint alone livelocks when many want one slot. Whoever wants to take time locks the bookables first,
in the order of their keys, looks, and only then writes; the constraint stays as the last word. Giving time back needs no lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal

from .models import LONGEST, Bookable, Booking, BookingSlot
from .queries import Need, Span, bookables_for, busy, free_slots_hint, open_hours, starts
from .rules import MINUTE, choose, holds

Minutes = Annotated[int, Input(min_value=0, max_value=1440)]


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


@command(permission="calendar.reserve", label="Reserve time")
def reserve_time(
    ctx: Context,
    *,
    bookables: list[Bookable],
    starts_at: datetime,
    ends_at: datetime,
    title: Annotated[str, Input(max_length=200)],
    origin: str = "",
    buffer_before_min: Minutes = 0,
    buffer_after_min: Minutes = 0,
    outside_hours: bool = False,
) -> Booking:
    """Take the time of one or several bookables at once: all of them or none.

    bookables: everybody and everything that is needed.
    origin: what it is for, as a reference such as appointments.visit:5; left empty, it stands for itself.
    outside_hours: also where somebody is closed.
    Refuses: slot_taken (with the next free slots), closed, not_bookable, bad_span; booking_no_overlap (database).
    """
    _check(ctx, bookables, starts_at, ends_at, buffer_before_min + buffer_after_min)
    booking = Booking(
        company=ctx.company,
        starts_at=starts_at,
        ends_at=ends_at,
        title=title,
        origin=origin,
        buffer_before_min=buffer_before_min,
        buffer_after_min=buffer_after_min,
    )
    places = _places(ctx, booking, bookables)
    if not outside_hours:
        _check_open(ctx, booking, bookables)
    booking.save()
    _take(ctx, booking, bookables, places)
    return booking


@command(permission="calendar.reserve", label="Move booking")
def move_booking(
    ctx: Context,
    *,
    booking: Booking,
    starts_at: Annotated[datetime, Input(prefill="row.starts_at")],
    ends_at: Annotated[datetime, Input(prefill="row.ends_at")],
    bookables: Annotated[tuple[Bookable, ...], Input(shared=True)] = (),
    outside_hours: bool = False,
) -> Booking:
    """Give a booking another time, and other bookables where some are named.

    bookables: empty keeps those it has.
    outside_hours: also where somebody is closed.
    Refuses: slot_taken (with the next free slots), closed, not_bookable, bad_span, not_booked; booking_no_overlap (database).
    """
    keys = [b.pk for b in bookables] or list(booking.slots.filter(active=True).values_list("bookable_id", flat=True))
    rows = lock_bookables(ctx, keys)
    _check(ctx, rows, starts_at, ends_at, booking.buffer_before_min + booking.buffer_after_min)
    booking.starts_at, booking.ends_at = starts_at, ends_at
    places = _places(ctx, booking, rows)
    if not outside_hours:
        _check_open(ctx, booking, rows)
    booking.slots.filter(active=True).update(active=False)
    booking.save(update_fields=["starts_at", "ends_at"])
    _take(ctx, booking, rows, places)
    return booking


@command(permission="calendar.reserve", tone="danger", label="Release booking")
def release_booking(ctx: Context, *, booking: Booking) -> Booking:
    """Give the time of a booking back.

    Refuses: not_booked.
    """
    booking.slots.filter(active=True).update(active=False)
    booking.state = Booking.State.CANCELLED
    booking.save(update_fields=["state"])
    return booking


def _check(ctx: Context, bookables: Sequence[Bookable], starts_at: datetime, ends_at: datetime, buffers_min: int) -> None:
    if ends_at <= starts_at:
        raise Refusal("bad_span", "The end has to come after the start.", field="ends_at")
    if ends_at - starts_at + timedelta(minutes=buffers_min) > LONGEST:
        raise Refusal("bad_span", "A booking lasts at most 31 days.", field="ends_at")
    if ends_at <= ctx.now:
        raise Refusal("in_the_past", "This time has already passed.", field="starts_at")
    if inactive := [b for b in bookables if not b.active]:
        raise Refusal("not_bookable", f"{inactive[0]} is no longer in use.", field="bookables")


def _places(ctx: Context, booking: Booking, bookables: Sequence[Bookable]) -> dict[int, int]:
    """A free place of each bookable, behind the lock. Refuses slot_taken with the next times when all of them are free."""
    start, end = _padded(booking)
    found: dict[int, int] = {}
    taken = busy(ctx, bookables, start, end, booking if booking.pk else None)
    for bookable in bookables:
        place = next((n for n, intervals in enumerate(taken[bookable.pk]) if not intervals), None)
        if place is None:
            raise Refusal(
                "slot_taken", f"{bookable} is already taken at that time.", field="starts_at", hints=_hints(ctx, booking, bookables)
            )
        found[bookable.pk] = place
    return found


def _check_open(ctx: Context, booking: Booking, bookables: Sequence[Bookable]) -> None:
    hours = open_hours(ctx, bookables, booking.starts_at, booking.ends_at)
    for bookable in bookables:
        if hours[bookable.pk] != [(booking.starts_at, booking.ends_at)]:
            sentence = f"{bookable} is not available at that time: it is outside the opening hours."
            raise Refusal("closed", sentence, field="starts_at", hints=_hints(ctx, booking, bookables))


def _hints(ctx: Context, booking: Booking, bookables: Sequence[Bookable]) -> tuple[dict[str, object], ...]:
    return free_slots_hint(
        ctx,
        needs=list(bookables),
        duration_min=max(1, int((booking.ends_at - booking.starts_at) / MINUTE)),
        from_at=booking.starts_at,
        both_ends=True,
        buffer_before_min=booking.buffer_before_min,
        buffer_after_min=booking.buffer_after_min,
        ignore=booking if booking.pk else None,
    )


def _padded(booking: Booking) -> tuple[datetime, datetime]:
    return booking.starts_at - booking.buffer_before_min * MINUTE, booking.ends_at + booking.buffer_after_min * MINUTE


def _take(ctx: Context, booking: Booking, bookables: Sequence[Bookable], places: dict[int, int]) -> None:
    start, end = _padded(booking)
    BookingSlot.objects.bulk_create(
        BookingSlot(company=ctx.company, booking=booking, bookable=b, place=places[b.pk], starts_at=start, ends_at=end) for b in bookables
    )
