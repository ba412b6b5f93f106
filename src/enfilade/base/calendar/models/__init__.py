"""Tables of calendar: who can be booked and when they are open, bookings, and bookings that come again."""

from .bookable import Bookable, Pool
from .booking import LONGEST, Booking, BookingSlot, during, only
from .hours import WEEKDAYS, Closure, OpeningHours
from .series import BookingSeries, SeriesConflict, SeriesNeed

__all__ = [
    "LONGEST",
    "WEEKDAYS",
    "Bookable",
    "Booking",
    "BookingSeries",
    "BookingSlot",
    "Closure",
    "OpeningHours",
    "Pool",
    "SeriesConflict",
    "SeriesNeed",
    "during",
    "only",
]
