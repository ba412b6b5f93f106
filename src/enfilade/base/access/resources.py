"""What access control shows: rules, who answers for exceptions, what reviews decided; tabs on people and roles."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.models import Membership, Role
from enfilade.core.pages.context import department
from enfilade.core.permissions import all_permissions
from enfilade.core.resource import Resource, panel

from . import pages
from .models import AcceptedConflict, AccessDecision, ConflictRule
from .queries import found_clashes, last_use, last_uses, load_house
from .rules import reach_words

department("access", "Access control", "shield-check", 96)
__all__ = ["pages"]

HOLDERS_SHOWN = 50


class ConflictRuleResource(Resource):
    """Rules: which two powers nobody should hold together, and what happens when a change would bring them together."""

    model = ConflictRule
    columns = ("code", "first", "second", "verdict", "release_role", "active")
    filters = ("verdict", "active")
    search = ("code", "first", "second", "sentence")
    fields = ("code", "first", "second", "sentence", "verdict", "release_role", "active")
    import_key = "code"
    ordering = "code"
    icon = "scale"
    order = 20
    empty = "A rule names two permissions that one person should not hold together, for example to give a discount and to release it."


class AcceptedConflictResource(Resource):
    """Conflicts that somebody answers for, until a day."""

    model = AcceptedConflict
    columns = ("rule", "person", "until_on", "accepted_by", "at")
    filters = ("rule", "person", "until_on")
    facts = ("rule", "person", "reason", "until_on", "accepted_by", "at")
    verbs = ("accept_conflict",)
    icon = "signature"
    order = 30


class AccessDecisionResource(Resource):
    """What reviews decided about roles of people, newest first."""

    model = AccessDecision
    columns = ("at", "person", "role", "verdict", "by")
    filters = ("verdict", "person", "role", "at")
    facts = ("at", "person", "role", "verdict", "by", "note")
    icon = "history"
    order = 40


@panel(on=Membership, title="What she may do", permission="access.view_access", template="access/panel_holds.html", icon="key-round")
def holds_panel(ctx: Context, membership: Membership) -> dict[str, Any]:
    """Every permission of a person with the roles that grant it and its last use, and what clashes."""
    house, known = load_house(ctx), all_permissions()
    person = house.people[membership.user_id]
    held = house.held(person)
    reaches = house.reach(frozenset(h.role.pk for h in held), known)
    uses = last_uses(ctx, [person.user])
    rows = [
        {
            "name": name,
            "rows": say(reach_words(reach)),
            "through": ", ".join(dict.fromkeys(h.role.name for h in held if h.role.grants_for(name))),
            "used_at": last_use(uses, person.user, known[name]),
            "is_reading": known[name].is_reading,
            "why_url": f"/access/reports/why/?person={person.user}&permission={name}",
        }
        for name, reach in reaches.items()
    ]
    clashing = [{"clash": c, "until": until} for c, until in found_clashes(ctx) if c.user == person.user]
    return {"rows": rows, "count": len(rows), "clashing": clashing, "active": person.active}


@panel(on=Role, title="Who holds it", permission="access.view_access", template="access/panel_holders.html", icon="users")
def holders_panel(ctx: Context, role: Role) -> dict[str, Any]:
    """People who hold a role, themselves or by a department, and what clashes in the role alone."""
    house = load_house(ctx)
    found = []
    for person in sorted(house.people.values(), key=lambda p: p.name):
        ways = [h.through for h in house.held(person) if h.role.pk == role.pk]
        if ways and person.active:
            by = "" if None in ways else ", ".join(w.name for w in ways if w)
            found.append({"name": person.name, "by": by, "url": f"/core/memberships/{person.membership}/"})
    clashing = [{"clash": c, "until": until} for c, until in found_clashes(ctx) if c.role == role.pk]
    return {"people": found[:HOLDERS_SHOWN], "more": max(len(found) - HOLDERS_SHOWN, 0), "count": len(found), "clashing": clashing}
