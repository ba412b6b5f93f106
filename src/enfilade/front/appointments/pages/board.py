"""The flow board: who is expected, who waits how long, who is in the chair, who can leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_clock
from enfilade.front.appointments.models import Visit
from enfilade.front.appointments.queries import visits_of_day

DONE_SHOWN = 15
# Minutes of waiting that are coloured: soon too long, too long.
PATIENCE_MIN = (10, 20)
# State, words, colour, what an empty column says.
COLUMNS = (
    ("booked", "Expected", "neutral", "Nobody else is expected today."),
    ("arrived", "Waiting", "warn", "Nobody waits."),
    ("in_treatment", "In treatment", "info", "All chairs are free."),
    ("treated", "To check out", "ok", "Nobody waits to leave."),
    ("checked_out", "Done today", "neutral", "Nobody has left yet."),
)
# State -> what can be done: command, words, whether one press does it without a dialog.
ACTIONS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "booked": (("check_in", "Check in", False),),
    "arrived": (("call_in", "Call in", True), ("undo_check_in", "Not here", True)),
    "in_treatment": (("finish_treatment", "Finish", False),),
    "treated": (),
}


@page("board/", title="Flow board", permission="appointments.view_board", icon="columns-3", order=20)
def board_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Everybody of today by where they are; it follows what colleagues do."""
    rows = list(visits_of_day(ctx, ctx.today))
    by_state: dict[str, list[Visit]] = {}
    for visit in rows:
        by_state.setdefault(visit.state, []).append(visit)
    missed = len(by_state.get("no_show", [])) + len(by_state.get("cancelled", []))
    context = {
        "columns": [_column(ctx, by_state.get(state, []), state, label, tone, empty) for state, label, tone, empty in COLUMNS],
        "none": not rows,
        "missed": missed,
        "may_book": ctx.may("appointments.book_visit"),
        "crumbs": [{"label": "Flow board", "url": ""}],
    }
    part = "#board" if request.headers.get("HX-Request") and "flow-board" in request.headers.get("HX-Target", "") else ""
    return render(request, f"appointments/board.html{part}", context)


def _column(ctx: Context, rows: list[Visit], state: str, label: str, tone: str, empty: str) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda v: v.waiting_since or v.left_at or v.starts_at, reverse=state == "checked_out")
    cards = [card_of(ctx, v) for v in ordered[: DONE_SHOWN if state == "checked_out" else None]]
    return {"name": state, "label": label, "tone": tone if cards else "neutral", "empty": empty, "count": len(rows), "cards": cards}


def card_of(ctx: Context, visit: Visit) -> dict[str, Any]:
    """One visit as a card: who, what, when, since when, and what can be done now."""
    limits = (visit.service.duration_min, visit.service.duration_min + 15) if visit.state == Visit.State.IN_TREATMENT else PATIENCE_MIN
    late_min = int((ctx.now - visit.starts_at).total_seconds() // 60) if visit.state == Visit.State.BOOKED else 0
    return {
        "visit": visit,
        "title": str(visit.party),
        "text": str(visit.service),
        "who": str(visit.practitioner or ""),
        "time": format_clock(visit.left_at or visit.starts_at) if visit.state == "checked_out" else format_clock(visit.starts_at),
        "since": visit.waiting_since,
        "flag": f"{late_min} min late" if late_min > 0 else "",
        "warn": limits[0],
        "bad": limits[1],
        "url": f"/appointments/visits/{visit.pk}/",
        "buttons": buttons_of(ctx, visit, late_min > 0),
    }


def buttons_of(ctx: Context, visit: Visit, late: bool = False) -> list[dict[str, Any]]:
    """What the caller may do with a visit now, the usual step first."""
    found = [
        {
            "label": label,
            "url": f"/appointments/do/{verb}/{visit.pk}/",
            "now": now,
            "key": get_random_string(20) if now else "",
            "page": False,
        }
        for verb, label, now in ACTIONS.get(visit.state, ())
        if ctx.may(f"appointments.{'check_in' if verb == 'undo_check_in' else verb}")
    ]
    if visit.state == Visit.State.TREATED and ctx.may("appointments.check_out"):
        found.append({"label": "Check out", "url": f"/appointments/check-out/{visit.pk}/", "now": False, "key": "", "page": True})
    if late and ctx.may("appointments.mark_no_show"):
        found.append({"label": "Did not come", "url": f"/appointments/do/mark_no_show/{visit.pk}/", "now": False, "key": "", "page": False})
    return found
