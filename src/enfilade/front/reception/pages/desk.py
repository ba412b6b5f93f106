"""The cockpit of the desk: who is on the line, who waits, what to answer. Parts of it fetch themselves when something changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string

from enfilade.core.command import command_named
from enfilade.core.context import Context, NotFound
from enfilade.core.resource import page
from enfilade.front.reception.models import Audience, Call, Message
from enfilade.front.reception.queries.answers import Entry, book, find_answers
from enfilade.front.reception.queries.calls import (
    answers_to_tell,
    caller_of,
    calls_between,
    day_of,
    open_calls,
    people,
    promised_calls,
    recognise,
    ringing_calls,
    running_interruptions,
    visits_at_the_desk,
)
from enfilade.front.reception.queries.day import group_of
from enfilade.front.reception.queries.live_values import render as render_answer
from enfilade.front.reception.rules import looks_like_number, share_bp
from enfilade.front.visitors.queries import house_of_today, steps_of

PERMISSION = "reception.view_desk"
CALLS_SHOWN = 8
VISITS_SHOWN = 8
VISITORS_SHOWN = 8
QUERY_MAX = 200
# What can be done with a contact: command, words, icon, key.
ACTIONS = (
    ("appointments.book_visit", "Book", "calendar-plus", "b"),
    ("reception.take_message", "Message", "sticky-note", "m"),
    ("reception.promise_call_back", "Call-back", "phone-outgoing", "p"),
    ("reception.route_call", "Route", "corner-up-right", "r"),
    ("reception.interrupt_person", "Interrupt", "zap", "i"),
    ("reception.take_complaint", "Complaint", "message-square-warning", "c"),
    ("reception.note_question", "No answer", "circle-question-mark", "q"),
    ("reception.identify_caller", "Who is it", "user-round-search", "w"),
    ("reception.screen_call", "Sales call", "shield", "s"),
    ("reception.miss_call", "Hung up", "phone-missed", "h"),
)
LOOKS = {
    "alone": ("ok", "shield-check"),
    "passed": ("info", "corner-up-right"),
    "interrupted": ("warn", "zap"),
    "lost": ("neutral", "phone-missed"),
}


@page("desk/", title="Desk", permission=PERMISSION, icon="concierge-bell", order=1)
def desk(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The whole cockpit."""
    context = {**_strip(ctx), **_queue(ctx), **_book(ctx, "", Audience.CALLER.value), "people": people(ctx), "crumbs": [{"label": "Desk"}]}
    return render(request, "reception/desk.html", context)


@page("desk/strip/", title="Call strip", permission=PERMISSION, menu=False)
def desk_strip(request: HttpRequest, ctx: Context) -> HttpResponse:
    """What rings, and the contact in progress with who it is."""
    return render(request, "reception/desk/strip.html", _strip(ctx))


@page("desk/queue/", title="Queue", permission=PERMISSION, menu=False)
def desk_queue(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Who waits for what, and the contacts of today."""
    return render(request, "reception/desk/queue.html", _queue(ctx))


@page("desk/people/", title="Who is here", permission=PERMISSION, menu=False)
def desk_people(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Presence of the staff."""
    return render(request, "reception/desk/people.html", {"people": people(ctx)})


@page("desk/who/", title="Who is it", permission=PERMISSION, menu=False)
def desk_who(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Who is meant by what was typed into the call strip."""
    text = request.GET.get("number", "")[:QUERY_MAX].replace("\x00", "").strip()
    found = recognise(ctx, text) if len(text) >= 2 else []
    return render(request, "reception/desk/who.html", {"found": found, "text": text, "is_number": looks_like_number(text), "key": _key()})


@page("desk/book/", title="Answer book", permission=PERMISSION, menu=False)
def desk_book(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Answers that fit what was typed."""
    audience = request.GET.get("audience", "")
    known = audience if audience in Audience.values else Audience.CALLER.value
    return render(request, "reception/desk/book.html", _book(ctx, request.GET.get("q", "")[:QUERY_MAX].replace("\x00", ""), known))


@page("desk/answers/<int:pk>/", title="Answer", permission=PERMISSION, menu=False)
def desk_answer(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """One answer with its live values, ready to be read out and logged."""
    entry = _entry(ctx, pk)
    mine = _mine(ctx)
    context = {
        "entry": entry,
        "pieces": render_answer(ctx, entry.version.text),
        "call": mine[0] if mine else None,
        "opened_at": ctx.now.isoformat(),
        "key": _key(),
    }
    return render(request, "reception/desk/answer.html", context)


def _entry(ctx: Context, pk: int) -> Entry:
    for audience in Audience.values:
        for entry in book(ctx, audience, ctx.today):
            if entry.answer.pk == pk:
                return entry
    raise NotFound("answer in force", pk)


def _key() -> str:
    return get_random_string(24)


def _mine(ctx: Context) -> list[Call]:
    return [c for c in open_calls(ctx) if c.handled_by_id == ctx.user.pk]


def _strip(ctx: Context) -> dict[str, Any]:
    mine = _mine(ctx)
    current = mine[0] if mine else None
    return {
        "ringing": [(call, caller_of(ctx, call)) for call in ringing_calls(ctx)],
        "current": current,
        "caller": caller_of(ctx, current) if current else None,
        "interruptions": running_interruptions(ctx, current) if current else [],
        "others_of_mine": mine[1:],
        "actions": _actions(ctx, current) if current else [],
        "key": _key(),
    }


def _actions(ctx: Context, call: Call) -> list[dict[str, str]]:
    found = []
    for name, label, icon, key in ACTIONS:
        module, _, verb = name.partition(".")
        row = call.party_id if name == "appointments.book_visit" else call.pk
        if ctx.may(command_named(name).permission):
            url = f"/{module}/do/{verb}/{row}/" if row else f"/{module}/do/{verb}/"
            found.append({"url": url, "label": label, "icon": icon, "key": key})
    if call.asked_by_id and ctx.may("reception.answer_employee"):
        found.insert(0, {"url": f"/reception/do/answer_employee/{call.pk}/", "label": "Reply", "icon": "reply", "key": "y"})
    return found


def _line(call: Call) -> dict[str, Any]:
    tone, icon = LOOKS[group_of(call.outcome)]
    return {"call": call, "tone": tone, "icon": icon}


def _queue(ctx: Context) -> dict[str, Any]:
    start, end = day_of(ctx, ctx.today)
    today = list(calls_between(ctx, start, end))
    ended = [c for c in today if c.state == Call.State.ENDED]
    groups = [group_of(c.outcome) for c in ended]
    reckoned = sum(g != "lost" for g in groups)
    visits = visits_at_the_desk(ctx)
    visitors = _visitors(ctx)
    return {
        "visitors": visitors[:VISITORS_SHOWN],
        "visitors_count": len(visitors),
        "may_receive_visitor": ctx.may("visitors.admit_visitor"),
        "in_progress": [c for c in open_calls(ctx) if c.handled_by_id != ctx.user.pk],
        "unread": _unread(ctx),
        "promises": promised_calls(ctx),
        "to_tell": answers_to_tell(ctx),
        "visits": visits[:VISITS_SHOWN],
        "visits_count": len(visits),
        "may_check_in": ctx.may("appointments.check_in"),
        "now": ctx.now,
        "calls": [_line(c) for c in ended[:CALLS_SHOWN]],
        "calls_count": len(ended),
        "alone": groups.count("alone"),
        "reckoned": reckoned,
        "alone_bp": share_bp(groups.count("alone"), reckoned),
        "today": ctx.today,
        "may_see_day": ctx.may("reception.view_day"),
    }


def _visitors(ctx: Context) -> list[dict[str, Any]]:
    """Who waits for a host, who is expected, who is in the house, in that order, with what one press does."""
    if not ctx.may("visitors.view_visitor"):
        return []
    house = house_of_today(ctx)
    return [{"visitor": v, "step": next(iter(steps_of(ctx, v)), None)} for v in (*house.waiting, *house.expected, *house.inside)]


def _unread(ctx: Context) -> list[Message]:
    if not ctx.may("reception.view_message"):
        return []
    rows = Message.objects.visible_to(ctx).filter(state=Message.State.UNREAD)
    return list(rows.select_related("to_user", "party").order_by("-urgent", "taken_at"))


def _book(ctx: Context, text: str, audience: str) -> dict[str, Any]:
    entries = find_answers(ctx, text, audience, ctx.today)
    shown = [(e, render_answer(ctx, e.version.text)) for e in entries]
    return {"entries": shown, "q": text, "audience": audience, "audiences": Audience.choices}
