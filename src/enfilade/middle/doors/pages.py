"""At the door: what waits, why, since when, and who can open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.access import users_in_role
from enfilade.core.command import REGISTRY
from enfilade.core.context import Context
from enfilade.core.models import HeldCommand
from enfilade.core.resource import page

from .queries import waiting
from .rules import number, shown

DECIDED_SHOWN = 10


@page("", title="At the door", permission="doors.view_heldcommand", icon="lock", order=10)
def at_the_door(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/doors/: waiting commands, the caller's own doors first, then the last decisions."""
    rows = waiting(ctx)
    names: dict[str, list[Any]] = {role: users_in_role(ctx.company, role) for role in {h.release_role for h in rows}}
    cards = [_card(ctx, h, names[h.release_role]) for h in rows]
    cards.sort(key=lambda c: not c["can_open"])
    decided = (
        HeldCommand.objects.visible_to(ctx)
        .exclude(state="waiting")
        .select_related("maker", "decided_by")
        .order_by("-decided_at")[:DECIDED_SHOWN]
    )
    context = {
        "cards": cards,
        "mine_count": sum(c["can_open"] for c in cards),
        "decided": [{"held": h, "label": _label(h)} for h in decided],
        "crumbs": [{"label": "At the door", "url": ""}],
        "may_see_rules": ctx.may("doors.view_doorrule"),
    }
    part = "#door" if request.headers.get("HX-Request") and "door" in request.headers.get("HX-Target", "") else ""
    return render(request, f"doors/at_the_door.html{part}", context)


def _card(ctx: Context, held: HeldCommand, holders: list[Any]) -> dict[str, Any]:
    able = [u for u in holders if u.pk != held.maker_id]
    can = ctx.may("doors.release_held") and held.release_role in ctx.roles and held.maker_id != ctx.user.pk
    return {
        "held": held,
        "label": _label(held),
        "facts": [{"label": n.replace("_", " ").capitalize(), "text": shown(v)} for n, v in _telling(held)],
        "openers": [str(u) for u in able],
        "can_open": can,
        "is_mine": held.maker_id == ctx.user.pk,
        "role": held.release_role.replace("_", " "),
    }


def _telling(held: HeldCommand) -> list[tuple[str, Any]]:
    """Facts that say something to a person: no keys of rows, figures first, none that repeats another."""
    made = REGISTRY.get(held.command)
    rows = {n for n, p in made.parameters.items() if p.is_row} if made else set()
    told = [(n, v) for n, v in held.facts.items() if n not in rows and v not in ("", None)]
    told.sort(key=lambda pair: (number(pair[1]) is None, pair[0] not in held.reason, pair[0]))
    return [pair for at, pair in enumerate(told) if pair[1] not in [v for _, v in told[:at]]]


def _label(held: HeldCommand) -> str:
    made = REGISTRY.get(held.command)
    return made.label if made else held.command
