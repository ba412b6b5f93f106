"""What is booked: whose time, in which place, when; who is at work now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enfilade.base.calendar.models import Bookable, Booking, BookingSeries, BookingSlot, SeriesConflict
from enfilade.base.calendar.rules import MINUTE, Interval, day_span, intersect
from enfilade.core.context import Context
from enfilade.core.models import User

from .hours import open_hours
from .slots import overlapping

COMING = 20


@dataclass(frozen=True)
class Presence:
    """Whether somebody is at work now, and until when she is taken."""

    bookable: Bookable
    here: bool
    busy_until: datetime | None = None


@dataclass(frozen=True)
class Lane:
    """One day of one bookable: when it is open, and what takes its time (buffers included)."""

    bookable: Bookable
    open: list[Interval]
    slots: list[BookingSlot]


def booked_places(ctx: Context, bookings: Sequence[int]) -> dict[int, str]:
    """Rooms, chairs and things of bookings, in words. Shape: primary key of the booking -> names."""
    slots = BookingSlot.objects.visible_to(ctx).filter(booking__in=bookings, active=True).exclude(bookable__kind=Bookable.Kind.PERSON)
    found: dict[int, list[str]] = defaultdict(list)
    for booking, name in slots.order_by("pk").values_list("booking_id", "bookable__name"):
        found[booking].append(name)
    return {booking: ", ".join(names) for booking, names in found.items()}


def booked_person(ctx: Context, booking: Booking) -> Bookable | None:
    """The person of a booking, the first where there are several."""
    slots = BookingSlot.objects.visible_to(ctx).filter(booking=booking, active=True, bookable__kind=Bookable.Kind.PERSON)
    first = slots.select_related("bookable").order_by("pk").first()
    return first.bookable if first is not None else None


def day_lanes(ctx: Context, bookables: Sequence[Bookable], day: date) -> list[Lane]:
    """One day side by side: opening hours and active slots of each bookable."""
    return lanes_of_days(ctx, bookables, [day])


def lanes_of_days(ctx: Context, bookables: Sequence[Bookable], days: Sequence[date]) -> list[Lane]:
    """Days that follow one another, each with a lane for every bookable, in as many queries as for one of them."""
    spans = [day_span(day, ctx.zone) for day in days]
    from_at, until_at = spans[0][0], spans[-1][1]
    hours = open_hours(ctx, bookables, from_at, until_at)
    slots: dict[int, list[BookingSlot]] = defaultdict(list)
    for slot in overlapping(ctx, bookables, from_at, until_at).select_related("booking").order_by("starts_at", "pk"):
        slots[slot.bookable_id].append(slot)
    return [
        Lane(b, intersect(hours[b.pk], [span]), [s for s in slots[b.pk] if s.starts_at < span[1] and s.ends_at > span[0]])
        for span in spans
        for b in bookables
    ]


def presence(ctx: Context, users: Sequence[User] = ()) -> dict[int, Presence]:
    """Who of the people with an account is at work now, by primary key of the user; all of them without `users`."""
    rows = Bookable.objects.visible_to(ctx).filter(active=True, user__isnull=False)
    people = list(rows.filter(user__in=[u.pk for u in users]) if users else rows)
    now, soon = ctx.now, ctx.now + MINUTE
    hours = open_hours(ctx, people, now, soon)
    until: dict[int, datetime] = {}
    for slot in overlapping(ctx, people, now, soon):
        until[slot.bookable_id] = max(slot.ends_at, until.get(slot.bookable_id, slot.ends_at))
    return {b.user_id: Presence(b, bool(hours[b.pk]), until.get(b.pk)) for b in people if b.user_id is not None}


def bookings_of(ctx: Context, bookable: Bookable, from_at: datetime, until_at: datetime) -> list[Booking]:
    """Booked time of one bookable between two instants, in order."""
    keys = overlapping(ctx, [bookable], from_at, until_at).values_list("booking_id", flat=True)
    return list(Booking.objects.visible_to(ctx).filter(pk__in=list(keys)).order_by("starts_at", "pk").prefetch_related("slots__bookable"))


def coming_of(ctx: Context, series: BookingSeries) -> list[Booking]:
    """The next occurrences of a series that are booked."""
    rows = Booking.objects.visible_to(ctx).filter(series=series, state=Booking.State.BOOKED, ends_at__gt=ctx.now)
    return list(rows.order_by("starts_at").prefetch_related("slots__bookable")[:COMING])


def open_conflicts(ctx: Context, series: BookingSeries) -> list[SeriesConflict]:
    """Occurrences of a series that somebody has to decide about, in order."""
    return list(SeriesConflict.objects.visible_to(ctx).filter(series=series, state=SeriesConflict.State.OPEN).order_by("occurrence_at"))
