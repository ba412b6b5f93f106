"""Tables of calendar: who can be booked and when they are open, bookings, and bookings that come again."""

from .bookable import Bookable, Pool, Site
from .booking import LONGEST, Booking, BookingSlot, during, only
from .feed import CalendarFeed
from .hours import WEEKDAYS, Closure, Holiday, HolidayCalendar, OpeningHours, SpecialHours
from .series import BookingSeries, SeriesConflict, SeriesNeed
from .waiting import SlotOffer, WaitingEntry, WaitingNeed

__all__ = [
    "LONGEST",
    "WEEKDAYS",
    "Bookable",
    "Booking",
    "BookingSeries",
    "BookingSlot",
    "CalendarFeed",
    "Closure",
    "Holiday",
    "HolidayCalendar",
    "OpeningHours",
    "Pool",
    "SeriesConflict",
    "SeriesNeed",
    "Site",
    "SlotOffer",
    "SpecialHours",
    "WaitingEntry",
    "WaitingNeed",
    "during",
    "only",
]
