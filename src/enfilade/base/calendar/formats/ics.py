"""iCalendar out (RFC 5545): bookings, for the calendar on somebody's phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from enfilade.base.calendar.models import Bookable, Booking
from enfilade.base.calendar.queries import exported_as

REFRESH = timedelta(hours=1)
_END = "END:VCALENDAR\r\n"


def bookings_ics(name: str, company: str, bookings: Iterable[Booking], *, details: bool = True) -> bytes:
    """One VEVENT per booking, times in UTC. The same bookings are the same bytes.

    A booking keeps its UID when it is moved, and counts its moves (SEQUENCE). details: without them it only says that the time is taken.
    """
    return "".join(calendar_lines(name, company, bookings, details=details)).encode()


def calendar_lines(name: str, company: str, bookings: Iterable[Booking], *, details: bool = True) -> Iterator[str]:
    """The same, booking by booking."""
    calendar = Calendar()
    calendar.add("prodid", "-//Enfilade//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    yield calendar.to_ical().decode().removesuffix(_END)
    for booking in bookings:
        yield _event(booking, company, details=details).to_ical().decode()
    yield _END


def _event(booking: Booking, company: str, *, details: bool) -> Event:
    event = Event()
    event.add("uid", exported_as(booking, company))
    event.add("dtstamp", booking.changed_at.astimezone(UTC))
    event.add("last-modified", booking.changed_at.astimezone(UTC))
    event.add("sequence", booking.sequence)
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", booking.title if details else "Busy")
    if booking.state == Booking.State.CANCELLED:
        event.add("status", "CANCELLED")
    places = {s.bookable.name: None for s in booking.slots.all() if s.active and s.bookable.kind != Bookable.Kind.PERSON}
    if details and places:
        event.add("location", ", ".join(places))
    return event
