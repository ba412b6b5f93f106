"""Events of calendar files as bookings: one by one, and many at once by the same rules and constraints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.db import transaction

from enfilade.base.calendar.models import Bookable, Booking, BookingSlot
from enfilade.base.calendar.queries import bookings_of_events, exported_as, open_hours
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal

from .booking import Bookables, check_span
from .taking import NoPlace, give_back, lock_bookables, take_places, tell_freed

RESERVE = "calendar.reserve"
# So often what stands in the way is taken out and the rest tried again; what is left then goes one by one.
_TRIES = 20
# What `_bring` changes of a booking.
_BROUGHT = ("foreign_id", "title", "starts_at", "ends_at", "sequence", "changed_at", "apart")
Key = Annotated[str, Input(max_length=400)]
Title = Annotated[str, Input(max_length=200)]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a file, read: what it is known by there, what it is called, and when it is."""

    foreign_id: str
    title: str
    starts_at: datetime
    ends_at: datetime


@command(permission=RESERVE, hidden=True, target="")
def import_event(
    ctx: Context,
    *,
    bookables: Bookables,
    foreign_id: Key,
    title: Title,
    starts_at: datetime,
    ends_at: datetime,
    within_hours: bool = False,
) -> Booking:
    """Book an event of a calendar file that is not known yet.

    bookables: whose time it takes, all of them.
    foreign_id: which event it is, and which of its occurrences.
    within_hours: refuse what is outside the opening hours.
    Refuses: there_already, slot_taken, closed, not_bookable, bad_span, in_the_past; booking_no_overlap (database).
    """
    event = Event(foreign_id, title, starts_at, ends_at)
    check_span(ctx, starts_at, ends_at, 0)
    rows = _in_use(lock_bookables(ctx, [b.pk for b in bookables]))
    if bookings_of_events(ctx, rows, [foreign_id]):
        raise Refusal("there_already", f"{_said(ctx, event)}: this event is booked already.", field="foreign_id")
    if within_hours and not _open(ctx, rows, [event]):
        raise _closed(ctx, event)
    booking = _booking(ctx, event)
    booking.save()
    _take(ctx, booking, rows)
    return booking


@command(permission=RESERVE, hidden=True)
def follow_event(
    ctx: Context, *, booking: Booking, foreign_id: Key, title: Title, starts_at: datetime, ends_at: datetime, within_hours: bool = False
) -> Booking:
    """Bring a booking to where its event now is in the calendar that it came from. It keeps those whose time it takes.

    Refuses: slot_taken, closed, belongs_elsewhere, bad_span, in_the_past, not_booked; booking_no_overlap (database).
    """
    event = Event(foreign_id, title, starts_at, ends_at)
    if is_same(ctx, booking, event):
        return booking
    check_span(ctx, starts_at, ends_at, booking.buffer_before_min + booking.buffer_after_min)
    if booking.origin:
        raise Refusal("belongs_elsewhere", f"{_said(ctx, event)}: this time was taken for something else here. Move that instead.")
    rows = lock_bookables(ctx, sorted(set(booking.slots.filter(active=True).values_list("bookable_id", flat=True))))
    if within_hours and not _open(ctx, rows, [event]):
        raise _closed(ctx, event)
    before = booking.starts_at, booking.ends_at
    if before != (starts_at, ends_at):
        booking.slots.filter(active=True).update(active=False)
    _bring(ctx, booking, event)
    booking.save()
    if before != (starts_at, ends_at):
        _take(ctx, booking, rows)
        tell_freed(ctx, before)
    return booking


def book_events(ctx: Context, bookables: Sequence[Bookable], events: Sequence[Event], *, within_hours: bool) -> dict[str, Booking]:
    """Book those of many new events that find their time free, in a few statements. Inside a command; the caller's rights are asked here.

    bookables: locked before it was looked which events are new, so that two imports of one file book none of them twice.
    Shape: foreign_id -> booking; an event that is missing was not booked, and `import_event` says why.
    """
    ctx.require(RESERVE)
    rows = _in_use(list(bookables))
    wanted = [e for e in events if e.starts_at < e.ends_at and e.ends_at > ctx.now]
    if within_hours:
        wanted = _open(ctx, rows, wanted)
    made = Booking.objects.bulk_create(_booking(ctx, event) for event in wanted)
    refused = {no.booking.pk for no in take_places(ctx, [(booking, rows) for booking in made], all_or_none=False)}
    Booking.objects.visible_to(ctx).filter(pk__in=refused).delete()
    return {b.foreign_id: b for b in made if b.pk not in refused}


def move_events(ctx: Context, moves: Sequence[tuple[Booking, Event]], *, within_hours: bool) -> set[int]:
    """Move many bookings to where their events are now, all at once, so that none stands in the way of another. Inside a command.

    Shape: primary keys of the bookings that moved; of one that is missing, `follow_event` says why it did not.
    """
    ctx.require(RESERVE)
    left = [(b, e) for b, e in moves if not b.origin and e.starts_at < e.ends_at and e.ends_at > ctx.now]
    held = BookingSlot.objects.visible_to(ctx).filter(booking__in=[b.pk for b, _ in left], active=True)
    taken = list(held.order_by("pk").values_list("booking_id", "bookable_id"))
    rows = {b.pk: b for b in lock_bookables(ctx, sorted({bookable for _, bookable in taken}))}
    needs: dict[int, list[Bookable]] = defaultdict(list)
    for booking, bookable in dict.fromkeys(taken):
        needs[booking].append(rows[bookable])
    left = [(b, e) for b, e in left if needs[b.pk] and (not within_hours or _open(ctx, needs[b.pk], [e]))]
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                _move(ctx, left, needs)
        except NoPlace as no:
            left = [(b, e) for b, e in left if b.pk != no.booking.pk]
        else:
            return {b.pk for b, _ in left}
    return set()


def release_events(ctx: Context, bookings: Sequence[Booking]) -> set[int]:
    """Give the time of many bookings back whose events no longer take place. Inside a command.

    Shape: primary keys of those that were given back; of one that is missing, `release_booking` says why it was not.
    """
    ctx.require(RESERVE)
    keys = {b.pk for b in bookings if b.state == Booking.State.BOOKED and b.series_id is None and not b.origin}
    tell_freed(ctx, give_back(ctx, Booking.objects.visible_to(ctx).filter(pk__in=keys)))
    return keys


def _move(ctx: Context, moves: Sequence[tuple[Booking, Event]], needs: dict[int, list[Bookable]]) -> None:
    """Move all of these or raise NoPlace, with which the bookings are as they were."""
    before = [[getattr(b, name) for name in _BROUGHT] for b, _ in moves]
    elsewhere = [b for b, e in moves if (b.starts_at, b.ends_at) != (e.starts_at, e.ends_at)]
    freed = [(b.starts_at, b.ends_at) for b in elsewhere]
    BookingSlot.objects.visible_to(ctx).filter(booking__in=[b.pk for b in elsewhere], active=True).update(active=False)
    for booking, event in moves:
        _bring(ctx, booking, event)
    try:
        take_places(ctx, [(booking, needs[booking.pk]) for booking in elsewhere])
    except NoPlace:
        for (b, _), values in zip(moves, before, strict=True):
            for name, value in zip(_BROUGHT, values, strict=True):
                setattr(b, name, value)
        raise
    Booking.objects.bulk_update([b for b, _ in moves], _BROUGHT)
    for span in freed:
        tell_freed(ctx, span)


def is_same(ctx: Context, booking: Booking, event: Event) -> bool:
    """Whether a booking is what its event says."""
    is_now = (booking.foreign_id, booking.title, booking.starts_at, booking.ends_at)
    return is_now == (_known_as(ctx, booking, event), event.title, event.starts_at, event.ends_at)


def _known_as(ctx: Context, booking: Booking, event: Event) -> str:
    """The identity of an event elsewhere; what the house exported itself keeps the one that it has here."""
    return booking.foreign_id if event.foreign_id == exported_as(booking, ctx.company.slug) else event.foreign_id


def _bring(ctx: Context, booking: Booking, event: Event) -> None:
    booking.foreign_id = _known_as(ctx, booking, event)
    booking.title, booking.starts_at, booking.ends_at = event.title, event.starts_at, event.ends_at
    booking.sequence, booking.changed_at, booking.apart = booking.sequence + 1, ctx.now, booking.series_id is not None


def _booking(ctx: Context, event: Event) -> Booking:
    return Booking(
        company=ctx.company,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        foreign_id=event.foreign_id,
        changed_at=ctx.now,
    )


def _take(ctx: Context, booking: Booking, rows: Sequence[Bookable]) -> None:
    try:
        take_places(ctx, [(booking, rows)])
    except NoPlace as no:
        event = Event("", booking.title, booking.starts_at, booking.ends_at)
        raise Refusal("slot_taken", f"{_said(ctx, event)}: {no.bookable} is already taken at that time.", field="starts_at") from None


def _in_use(rows: list[Bookable]) -> list[Bookable]:
    if inactive := [b for b in rows if not b.active]:
        raise Refusal("not_bookable", f"{inactive[0]} is no longer in use.", field="bookables")
    if not rows:
        raise Refusal("nobody_named", "Say whose time the events take.", field="bookables")
    return rows


def _open(ctx: Context, rows: Sequence[Bookable], events: Sequence[Event]) -> list[Event]:
    """Those events during which all are open."""
    if not events:
        return []
    hours = open_hours(ctx, rows, min(e.starts_at for e in events), max(e.ends_at for e in events))
    return [e for e in events if all(any(a <= e.starts_at and e.ends_at <= z for a, z in hours[b.pk]) for b in rows)]


def _closed(ctx: Context, event: Event) -> Refusal:
    return Refusal("closed", f"{_said(ctx, event)}: this is outside the opening hours.", field="starts_at")


def _said(ctx: Context, event: Event) -> str:
    """An event as people know it: a series has many on one line of the file."""
    return f"{event.title[:60]}, {event.starts_at.astimezone(ctx.zone):%Y-%m-%d %H:%M}"
