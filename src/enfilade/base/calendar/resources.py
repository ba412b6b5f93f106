"""Declarations of calendar: lists, forms, API and menu entries."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, panel

from . import commands, exporting, importing, pages, queries, verify  # noqa: F401 - they register themselves
from .models import (
    Bookable,
    Booking,
    BookingSeries,
    CalendarFeed,
    Closure,
    Holiday,
    HolidayCalendar,
    OpeningHours,
    Pool,
    SeriesConflict,
    Site,
    SlotOffer,
    SpecialHours,
    WaitingEntry,
)

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
        "site",
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
    columns = ("starts_on", "ends_on", "reason", "bookable", "repeats")
    filters = ("bookable", "starts_on")
    search = ("reason",)
    fields = ("bookable", "starts_on", "ends_on", "reason", "rule")
    ordering = "-starts_on"
    icon = "calendar-off"
    order = 40
    empty = (
        "Add vacations and days off, once or coming again. No slots are offered on these days. Public holidays have a list of their own."
    )


class SpecialHoursResource(Resource):
    """Days on which other hours count."""

    model = SpecialHours
    columns = ("on", "opens_at", "closes_at", "bookable", "repeats", "reason")
    filters = ("bookable", "on")
    search = ("reason",)
    fields = ("bookable", "on", "opens_at", "closes_at", "rule", "reason")
    ordering = "-on"
    icon = "calendar-clock"
    order = 35
    empty = "Add days on which other hours count, whatever else is said: an open Sunday, a short Christmas Eve, every first Saturday."


class SiteResource(Resource):
    """Where the company works."""

    model = Site
    columns = ("code", "name", "active")
    filters = ("active",)
    search = ("code", "name")
    fields = ("code", "name", "active")
    import_key = "code"
    ordering = "code"
    icon = "map-pin"
    order = 55
    empty = "Add a site where public holidays differ from those of the company. Bookables say at which site they are."


class HolidayCalendarResource(Resource):
    """Whose public holidays are followed."""

    model = HolidayCalendar
    columns = ("country", "region", "site", "closes")
    filters = ("site",)
    facts = ("country", "region", "site", "closes")
    ordering = "id"
    verbs = ("follow_holidays",)
    icon = "flag"
    order = 50
    empty = "Follow the public holidays of your country and region, for the whole company or for one site."


class HolidayResource(Resource):
    """Single public holidays: shown, and closed if somebody says so."""

    model = Holiday
    columns = ("on", "name", "calendar", "closes")
    filters = ("calendar", "closes", "on")
    search = ("name",)
    fields = ("calendar", "on", "name", "closes")
    ordering = "on"
    icon = "party-popper"
    order = 45
    empty = "Follow the public holidays of a country first; each one can then be open or closed. Local days can be added."


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
    verbs = ("reserve_time",)
    icon = "calendar-check"
    order = 10
    empty = "Nothing is booked yet. Appointments appear here by themselves; other time is taken with Reserve time, or imported."

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
    verbs = ("reserve_series",)
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


class WaitingEntryResource(Resource):
    """Those who would take time that becomes free."""

    model = WaitingEntry
    columns = ("entered_at", "title", "party", "duration_min", "earliest_at", "latest_at", "state")
    filters = ("state", "party", "earliest_at", "entered_by")
    search = ("title",)
    facts = (
        "title",
        "party",
        "duration_min",
        "seats",
        "earliest_at",
        "latest_at",
        "note",
        "answer_within_min",
        "entered_at",
        "entered_by",
        "booking",
        "state",
    )
    lines = {"needs": ("bookable", "pool", "tags"), "offers": ("starts_at", "expires_at", "state")}
    ordering = "entered_at"
    icon = "list-ordered"
    order = 16
    empty = "Nobody waits. Put somebody on the list who would come earlier, or at all, if time became free."


class SlotOfferResource(Resource):
    """Time that became free, offered to those who wait."""

    model = SlotOffer
    columns = ("starts_at", "entry", "expires_at", "state")
    filters = ("state", "entry", "starts_at")
    facts = ("entry", "starts_at", "ends_at", "offered_at", "expires_at", "settled_at", "state")
    ordering = "-starts_at"
    icon = "hand-helping"
    order = 18
    empty = "Nothing is on offer. When a booking is moved or released, its time is offered to those who wait for it."


class CalendarFeedResource(Resource):
    """Addresses that calendar programs read from."""

    model = CalendarFeed
    columns = ("name", "owner", "bookable", "made_at", "state")
    filters = ("state", "owner", "bookable")
    search = ("name",)
    facts = ("name", "owner", "bookable", "made_at", "revoked_at", "state")
    ordering = "-id"
    verbs = ("make_feed",)
    icon = "rss"
    order = 60
    empty = "Make an address for the calendar on a phone or computer: it shows the bookings there and keeps them up to date."


@panel(on=CalendarFeed, title="Address", permission="calendar.make_feed", template="calendar/panel_address.html", icon="link")
def address_panel(ctx: Context, feed: CalendarFeed) -> dict[str, Any] | None:
    """The address, for its owner alone."""
    if feed.owner_id != ctx.user.pk or feed.state != CalendarFeed.State.LIVE:
        return None
    return {"path": f"/calendar/open/{ctx.company.slug}/feed/{feed.token}.ics"}


@panel(on=BookingSeries, title="Occurrences", permission="calendar.view_booking", template="calendar/panel_occurrences.html", icon="repeat")
def occurrences_panel(ctx: Context, series: BookingSeries) -> dict[str, Any] | None:
    """What is booked next, and what could not be."""
    coming, conflicts = queries.coming_of(ctx, series), queries.open_conflicts(ctx, series)
    return {"bookings": coming, "conflicts": conflicts, "count": len(conflicts) or None}
