"""iCalendar out (RFC 5545): the bookings of one bookable, for the calendar on somebody's phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from enfilade.base.calendar.models import Bookable, Booking


def bookings_ics(bookable: Bookable, bookings: Iterable[Booking], made_at: datetime) -> bytes:
    """One VEVENT per booking, times in UTC; a booking keeps its UID when it is moved."""
    calendar = Calendar()
    calendar.add("prodid", "-//Enfilade//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", bookable.name)
    for booking in bookings:
        event = Event()
        event.add("uid", f"booking-{booking.pk}@{bookable.company.slug}.enfilade")
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("dtstart", booking.starts_at.astimezone(UTC))
        event.add("dtend", booking.ends_at.astimezone(UTC))
        event.add("summary", booking.title)
        event.add(
            "location", ", ".join(s.bookable.name for s in booking.slots.all() if s.active and s.bookable.kind != Bookable.Kind.PERSON)
        )
        calendar.add_component(event)
    return calendar.to_ical()
