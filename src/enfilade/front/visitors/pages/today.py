"""The house of today: who is expected, who waits, who is in the house, who has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_clock
from enfilade.front.visitors.models import Visitor
from enfilade.front.visitors.queries import entrances, house_of_today, left_on, steps_of

LEFT_SHOWN = 15
# Minutes that are coloured: soon too long, too long.
WAITING_MIN, INSIDE_MIN = (5, 10), (240, 480)
# State, words, colour, what an empty column says.
COLUMNS = (
    ("expected", "Expected", "neutral", "Nobody else is expected today."),
    ("waiting", "Waiting for the host", "warn", "Nobody waits."),
    ("inside", "In the house", "info", "No visitor is in the house."),
    ("left", "Left today", "neutral", "Nobody has left yet."),
)


@page("today/", title="Visitors today", permission="visitors.view_visitor", icon="users", order=1)
def today_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Everybody of today by where they are; it follows what colleagues do."""
    house = house_of_today(ctx)
    rows = {"expected": house.expected, "waiting": house.waiting, "inside": house.inside, "left": list(left_on(ctx, ctx.today))}
    context = {
        "columns": [_column(ctx, rows[state], state, label, tone, empty) for state, label, tone, empty in COLUMNS],
        "none": not any(rows.values()),
        "networks": [e for e in entrances(ctx) if e.network],
        "may_invite": ctx.may("visitors.invite_visitors"),
        "may_receive": ctx.may("visitors.admit_visitor"),
        "crumbs": [{"label": "Visitors today", "url": ""}],
    }
    part = "#house" if request.headers.get("HX-Request") and "visitors-house" in request.headers.get("HX-Target", "") else ""
    return render(request, f"visitors/today.html{part}", context)


def _column(ctx: Context, rows: Sequence[Visitor], state: str, label: str, tone: str, empty: str) -> dict[str, Any]:
    cards = [_card(ctx, v) for v in (rows[:LEFT_SHOWN] if state == "left" else rows)]
    return {"label": label, "tone": tone if cards else "neutral", "empty": empty, "count": len(rows), "cards": cards}


def _card(ctx: Context, visitor: Visitor) -> dict[str, Any]:
    warn, bad = WAITING_MIN if visitor.state == Visitor.State.WAITING else INSIDE_MIN
    late_min = int((ctx.now - visitor.expected_at).total_seconds() // 60) if visitor.state == Visitor.State.EXPECTED else 0
    return {
        "title": visitor.name,
        "text": " · ".join(part for part in (visitor.organisation, visitor.purpose or visitor.group) if part),
        "who": str(visitor.host),
        "time": format_clock(visitor.left_at or visitor.expected_at),
        "badge": visitor.badge,
        "since": visitor.waiting_since,
        "flag": f"{late_min} min late" if late_min > 0 else "",
        "warn": warn,
        "bad": bad,
        "url": f"/visitors/visitors/{visitor.pk}/",
        "buttons": steps_of(ctx, visitor),
    }
