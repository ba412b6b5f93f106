"""Reports: why, two roles side by side, a change of a role before it is made, who holds what and used it when, what clashes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from enfilade.core.command import Input, Ref
from enfilade.core.command.fields import LONG_TEXT_MAX
from enfilade.core.context import Context, Invalid
from enfilade.core.grants import Reach, read_grant
from enfilade.core.models import Role, User
from enfilade.core.permissions import all_permissions, permission_problem
from enfilade.core.resource import report

from .explain import explain
from .queries import decisions, found_clashes, last_use, last_uses, load_house, pairs_of
from .rules import Difference, Held, House, Person, differences, new_clashes, reach_words, with_role

VIEW = "access.view_access"
LINES = 300


def _table(rows: list[dict[str, Any]], notes: list[str], *columns: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in columns],
        "rows": rows,
        "totals": {},
        "notes": notes,
    }


@report(title="Why, and why not", permission=VIEW, icon="circle-question-mark", order=10)
def why(
    ctx: Context,
    *,
    person: Ref[User],
    permission: Annotated[str, Input(label="Permission or operation")],
    record: Annotated[str, Input(max_length=120)] = "",
) -> dict[str, Any]:
    """Why somebody can or can't do something, each reason in a sentence.

    permission: for example work.take_case; an operation of the same form is understood too.
    record: optional, for example work.case:5.
    """
    found = explain(ctx, person, permission.strip(), record.strip())
    rows = [
        {"reason": r.sentence, "says": {"yes": "lets her", "no": "stops her", "note": ""}[r.says], "url": r.url, "emphasis": n == 0}
        for n, r in enumerate(found)
    ]
    return _table(rows, [], ("reason", "Reason", "text"), ("says", "So it", "text"))


@report(title="Compare two roles", permission=VIEW, icon="columns-2", order=20)
def compare_roles(ctx: Context, *, one: Ref[Role], other: Ref[Role], same: bool = False) -> dict[str, Any]:
    """What one role grants and the other does not, or for other rows, wild cards spelled out.

    same: list what both grant alike, too.
    """
    house, known = load_house(ctx), all_permissions()
    left, right = (house.reach(frozenset({role.pk}), known) for role in (one, other))
    names = [n for n in known if n in left or n in right]
    rows = [
        {"permission": n, "opens": _opens(n), "one": _for(left.get(n)), "other": _for(right.get(n))}
        for n in names
        if same or left.get(n) != right.get(n)
    ]
    notes = [f"{len(names)} permissions are granted by one of them; {sum(left.get(n) != right.get(n) for n in names)} differently."]
    return _table(
        rows,
        notes,
        ("permission", "Permission", "text"),
        ("opens", "What it opens", "text"),
        ("one", str(one), "text"),
        ("other", str(other), "text"),
    )


def _opens(name: str) -> str:
    opens = all_permissions()[name].opens
    return "; ".join(opens[:3]) + (f"; and {len(opens) - 3} more" if len(opens) > 3 else "")


def _for(reach: Reach | None) -> str:
    return reach_words(reach) if reach else ""


@report(title="Try a change of a role", permission=VIEW, icon="flask-conical", order=30)
def simulate_role(
    ctx: Context,
    *,
    role: Ref[Role],
    add: Annotated[str, Input(widget="textarea", label="Lines to add", max_length=LONG_TEXT_MAX)] = "",
    remove: Annotated[str, Input(widget="textarea", label="Lines to remove", max_length=LONG_TEXT_MAX)] = "",
) -> dict[str, Any]:
    """Who would gain and lose what, and which conflicts would appear, before anybody changes the role.

    add, remove: lines of a role, one a line: module.action, module.* or *, also with @department or @own.
    Refuses: a line that is no permission, or that the role does not have.
    """
    before = load_house(ctx)
    after = with_role(before, role.pk, lines=_changed(role, add, remove))
    rows = list(_changes(before, after, role.pk))
    rows += [
        {"who": c.name, "what": f"Conflict: {c.pair.code}", "change": c.pair.sentence, "emphasis": True}
        for c in new_clashes(before, after, pairs_of(ctx))
    ]
    people = [p for p in before.people.values() if p.active and role.pk in before.role_keys(p)]
    notes = [f"{len(people)} people hold {role}. Nothing was changed."]
    return _table(rows, notes, ("who", "Who", "text"), ("what", "Permission", "text"), ("change", "What changes", "text"))


def _changed(role: Role, add: str, remove: str) -> list[str]:
    lines = set(role.permissions)
    for line in filter(None, map(str.strip, remove.splitlines())):
        if line not in lines:
            raise Invalid({"remove": [f"{role} has no line {line[:80]}."]})
        lines.remove(line)
    for line in filter(None, map(str.strip, add.splitlines())):
        grant = read_grant(line)
        if problem := permission_problem(grant) if grant else f"{line[:80]!r} is no permission.":
            raise Invalid({"add": [problem]})
        lines.add(line)
    return sorted(lines)


def _changes(before: House, after: House, role: int) -> Iterator[dict[str, Any]]:
    """Per permission: people for whom it changes alike are told together."""
    known = all_permissions()
    groups: dict[Difference, list[str]] = {}
    for person in sorted(before.people.values(), key=lambda p: p.name):
        keys = before.role_keys(person)
        if role in keys:
            for change in differences(before.reach(keys, known), after.reach(keys, known)):
                groups.setdefault(change, []).append(person.name)
    for change, names in groups.items():
        who = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield {"who": who, "what": change.permission, "change": change.sentence}


@report(title="Who holds what", permission=VIEW, icon="list-checks", order=40)
def who_holds_what(
    ctx: Context,
    *,
    person: Ref[User] | None = None,
    role: Ref[Role] | None = None,
    permission: str = "",
    unused_days: Annotated[int, Input(min_value=0, max_value=3660, label="Not used for days")] = 0,
    lines: Annotated[int, Input(min_value=1, max_value=1_000_000, label="Lines at most")] = LINES,
) -> dict[str, Any]:
    """Every person, role and permission, with the last use and what the last review decided.

    unused_days: only what nobody used for so long; what only reads leaves no trace in the audit and is left out then.
    Shape: person x role x permission, wild cards spelled out, by name.
    """
    house = load_house(ctx)
    people = [p for p in sorted(house.people.values(), key=lambda p: p.name) if p.active and (person is None or p.user == person.pk)]
    found: list[dict[str, Any]] = []
    count = 0
    since = ctx.now - timedelta(days=unused_days) if unused_days else None
    uses = last_uses(ctx, [p.user for p in people])
    decided = decisions(ctx, [p.membership for p in people])
    for one in people:
        for held in house.held(one):
            if role is not None and held.role.pk != role.pk:
                continue
            for row in _lines(house, one, held, uses, since, permission.strip()):
                count += 1
                if len(found) < lines:
                    decision = decided.get((one.membership, held.role.pk))
                    found.append(row | {"decided": f"{decision.verdict} {decision.at:%Y-%m-%d} by {decision.by}" if decision else ""})
    notes = [
        f"{count} lines." if count <= lines else f"{count} lines, the first {lines} are shown: choose a person or a role, or allow more."
    ]
    return _table(
        found,
        notes,
        ("person", "Person", "text"),
        ("role", "Role", "text"),
        ("permission", "Permission", "text"),
        ("rows", "For", "text"),
        ("used_at", "Last used", "datetime"),
        ("decided", "Last review", "text"),
    )


def _lines(house: House, one: Person, held: Held, uses: Any, since: datetime | None, wanted: str) -> Iterator[dict[str, Any]]:
    known = all_permissions()
    through = f"{held.role.name} (by {held.through.name})" if held.through else held.role.name
    for name, reach in house.reach(frozenset({held.role.pk}), known).items():
        if wanted and wanted not in name:
            continue
        used = last_use(uses, one.user, known[name])
        if since is not None and (known[name].is_reading or (used is not None and used >= since)):
            continue
        url = f"/core/memberships/{one.membership}/"
        yield {"person": one.name, "role": through, "permission": name, "rows": reach_words(reach), "used_at": used, "url": url}


@report(title="Powers that don't go together", permission=VIEW, icon="scale", order=50)
def conflicts(ctx: Context) -> dict[str, Any]:
    """Every conflict that a role grants alone, and every one that a person holds, with who answers for it until when.

    Shape: one row per rule and role or person; code, ref and sentence as `enfilade verify` tells its findings.
    """
    rules = pairs_of(ctx)
    rows = [
        {
            "code": clash.pair.code,
            "ref": f"core.role:{clash.role}" if clash.role is not None else f"core.user:{clash.user}",
            "who": clash.name,
            "through": clash.through,
            "sentence": clash.pair.sentence,
            "accepted": f"until {until.isoformat()}" if until else "",
            "url": f"/access/conflict-rules/{clash.pair.pk}/",
        }
        for clash, until in found_clashes(ctx)
    ]
    notes = [f"{len(rules)} rules, {len(rows)} conflicts, {sum(bool(r['accepted']) for r in rows)} of them accepted."]
    return _table(
        rows,
        notes,
        ("code", "Rule", "text"),
        ("who", "Role or person", "text"),
        ("through", "Through", "text"),
        ("sentence", "Why it matters", "text"),
        ("accepted", "Accepted", "text"),
        ("ref", "Where", "text"),
    )
