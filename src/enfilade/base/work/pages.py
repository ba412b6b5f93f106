"""My work: what one person has to look at, in the order in which to do it; queues and people; and the time of one person in a week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.refs import model_of
from enfilade.core.resource import page
from enfilade.core.resource.filtering import period
from enfilade.core.ui.format import format_day, format_duration, format_instant, format_weekday, minutes_between

from .models import Case
from .queries import WEEK_DAYS, MyWork, WeekLine, my_queues, my_work, running_timer, team, waiting_in, week_of
from .rules.routing import Place

_ROWS_MAX = 200
_FAR_DAYS = 31
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
        "text": " · ".join(part for part in (say(case.get_kind_display()), case.who, case.get_topic_display()) if part),
        "place": _place(ctx, case, lane),
        "due": format_instant(case.due_at) if case.due_at else "",
        "late": f"{format_duration(minutes_between(case.due_at, ctx.now))} late" if late and case.due_at else "",
        "urgent": case.priority in {"urgent", "high"},
        "buttons": [{"label": words, "url": f"/work/do/{verb}/{case.pk}/"} for verb, words in buttons if _may(ctx, verb)],
    }


def _place(ctx: Context, case: Case, lane: str) -> str:
    """Where it waits, who offers it, or for whom the caller stands in."""
    if lane == "open":
        return str(case.queue)
    if lane == "offered":
        return str(case.owner or "")
    return f"for {case.owner}" if case.owner_id not in (None, ctx.user.pk) and case.state != Case.State.ANSWERED else ""


@page("team/", title="Queues and people", permission="work.view_queue", icon="layers", order=2)
def team_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """What waits in the queues that the caller serves, who is there to take it, and the next case by one key."""
    known = team(ctx, ctx.now)
    served = {q.pk for q in my_queues(ctx)}
    shown = served or set(known.places)
    waiting: dict[int, list[Case]] = {pk: [] for pk in shown}
    for case in waiting_in(ctx, sorted(shown))[:_ROWS_MAX]:
        if case.queue_id is not None:
            waiting[case.queue_id].append(case)
    context = {
        "places": [_place_row(ctx, place, waiting[place.key]) for place in known.places.values() if place.key in shown],
        "serves": bool(served),
        "may_take": _may(ctx, "take_case") and any(waiting[pk] for pk in served),
        "may_note": ctx.may("work.note_absence"),
        "may_queue": ctx.may("work.add_queue"),
        "me": ctx.user.pk,
        "crumbs": [{"label": "Queues and people", "url": ""}],
    }
    part = "#queues" if request.headers.get("HX-Request") and "team-queues" in request.headers.get("HX-Target", "") else ""
    return render(request, f"work/team.html{part}", context)


def _place_row(ctx: Context, place: Place, waiting: list[Case]) -> dict[str, Any]:
    return {
        "place": place,
        "count": place.waiting,
        "more": place.waiting - len(waiting),
        "late": sum(case.is_overdue(ctx.now) for case in waiting),
        "cases": [_card(ctx, case, "open") for case in waiting],
        "people": sorted(place.people, key=lambda person: person.load),
    }


@page("week/", title="My week", permission="work.record_time", icon="clock", order=3)
def week_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """What one person worked on in a week, day by day; each cell takes further minutes."""
    monday = _monday(ctx, request.GET.get("week", ""))
    days = [monday + timedelta(days=n) for n in range(WEEK_DAYS)]
    lines = week_of(ctx, monday)
    timer = running_timer(ctx)
    context = {
        "days": [{"on": d, "label": format_weekday(d), "today": d == ctx.today, "ahead": d > ctx.today} for d in days],
        "lines": [_week_line(line, days, ctx) for line in lines],
        "sums": [format_duration(m) if (m := sum(line.minutes[n] for line in lines)) else "" for n in range(WEEK_DAYS)],
        "total": format_duration(sum(line.total for line in lines)),
        "timer": timer,
        "timer_for": (timer.case or timer.origin) if timer else "",
        "ran": format_duration(timer.ran_min(ctx.now)) if timer else "",
        "before": monday - timedelta(days=WEEK_DAYS),
        "after": monday + timedelta(days=WEEK_DAYS),
        "is_now": monday <= ctx.today <= days[-1],
        "span": f"{format_day(days[0])} to {format_day(days[-1])}",
        "entries_url": f"/work/time-entries/?user={ctx.user.pk}&on_from={days[0]}&on_to={days[-1]}"
        if ctx.may("work.view_timeentry")
        else "",
        "crumbs": [{"label": "My week", "url": ""}],
    }
    part = "#week" if request.headers.get("HX-Request") and "my-week" in request.headers.get("HX-Target", "") else ""
    return render(request, f"work/week.html{part}", context)


def _monday(ctx: Context, text: str) -> date:
    """The Monday of the week of a day; of this week where none is named."""
    try:
        on = period(text, ctx.today)[0] if text else ctx.today
    except ValueError:
        on = ctx.today
    # The first and the last week that the calendar has would have no neighbour.
    on = on if date.min + timedelta(days=_FAR_DAYS) < on < date.max - timedelta(days=_FAR_DAYS) else ctx.today
    return on - timedelta(days=on.weekday())


def _week_line(line: WeekLine, days: list[date], ctx: Context) -> dict[str, Any]:
    model = model_of(line.origin) if line.case is None else None
    label = f"{model._meta.verbose_name} {line.origin.partition(':')[2]}".capitalize() if model is not None else line.label
    target = f"{line.case}/?" if line.case is not None else f"?origin={line.origin}&"
    cells = [
        {
            "minutes": format_duration(minutes) if minutes else "",
            "url": f"/work/do/record_time/{target}on={day.isoformat()}" if day <= ctx.today else "",
            "label": f"{label}, {format_weekday(day)}",
        }
        for day, minutes in zip(days, line.minutes, strict=True)
    ]
    url = f"/work/cases/{line.case}/" if line.case is not None and ctx.may("work.view_case") else ""
    return {"label": label, "url": url, "cells": cells, "total": format_duration(line.total) if line.total else ""}


def _may(ctx: Context, verb: str) -> bool:
    from enfilade.core.command import command_named

    return ctx.may(command_named(f"work.{verb}").permission)
