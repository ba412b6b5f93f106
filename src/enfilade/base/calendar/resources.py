"""Declarations of calendar: lists, forms, API and menu entries."""

from __future__ import annotations

from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import commands, pages, verify  # noqa: F401 - they register themselves
from .models import Bookable, Booking, Closure, OpeningHours

department("calendar", "Calendar", "calendar", 30, office="front")


class BookableResource(Resource):
    """Who and what can be booked."""

    model = Bookable
    columns = ("name", "code", "kind", "tags", "capacity", "user", "active")
    filters = ("kind", "active")
    search = ("name", "code")
    fields = ("kind", "name", "code", "tags", "capacity", "party", "user", "colour", "active")
    import_key = "code"
    ordering = "code"
    icon = "armchair"
    order = 20
    empty = "Add the people, rooms and chairs whose time is booked. Services say by tags which of them they need."


class OpeningHoursResource(Resource):
    """When the company and its bookables are open."""

    model = OpeningHours
    columns = ("weekday_name", "bookable", "opens_at", "closes_at", "valid_from", "valid_until")
    filters = ("bookable", "weekday")
    fields = ("bookable", "weekday", "opens_at", "closes_at", "valid_from", "valid_until")
    facts = ("weekday_name", "bookable", "opens_at", "closes_at", "valid_from", "valid_until")
    ordering = "id"
    icon = "clock"
    order = 30
    empty = "Add a line for each stretch of each weekday. Without any opening hours everything is open all the time."


class ClosureResource(Resource):
    """Holidays and absences."""

    model = Closure
    columns = ("starts_on", "ends_on", "reason", "bookable")
    filters = ("bookable", "starts_on")
    search = ("reason",)
    fields = ("bookable", "starts_on", "ends_on", "reason")
    ordering = "-starts_on"
    icon = "calendar-off"
    order = 40
    empty = "Add public holidays for the whole company and vacations for single people. No slots are offered on these days."


class BookingResource(Resource):
    """Time that was promised; changed by commands only."""

    model = Booking
    columns = ("starts_at", "ends_at", "title", "bookable_names", "state")
    filters = ("state", "starts_at")
    search = ("title",)
    facts = ("title", "starts_at", "ends_at", "bookable_names", "state", "buffer_before_min", "buffer_after_min")
    lines = {"slots": ("bookable", "starts_at", "ends_at", "active")}
    ordering = "-starts_at"
    icon = "calendar-check"
    order = 10
    empty = "Nothing is booked yet. Appointments appear here by themselves; other time is taken with Reserve time."

    def queryset(self) -> RecordQuerySet:
        """Names of what is booked, without a query per row."""
        return super().queryset().prefetch_related("slots__bookable")
