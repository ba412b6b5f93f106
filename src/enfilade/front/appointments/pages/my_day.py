"""My day: the open page of somebody who treats. Who is in the chair, who waits, what comes next; it changes by itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.calendar.queries import bookable_of
from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_clock, format_long_day
from enfilade.front.appointments.models import Visit
from enfilade.front.appointments.queries import papers, places_of, visits_with

from .board import buttons_of
from .day import day_of

STILL_TO_COME = ("booked", "arrived")


@page("my-day/", title="My day", permission="appointments.view_my_day", icon="sun", order=5)
def my_day_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The visits of the person who asks; ?on= another day."""
    on = day_of(request, ctx)
    mine = bookable_of(ctx, ctx.user)
    rows = list(visits_with(ctx, mine, on)) if mine is not None else []
    places = places_of(ctx, rows)
    here = [_now(ctx, v, places) for v in rows if v.state == Visit.State.IN_TREATMENT]
    waiting = sorted((v for v in rows if v.state == Visit.State.ARRIVED), key=lambda v: v.starts_at)
    shown = [v for v in rows if v.state not in {Visit.State.CANCELLED, Visit.State.NO_SHOW}]
    context = {
        "mine": mine,
        "on": on,
        "is_today": on == ctx.today,
        "day_words": format_long_day(on),
        "here": here,
        "waiting": [_line(ctx, v, places) for v in waiting],
        "lines": [_line(ctx, v, places) for v in shown],
        "seen": sum(v.state in {Visit.State.TREATED, Visit.State.CHECKED_OUT} for v in rows),
        "to_come": sum(v.state in STILL_TO_COME for v in rows),
        "ends": format_clock(max(v.ends_at for v in shown)) if shown else "",
        "feed_url": f"/calendar/feeds/{mine.pk}.ics" if mine is not None and ctx.may("calendar.view_booking") else "",
        "crumbs": [{"label": "My day", "url": ""}],
    }
    part = "#my-day" if request.headers.get("HX-Request") and "my-day" in request.headers.get("HX-Target", "") else ""
    return render(request, f"appointments/my_day.html{part}", context)


def _now(ctx: Context, visit: Visit, places: dict[int, str]) -> dict[str, Any]:
    """The patient in the chair, with what one wants to know before one begins."""
    missing = [r for r in papers(ctx, visit) if not r.met] if ctx.may("document.view_document") else []
    return {
        **_line(ctx, visit, places),
        "missing": missing,
        "too_long": visit.service.duration_min + 15,
        "may_prescribe": ctx.may("appointments.send_prescription"),
        "may_undo": ctx.may("appointments.call_in"),
    }


def _line(ctx: Context, visit: Visit, places: dict[int, str]) -> dict[str, Any]:
    return {
        "visit": visit,
        "place": places.get(visit.booking_id, ""),
        "time": format_clock(visit.starts_at),
        "until": format_clock(visit.ends_at),
        "buttons": [b for b in buttons_of(ctx, visit) if b["label"] != "Not here"],
        "url": f"/appointments/visits/{visit.pk}/",
    }
