"""Reads of calendar: who is busy, who is open, where a free slot is.

Busy time is fetched once per question with conditions that a btree can use (row-level security bars range operators from
indexes); everything else is interval arithmetic in rules.
"""

from .bookings import (
    Lane,
    Presence,
    booked_person,
    booked_places,
    bookings_of,
    coming_of,
    day_lanes,
    lanes_of_days,
    open_conflicts,
    presence,
)
from .feeds import FeedContent, content_of, feed_of
from .hours import company_hours, holidays_between, next_working_noon, open_hours
from .imported import bookings_of_events, exported_as
from .loads import Load, day_loads
from .slots import Need, Slot, Span, bookable_of, bookables_for, find_slots, free_slots_hint, overlapping, seats_of, starts
from .waiting import open_offers, waiting_entry, waiting_for

__all__ = [
    "FeedContent",
    "Lane",
    "Load",
    "Need",
    "Presence",
    "Slot",
    "Span",
    "bookable_of",
    "bookables_for",
    "booked_person",
    "booked_places",
    "bookings_of",
    "bookings_of_events",
    "coming_of",
    "company_hours",
    "content_of",
    "day_lanes",
    "day_loads",
    "exported_as",
    "feed_of",
    "find_slots",
    "free_slots_hint",
    "holidays_between",
    "lanes_of_days",
    "next_working_noon",
    "open_conflicts",
    "open_hours",
    "open_offers",
    "overlapping",
    "presence",
    "seats_of",
    "starts",
    "waiting_entry",
    "waiting_for",
]
