"""The day, for the owner: what the desk kept away from everybody else, what reached them all the same, and what came in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.back.billing.queries import open_drawers, takings
from enfilade.core.context import Context, Refusal
from enfilade.core.resource import page
from enfilade.core.resource.hooks import REPORTS
from enfilade.front.reception.queries.day import Day, day_at_the_desk

FIRST_DAY = date(2000, 1, 1)
GROUPS = {"alone": "ok", "passed": "info", "interrupted": "warn", "lost": "neutral"}


@page("day/", title="The day", permission="reception.view_day", icon="sun", order=2)
def the_day(request: HttpRequest, ctx: Context) -> HttpResponse:
    """One day in figures; each leads to the contacts behind it."""
    try:
        on = min(max(date.fromisoformat(request.GET.get("on", "")), FIRST_DAY), ctx.today)
    except ValueError:
        on = ctx.today
    day = day_at_the_desk(ctx, on)
    context = {
        "day": day,
        "lines": _bars(day),
        "rates": [(role.replace("_", " "), rate) for role, rate in day.rates],
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < ctx.today else None,
        "is_today": on == ctx.today,
        "currency": ctx.company.currency,
        "money": _money(ctx, on),
        "may_write": ctx.may("reception.answer_question"),
        "crumbs": [{"label": "The day"}],
    }
    return render(request, "reception/day.html", context)


def _bars(day: Day) -> list[dict[str, Any]]:
    most = max((line.contacts for line in day.lines), default=0)
    shown = [line for line in day.lines if line.contacts]
    return [{"line": line, "tone": GROUPS[line.group], "percent": 100 * line.contacts // most} for line in shown]


def _money(ctx: Context, on: date) -> dict[str, Any]:
    """Takings and income of the day, as far as the caller may see them."""
    found: dict[str, Any] = {}
    if ctx.may("billing.view_payment"):
        found["takings"] = [t for t in takings(ctx, on) if t.payments]
        found["taken_minor"] = sum(t.net_minor for t in found["takings"])
    if ctx.may("billing.view_drawersession"):
        found["drawers"] = open_drawers(ctx)
    profit = REPORTS.get("ledger.profit_and_loss")
    if profit is not None and ctx.may(profit.permission):
        try:
            found["result"] = profit.build(ctx, from_on=on, to_on=on)
        except Refusal:
            found["result"] = None
    return found
