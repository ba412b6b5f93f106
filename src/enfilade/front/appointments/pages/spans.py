"""A week and a month: how full the days are, and one person's week by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.calendar.models import Bookable
from enfilade.base.calendar.queries import Load, day_loads, holidays_between, lanes_of_days
from enfilade.base.calendar.rules import DAY
from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_day, format_duration, format_month, format_weekday
from enfilade.front.appointments.queries import used_bookables, visits_of

from .drawing import calendar_of, day_of

WEEK = timedelta(days=7)
# From this share of a day on there is little left to promise, and from the next one on nothing.
NEARLY_FULL, FULL = 80, 98


def spans(now: str, on: date, who: str = "") -> list[dict[str, Any]]:
    """Day, week and month as tabs, each at the same date."""
    return [
        {"label": name.title(), "url": f"/appointments/{name}/{_query(on, who if name != 'day' else '')}", "current": name == now}
        for name in ("day", "week", "month")
    ]


@page("week/", title="Week", permission="appointments.view_day", icon="calendar-range", order=11, menu=False)
def week_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """One week: how full everybody is, or ?who= a bookable by the hour; ?on= a day of it."""
    on = day_of(request, ctx)
    first = on - on.weekday() * DAY
    days = [first + n * DAY for n in range(7)]
    bookables, who = _who(request, ctx)
    context = _frame(ctx, "week", on, bookables, who) | {
        "title": f"{format_day(days[0])} – {format_day(days[-1])}",
        "before_url": _query(first - WEEK, who),
        "after_url": _query(first + WEEK, who),
        "today_url": "" if ctx.today in days else _query(ctx.today, who),
    }
    if chosen := next((b for b in bookables if str(b.pk) == who), None):
        lanes = lanes_of_days(ctx, [chosen], days)
        used = [(day, lane) for day, lane in zip(days, lanes, strict=True) if lane.open or lane.slots] or list(
            zip(days, lanes, strict=True)
        )
        visits = {v.booking_id: v for v in visits_of(ctx, chosen, first, days[-1])}
        context |= {"day": calendar_of(ctx, used, visits, by_day=True), "who_name": chosen.name}
    else:
        loads = day_loads(ctx, bookables, first, days[-1])
        context["rows"] = [_row(ctx, b, days, loads) for b in bookables]
        context["heads"] = [_head(ctx, day) for day in days]
    return _draw(request, context)


@page("month/", title="Month", permission="appointments.view_day", icon="calendar", order=12, menu=False)
def month_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """One month as weeks: how full the days are, of everybody or ?who= a bookable; ?on= a day of it."""
    on = day_of(request, ctx)
    first, last = on.replace(day=1), (on.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    start, end = first - first.weekday() * DAY, last + (6 - last.weekday()) * DAY
    bookables, who = _who(request, ctx)
    chosen = [b for b in bookables if str(b.pk) == who] or [b for b in bookables if b.kind == Bookable.Kind.PERSON] or bookables
    loads = day_loads(ctx, chosen, start, end)
    holidays: dict[date, list[str]] = {}
    for holiday in holidays_between(ctx, start, end):
        holidays.setdefault(holiday.on, []).append(holiday.name)
    days = [start + n * DAY for n in range((end - start).days + 1)]
    cells = [_cell(ctx, day, chosen, loads) | {"outside": day.month != on.month, "holidays": holidays.get(day, [])[:2]} for day in days]
    context = _frame(ctx, "month", on, bookables, who) | {
        "title": format_month(on),
        "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)],
        "weekdays": [format_weekday(day, short=True) for day in days[:7]],
        "before_url": _query(first - DAY, who),
        "after_url": _query(last + DAY, who),
        "today_url": "" if (on.year, on.month) == (ctx.today.year, ctx.today.month) else _query(ctx.today, who),
    }
    return _draw(request, context)


def _who(request: HttpRequest, ctx: Context) -> tuple[list[Bookable], str]:
    bookables, who = used_bookables(ctx), request.GET.get("who", "")
    return bookables, who if any(str(b.pk) == who for b in bookables) else ""


def _frame(ctx: Context, span: str, on: date, bookables: Sequence[Bookable], who: str) -> dict[str, Any]:
    return {
        "span": span,
        "spans": spans(span, on, who),
        "on": on,
        "who": who,
        "choices": [(str(b.pk), b.name) for b in bookables],
        "empty": not bookables,
        "may_book": ctx.may("appointments.book_visit"),
        "crumbs": [{"label": "Day", "url": f"/appointments/day/{_query(on, '')}"}, {"label": span.title(), "url": ""}],
    }


def _draw(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    part = "#span" if request.headers.get("HX-Request") and "span-view" in request.headers.get("HX-Target", "") else ""
    return render(request, f"appointments/span.html{part}", context)


def _query(on: date, who: str) -> str:
    return "?" + urlencode({"on": on.isoformat()} | ({"who": who} if who else {}))


def _hours(minutes: int) -> str:
    """Time that several people have together: in hours, since days of it would mislead."""
    if minutes < 2 * 60:
        return format_duration(minutes) if minutes else ""
    return f"{minutes // 60} h"


def _head(ctx: Context, day: date) -> dict[str, Any]:
    return {"label": format_weekday(day), "url": f"/appointments/day/?on={day.isoformat()}", "today": day == ctx.today}


def _row(ctx: Context, bookable: Bookable, days: Sequence[date], loads: dict[tuple[int, date], Load]) -> dict[str, Any]:
    return {
        "label": bookable.name,
        "url": f"/appointments/week/{_query(days[0], str(bookable.pk))}",
        "cells": [_cell(ctx, day, [bookable], loads) for day in days],
    }


def _cell(ctx: Context, day: date, bookables: Sequence[Bookable], loads: dict[tuple[int, date], Load]) -> dict[str, Any]:
    """How full some people are on a day. percent: of the open minutes; free: in words, what is left from now on."""
    total = sum((loads[b.pk, day] for b in bookables), Load())
    percent = round(100 * total.taken_min / total.open_min) if total.open_min else 0
    return {
        "day": day,
        "number": day.day,
        "url": f"/appointments/day/?on={day.isoformat()}",
        "name": format_weekday(day),
        "closed": not total.open_min,
        "past": day < ctx.today,
        "today": day == ctx.today,
        "bookings": total.bookings,
        "percent": percent,
        "free": _hours(total.free_min),
        "tone": "bad" if percent >= FULL else "warn" if percent >= NEARLY_FULL else "ok",
    }
