"""The day, for the owner: what the desk kept away from everybody else, and what reached them all the same."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.front.reception.queries.day import day_at_the_desk


@page("day/", title="The day", permission="reception.view_day", icon="sun", order=2)
def the_day(request: HttpRequest, ctx: Context) -> HttpResponse:
    """One day in figures; each leads to the contacts behind it."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = ctx.today
    on = min(max(on, date(2000, 1, 1)), ctx.today + timedelta(days=1))
    context = {
        "day": day_at_the_desk(ctx, on),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < ctx.today else None,
        "currency": ctx.company.currency,
        "crumbs": [{"label": "The day"}],
    }
    return render(request, "reception/day.html", context)
