"""Declarations of calendar: lists, forms, API and menu entries."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, panel

from . import commands, pages, queries, verify  # noqa: F401 - they register themselves
from .models import Bookable, Booking, BookingSeries, Closure, OpeningHours, Pool, SeriesConflict

department("calendar", "Calendar", "calendar", 30, office="front")


class BookableResource(Resource):
    """Who and what can be booked."""

    model = Bookable
    columns = ("name", "code", "kind", "tags", "capacity", "user", "active")
    filters = ("kind", "active")
    search = ("name", "code")
    fields = (
        "kind",
        "name",
        "code",
        "tags",
        "capacity",
        "buffer_before_min",
        "buffer_after_min",
        "party",
        "user",
        "colour",
        "active",
    )
    import_key = "code"
    ordering = "code"
    icon = "armchair"
    order = 20
    empty = "Add the people, rooms and chairs whose time is booked. Services say by tags which of them they need."


class PoolResource(Resource):
    """Any one of several."""

    model = Pool
    columns = ("name", "code", "tags", "choice", "active")
    filters = ("active",)
    search = ("name", "code")
    fields = ("code", "name", "tags", "choice", "active")
    import_key = "code"
    ordering = "code"
    icon = "users"
    order = 25
    empty = "Add a pool where any one of several will do, such as any hygienist: whoever carries one of its tags belongs to it."


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
    facts = (
        "title",
        "starts_at",
        "ends_at",
        "bookable_names",
        "state",
        "seats",
        "buffer_before_min",
        "buffer_after_min",
        "series",
        "apart",
    )
    lines = {"slots": ("bookable", "starts_at", "ends_at", "active")}
    ordering = "-starts_at"
    icon = "calendar-check"
    order = 10
    empty = "Nothing is booked yet. Appointments appear here by themselves; other time is taken with Reserve time."

    def queryset(self) -> RecordQuerySet:
        """Names of what is booked, without a query per row."""
        return super().queryset().prefetch_related("slots__bookable")


class BookingSeriesResource(Resource):
    """Time that comes again; changed by commands only."""

    model = BookingSeries
    columns = ("title", "rule_words", "clock", "duration_min", "first_on", "booked_until", "state")
    filters = ("state", "first_on", "owner")
    search = ("title",)
    facts = (
        "title",
        "rule_words",
        "rule",
        "first_on",
        "clock",
        "duration_min",
        "zone_name",
        "seats",
        "buffer_before_min",
        "buffer_after_min",
        "outside_hours",
        "more_at",
        "skipped_at",
        "horizon_days",
        "booked_until",
        "ends_before",
        "owner",
        "state",
    )
    lines = {"needs": ("bookable", "pool")}
    ordering = "-id"
    icon = "repeat"
    order = 12
    empty = "Nothing comes again yet. Reserve a series: a weekly meeting, a cleaning each month, a course of twelve evenings."


class SeriesConflictResource(Resource):
    """Occurrences that somebody has to decide about."""

    model = SeriesConflict
    columns = ("series", "occurrence_at", "reason", "state", "booking")
    filters = ("state", "reason", "series", "occurrence_at")
    ordering = "occurrence_at"
    icon = "calendar-x"
    order = 14
    empty = "Every occurrence of every series could be booked."


@panel(on=BookingSeries, title="Occurrences", permission="calendar.view_booking", template="calendar/panel_occurrences.html", icon="repeat")
def occurrences_panel(ctx: Context, series: BookingSeries) -> dict[str, Any] | None:
    """What is booked next, and what could not be."""
    coming, conflicts = queries.coming_of(ctx, series), queries.open_conflicts(ctx, series)
    return {"bookings": coming, "conflicts": conflicts, "count": len(conflicts) or None}
