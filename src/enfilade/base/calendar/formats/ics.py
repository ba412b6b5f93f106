"""iCalendar out (RFC 5545): bookings, for the calendar on somebody's phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from enfilade.base.calendar.models import Bookable, Booking

REFRESH = timedelta(hours=1)


def bookings_ics(name: str, company: str, bookings: Iterable[Booking], *, details: bool = True) -> bytes:
    """One VEVENT per booking, times in UTC. The same bookings are the same bytes.

    A booking keeps its UID when it is moved, and counts its moves (SEQUENCE). details: without them it only says that the time is taken.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Enfilade//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for booking in bookings:
        calendar.add_component(_event(booking, company, details=details))
    return calendar.to_ical()


def _event(booking: Booking, company: str, *, details: bool) -> Event:
    event = Event()
    event.add("uid", f"booking-{booking.pk}@{company}.enfilade")
    event.add("dtstamp", booking.changed_at.astimezone(UTC))
    event.add("last-modified", booking.changed_at.astimezone(UTC))
    event.add("sequence", booking.sequence)
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", booking.title if details else "Busy")
    places = {s.bookable.name: None for s in booking.slots.all() if s.active and s.bookable.kind != Bookable.Kind.PERSON}
    if details and places:
        event.add("location", ", ".join(places))
    return event
