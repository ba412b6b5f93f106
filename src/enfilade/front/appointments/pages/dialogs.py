"""Kinder dialogs for booking, moving and check-in, and the list of free times that they share."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.calendar.models import Bookable
from enfilade.core.context import Context, Refusal
from enfilade.core.resource import dialog, page
from enfilade.core.ui.format import format_clock
from enfilade.front.appointments.commands import book_visit, check_in, finish_treatment, move_visit
from enfilade.front.appointments.models import Service, Visit
from enfilade.front.appointments.queries import free_times, papers, practitioners, used_bookables, who_again

from .drawing import day_of

SLOTS_SEARCHED = 80
DAYS_SHOWN = 4
LATER_SHOWN = 6
FILLS = {"starts_at", "next_starts_at"}


@page("slots/", title="Free times", permission="appointments.view_day", menu=False)
def slots_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The next free times of a service; ?service= ?practitioner= ?on= the day from which to look, ?fill= the input they go into,
    ?before= the visit that one follows: with the same practitioner, if she does that.
    """
    fill = request.GET.get("fill", "")
    fill = fill if fill in FILLS else "starts_at"
    service = _chosen(ctx, Service, request.GET.get("service") or request.GET.get("next_service"))
    asked = request.GET.get("practitioner", "")
    who = next((b for b in used_bookables(ctx) if str(b.pk) == asked), None) if asked else None
    visit = _chosen(ctx, Visit, request.GET.get("visit"))
    before = _chosen(ctx, Visit, request.GET.get("before"))
    if before is not None and service is not None:
        who = who_again(before, service)
    context: dict[str, Any] = {"days": [], "sentence": "", "service": service}
    if service is not None:
        if fill == "starts_at" and visit is None:
            wish = {"service": service.pk} | ({"practitioner": who.pk} if who else {})
            context["wait_url"] = f"/appointments/do/wait_for_visit/?{urlencode(wish)}"
        start = datetime.combine(day_of(request, ctx), time.min, tzinfo=ctx.zone)
        try:
            found = free_times(ctx, service, who, start, SLOTS_SEARCHED, ignore=visit.booking if visit else None)
        except Refusal as no:
            context["sentence"] = str(no)
        else:
            slots = [_slot(ctx, s.starts_at, s.bookables, fill) for s in found]
            days = [(day, list(rows)) for day, rows in groupby(slots, key=lambda s: s["day"])][:DAYS_SHOWN]
            context["days"] = [{"day": day, "slots": rows if n == 0 else rows[:LATER_SHOWN]} for n, (day, rows) in enumerate(days)]
    return render(request, "appointments/slots.html", context)


def _chosen(ctx: Context, model: Any, key: str | None) -> Any:
    found = model.objects.visible_to(ctx).filter(pk=int(key)) if key and key.isdecimal() and len(key) < 19 else None
    return found.first() if found is not None else None


def _slot(ctx: Context, starts_at: datetime, bookables: list[Bookable], fill: str) -> dict[str, Any]:
    local = starts_at.astimezone(ctx.zone)
    person = next((b.name for b in bookables if b.kind == Bookable.Kind.PERSON), "")
    return {"day": local.date(), "clock": format_clock(starts_at), "who": person, "fill": {fill: f"{local:%Y-%m-%dT%H:%M}"}}


@dialog(book_visit, template="appointments/book_body.html")
def book_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Services and people to choose from, and the day from which free times are shown."""
    return {**_choices(ctx, values), "service": str(values.get("service") or ""), "from_on": _day(ctx, values.get("starts_at"))}


@dialog(move_visit, template="appointments/move_body.html")
def move_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The visit that is moved, and free times from its day on."""
    visit = _chosen(ctx, Visit, str(values.get("visit") or ""))
    found = {**_choices(ctx, values), "visit": visit, "from_on": _day(ctx, values.get("starts_at"))}
    if visit is not None and not found["practitioner"]:
        found["practitioner"] = str(visit.practitioner_id or "")
    return found


def _choices(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "services": list(Service.objects.visible_to(ctx).filter(active=True).order_by("name")),
        "practitioners": practitioners(ctx),
        "practitioner": str(values.get("practitioner") or ""),
    }


def _day(ctx: Context, starts_at: Any) -> str:
    """The day of a typed or stored instant; today when there is none."""
    text = starts_at.astimezone(ctx.zone).isoformat() if isinstance(starts_at, datetime) else str(starts_at or "")
    return text[:10] if len(text) >= 10 else ctx.today.isoformat()


@dialog(finish_treatment, template="appointments/finish_body.html")
def finish_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """First what was done, then what the desk should know."""
    return {}


@dialog(check_in, template="appointments/check_in_body.html")
def check_in_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Who has come, and the papers: those that are there, and those to be handed in now."""
    visit = _chosen(ctx, Visit, str(values.get("visit") or ""))
    if visit is None:
        return {"visit": None}
    needed = papers(ctx, visit)
    given = {str(row.get("kind")): row for row in values.get("documents") or [] if isinstance(row, dict)}
    missing = [{"need": r, "given": given.get(str(r.kind.pk), {}), "ticked": str(r.kind.pk) in given} for r in needed if not r.met]
    early = visit.starts_at - ctx.now
    words = f"{int(early / timedelta(minutes=1))} minutes early" if early > timedelta(minutes=15) else ""
    return {"visit": visit, "missing": missing, "there": [r for r in needed if r.met], "early": words}
