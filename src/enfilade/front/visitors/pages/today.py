"""The house of today: who is expected, who waits, who is in the house, who has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_clock
from enfilade.front.visitors.models import Visitor
from enfilade.front.visitors.queries import entrances, expected_on, in_the_house, left_on

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
# State -> what can be done: command, words, whether one press does it without a dialog.
ACTIONS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "expected": (("admit_visitor", "Let in", True),),
    "waiting": (("fetch_visitor", "Fetched", True), ("remind_host", "Remind", True), ("let_out", "Has left", True)),
    "inside": (("let_out", "Has left", True),),
}


@page("today/", title="Visitors today", permission="visitors.view_visitor", icon="users", order=1)
def today_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Everybody of today by where they are; it follows what colleagues do."""
    here = list(in_the_house(ctx))
    rows = {
        "expected": list(expected_on(ctx, ctx.today)),
        "waiting": [v for v in here if v.state == Visitor.State.WAITING],
        "inside": [v for v in here if v.state == Visitor.State.INSIDE],
        "left": list(left_on(ctx, ctx.today)),
    }
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
        "buttons": buttons_of(ctx, visitor),
    }


def buttons_of(ctx: Context, visitor: Visitor) -> list[dict[str, Any]]:
    """What the caller may do with a visitor now, the usual step first."""
    return [
        {"label": label, "url": f"/visitors/do/{verb}/{visitor.pk}/", "now": now, "key": get_random_string(20)}
        for verb, label, now in ACTIONS.get(visitor.state, ())
        if ctx.may(f"visitors.{verb}")
    ]
