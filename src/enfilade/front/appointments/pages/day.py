"""The day calendar: people and rooms side by side; a click on a free half hour books it."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.calendar.models import Bookable
from enfilade.base.calendar.queries import day_lanes, open_offers
from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_long_day
from enfilade.front.appointments.queries import used_bookables, visits_of_day

from .drawing import calendar_of, day_of
from .spans import spans

SHOWN = (("all", "All"), ("people", "People"), ("places", "Rooms and chairs"))


@page("day/", title="Day", permission="appointments.view_day", icon="calendar-days", order=10)
def day_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """One day of the whole practice; ?on= a date, ?show= people or places."""
    on, shown = day_of(request, ctx), request.GET.get("show", "all")
    bookables = [b for b in used_bookables(ctx) if shown == "all" or (b.kind == Bookable.Kind.PERSON) == (shown == "people")]
    lanes = day_lanes(ctx, bookables, on)
    today = ctx.today
    context = {
        "day": calendar_of(ctx, [(on, lane) for lane in lanes], {v.booking_id: v for v in visits_of_day(ctx, on)}),
        "on": on,
        "title": "Today" if on == today else format_long_day(on),
        "subtitle": format_long_day(on) if on == today else "",
        "closed": not any(lane.open for lane in lanes),
        "empty": not bookables,
        "tabs": [{"label": label, "url": _url(on, name), "current": name == shown} for name, label in SHOWN],
        "spans": spans("day", on),
        "shown": shown,
        "before_url": _url(on - timedelta(days=1), shown),
        "after_url": _url(on + timedelta(days=1), shown),
        "today_url": "" if on == today else _url(today, shown),
        "may_book": ctx.may("appointments.book_visit"),
        "offers": open_offers(ctx) if ctx.may("calendar.view_slotoffer") else 0,
        "crumbs": [{"label": "Day", "url": ""}],
    }
    part = "#day" if request.headers.get("HX-Request") and "day-view" in request.headers.get("HX-Target", "") else ""
    return render(request, f"appointments/day.html{part}", context)


def _url(on: date, shown: str) -> str:
    return "?" + urlencode({"on": on.isoformat(), "show": shown})
