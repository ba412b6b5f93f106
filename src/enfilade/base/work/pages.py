"""My work: what one person has to look at, in the order in which to do it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.core.ui.format import format_duration, format_instant, minutes_between

from .models import Case
from .queries import MyWork, my_queues, my_work

LANES = (
    ("overdue", "Overdue", "bad", "Nothing is late."),
    ("offered", "Handed over to me", "warn", "Nobody waits for you to accept something."),
    ("mine", "Mine", "info", "You have nothing in work. Take something from your queues."),
    ("open", "In my queues", "neutral", "Nobody waits for your team."),
    ("to_tell", "Answered, to be told", "ok", "Everybody who asked has been told."),
    ("waiting", "Waiting", "neutral", "Nothing of yours waits for somebody else."),
)
BUTTONS = {
    "offered": (("accept_case", "Accept"), ("return_case", "Return")),
    "open": (("take_case", "Take"),),
    "mine": (("answer_case", "Answer"), ("hand_over_case", "Hand over")),
    "to_tell": (("tell_party", "Told"),),
}
LATE_BUTTONS = {
    "open": BUTTONS["open"],
    "accepted": BUTTONS["mine"],
    "waiting": (("resume_case", "Go on"),),
    "answered": BUTTONS["to_tell"],
}


@page("my/", title="My work", permission="work.view_case", icon="list-todo", order=1)
def my_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The board of one person; it follows what colleagues do."""
    found = my_work(ctx)
    lanes = [_lane(found, name, label, tone, empty, ctx) for name, label, tone, empty in LANES]
    part = "#board" if request.headers.get("HX-Request") and "my-work" in request.headers.get("HX-Target", "") else ""
    context = {
        "lanes": [lane for lane in lanes if lane["cards"] or lane["name"] in {"mine", "offered", "open"}],
        "queues": [str(queue) for queue in my_queues(ctx)],
        "may_open": ctx.may("work.open_case"),
        "crumbs": [{"label": "My work", "url": ""}],
    }
    return render(request, f"work/my.html{part}", context)


def _lane(found: MyWork, name: str, label: str, tone: str, empty: str, ctx: Context) -> dict[str, Any]:
    cards = [_card(ctx, case, name) for case in getattr(found, name)]
    return {"name": name, "label": label, "tone": tone if cards else "neutral", "empty": empty, "cards": cards}


def _card(ctx: Context, case: Case, lane: str) -> dict[str, Any]:
    late = case.is_overdue(ctx.now)
    buttons = LATE_BUTTONS.get(case.state, ()) if lane == "overdue" else BUTTONS.get(lane, ())
    return {
        "case": case,
        "url": f"/work/cases/{case.pk}/",
        "text": " · ".join(part for part in (str(case.get_kind_display()), case.who, case.topic.replace("_", " ")) if part),
        "place": str(case.queue) if lane == "open" else str(case.owner or "") if lane == "offered" else "",
        "due": format_instant(case.due_at) if case.due_at else "",
        "late": f"{format_duration(minutes_between(case.due_at, ctx.now))} late" if late and case.due_at else "",
        "urgent": case.priority in {"urgent", "high"},
        "buttons": [{"label": words, "url": f"/work/do/{verb}/{case.pk}/"} for verb, words in buttons if _may(ctx, verb)],
    }


def _may(ctx: Context, verb: str) -> bool:
    from enfilade.core.command import command_named

    return ctx.may(command_named(f"work.{verb}").permission)
