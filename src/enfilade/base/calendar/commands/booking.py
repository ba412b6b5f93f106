"""Reserving time, moving it, giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from enfilade.base.calendar.models import LONGEST, Bookable, Booking, Pool
from enfilade.base.calendar.queries import Need, Span, free_slots_hint, open_hours, seats_of
from enfilade.base.calendar.rules import MINUTE
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal

from .taking import Minutes, NoPlace, Seats, choose_free, lock_bookables, skip_at, take_places, tell_freed

Bookables = Annotated[tuple[Bookable, ...], Input(shared=True)]
Pools = Annotated[tuple[Pool, ...], Input(shared=True)]


@command(permission="calendar.reserve", label="Reserve time")
def reserve_time(
    ctx: Context,
    *,
    bookables: Bookables = (),
    starts_at: datetime,
    ends_at: datetime,
    title: Annotated[str, Input(max_length=200)],
    pools: Pools = (),
    seats: Seats = 1,
    origin: str = "",
    buffer_before_min: Minutes = 0,
    buffer_after_min: Minutes = 0,
    outside_hours: bool = False,
) -> Booking:
    """Take the time of one or several bookables at once: all of them or none.

    bookables: everybody and everything that is needed by name.
    pools: of each of these anybody who is free, besides those who are named.
    seats: places taken of those that have several, such as a room with twelve seats.
    origin: what it is for, as a reference such as appointments.visit:5; left empty, it stands for itself.
    outside_hours: also where somebody is closed.
    Refuses: slot_taken (with the next free slots), closed, nobody_named, not_bookable, too_few_seats, bad_span, in_the_past;
    booking_no_overlap, slot_place_exists (database).
    """
    check_span(ctx, starts_at, ends_at, buffer_before_min + buffer_after_min)
    booking = Booking(
        company=ctx.company,
        starts_at=starts_at,
        ends_at=ends_at,
        title=title,
        origin=origin,
        buffer_before_min=buffer_before_min,
        buffer_after_min=buffer_after_min,
        seats=seats,
        changed_at=ctx.now,
    )
    chosen = _chosen(ctx, booking, bookables, pools, anytime=outside_hours)
    booking.save()
    _take(ctx, booking, chosen, anytime=outside_hours)
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
    keys = [b.pk for b in bookables] or sorted(set(booking.slots.filter(active=True).values_list("bookable_id", flat=True)))
    rows = lock_bookables(ctx, keys)
    check_span(ctx, starts_at, ends_at, booking.buffer_before_min + booking.buffer_after_min)
    _check_bookables(rows, booking.seats)
    booking.slots.filter(active=True).update(active=False)
    before = booking.starts_at, booking.ends_at
    booking.starts_at, booking.ends_at = starts_at, ends_at
    booking.sequence, booking.changed_at, booking.apart = booking.sequence + 1, ctx.now, booking.series_id is not None
    booking.save(update_fields=["starts_at", "ends_at", "sequence", "changed_at", "apart"])
    _take(ctx, booking, rows, anytime=outside_hours)
    tell_freed(ctx, before)
    return booking


@command(permission="calendar.reserve", tone="danger", label="Release booking")
def release_booking(ctx: Context, *, booking: Booking) -> Booking:
    """Give the time of a booking back.

    Refuses: not_booked.
    """
    booking.slots.filter(active=True).update(active=False)
    booking.state, booking.changed_at = Booking.State.CANCELLED, ctx.now
    booking.sequence += 1
    booking.save(update_fields=["state", "changed_at", "sequence"])
    if booking.series_id is not None and booking.occurrence_at is not None:
        skip_at(booking.series_id, booking.occurrence_at)
    tell_freed(ctx, (booking.starts_at, booking.ends_at))
    return booking


def check_span(ctx: Context, starts_at: datetime, ends_at: datetime, buffers_min: int) -> None:
    """Refuse a time that is none, or that has passed."""
    if ends_at <= starts_at:
        raise Refusal("bad_span", "The end has to come after the start.", field="ends_at")
    if ends_at - starts_at + timedelta(minutes=buffers_min) > LONGEST:
        raise Refusal("bad_span", "A booking lasts at most 31 days.", field="ends_at")
    if ends_at <= ctx.now:
        raise Refusal("in_the_past", "This time has already passed.", field="starts_at")


def _check_bookables(bookables: Sequence[Bookable], seats: int) -> None:
    if inactive := [b for b in bookables if not b.active]:
        raise Refusal("not_bookable", f"{inactive[0]} is no longer in use.", field="bookables")
    if small := [b for b in bookables if seats_of(b, seats) > b.capacity]:
        raise Refusal("too_few_seats", f"{small[0]} has {small[0].capacity} places, not {seats}.", field="seats")


def _chosen(ctx: Context, booking: Booking, named: Sequence[Bookable], pools: Sequence[Pool], *, anytime: bool) -> list[Bookable]:
    """Whoever is named and one of each pool, locked."""
    if not named and not pools:
        raise Refusal("nobody_named", "Say who or what is needed: name somebody, or choose a pool.", field="bookables")
    if not pools:
        rows = lock_bookables(ctx, [b.pk for b in named])
        _check_bookables(rows, booking.seats)
        return rows
    _check_bookables(named, booking.seats)
    before, after = booking.buffer_before_min * MINUTE, booking.buffer_after_min * MINUTE
    span = Span(booking.ends_at - booking.starts_at, before, after, booking.seats)
    chosen = choose_free(ctx, [*named, *pools], booking.starts_at, span, anytime=anytime)
    if chosen is None:
        words = ", ".join(str(n) for n in (*named, *pools))
        raise Refusal("slot_taken", f"Not free at that time: {words}.", field="starts_at", hints=_hints(ctx, booking, [*named, *pools]))
    return chosen


def _take(ctx: Context, booking: Booking, bookables: Sequence[Bookable], *, anytime: bool) -> None:
    """Take the time of locked bookables. Refuses slot_taken and closed, with the next times when all of them are free."""
    try:
        take_places(ctx, [(booking, bookables)])
    except NoPlace as no:
        raise Refusal("slot_taken", str(no), field="starts_at", hints=_hints(ctx, booking, bookables)) from None
    hours = {} if anytime else open_hours(ctx, bookables, booking.starts_at, booking.ends_at)
    if shut := [b for b in bookables if not anytime and hours[b.pk] != [(booking.starts_at, booking.ends_at)]]:
        sentence = f"{shut[0]} is not available at that time: it is outside the opening hours."
        raise Refusal("closed", sentence, field="starts_at", hints=_hints(ctx, booking, bookables))


def _hints(ctx: Context, booking: Booking, needs: Sequence[Need]) -> tuple[dict[str, object], ...]:
    return free_slots_hint(
        ctx,
        needs=list(needs),
        duration_min=max(1, int((booking.ends_at - booking.starts_at) / MINUTE)),
        from_at=booking.starts_at,
        both_ends=True,
        buffer_before_min=booking.buffer_before_min,
        buffer_after_min=booking.buffer_after_min,
        seats=booking.seats,
        ignore=booking if booking.pk else None,
    )
