"""The access review: person by person, role by role, with the last use; confirm or withdraw."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.permissions import all_permissions
from enfilade.core.refs import key_of
from enfilade.core.resource import page

from .queries import decisions, last_use, last_uses, load_house
from .rules import Held, House, Person

PEOPLE_SHOWN = 20
UNUSED_SHOWN = 4


@page("review/", title="Access review", permission="access.review_access", icon="user-check", order=5)
def review(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/access/review/?after=&q=: twenty people a page, by name."""
    q, after = request.GET.get("q", "").strip()[:80], key_of(request.GET.get("after", "")) or 0
    house = load_house(ctx)
    people = [p for p in sorted(house.people.values(), key=lambda p: (p.name, p.user)) if p.active and _fits(house, p, q)]
    start = next((n + 1 for n, p in enumerate(people) if p.user == after), 0)
    shown = people[start : start + PEOPLE_SHOWN]
    more = len(people) > start + PEOPLE_SHOWN
    context = {
        "cards": _cards(ctx, house, shown),
        "q": q,
        "people_count": len(people),
        "next_after": shown[-1].user if more and shown else "",
        "crumbs": [{"label": "Access review", "url": ""}],
    }
    part = "#review" if request.headers.get("HX-Request") and "review" in request.headers.get("HX-Target", "") else ""
    return render(request, f"access/review.html{part}", context)


def _fits(house: House, person: Person, q: str) -> bool:
    words = " ".join([person.name, *(h.role.name for h in house.held(person)), *(p.name for p in house.parts_of(person))]).lower()
    return all(word in words for word in q.lower().split())


def _cards(ctx: Context, house: House, people: list[Person]) -> list[dict[str, Any]]:
    uses = last_uses(ctx, [p.user for p in people])
    decided = decisions(ctx, [p.membership for p in people])
    return [
        {
            "person": p,
            "own": p.user == ctx.user.pk,
            "url": f"/core/memberships/{p.membership}/" if ctx.may("core.view_membership") else "",
            "roles": [_role(house, p, h, uses, decided) for h in house.held(p)],
        }
        for p in people
    ]


def _role(house: House, person: Person, held: Held, uses: Any, decided: Any) -> dict[str, Any]:
    known = all_permissions()
    names = house.reach(frozenset({held.role.pk}), known)
    writing = {n: last_use(uses, person.user, known[n]) for n in names if not known[n].is_reading}
    unused = [n for n, at in writing.items() if at is None]
    return {
        "held": held,
        "permission_count": len(names),
        "used_at": max((at for at in writing.values() if at), default=None),
        "used_count": len(writing) - len(unused),
        "writing_count": len(writing),
        "unused": unused[:UNUSED_SHOWN],
        "unused_more": max(len(unused) - UNUSED_SHOWN, 0),
        "decision": decided.get((person.membership, held.role.pk)),
        "query": f"role={held.role.pk}&hide=role",
    }
