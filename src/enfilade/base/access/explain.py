"""Why somebody can or can't do something: every reason in a sentence, in the order in which the house asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from enfilade.core.access import ADMINISTRATION, context_for
from enfilade.core.command import REGISTRY, Command
from enfilade.core.command.door import STANDING
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.grants import COMPANY, OWN, Grant, Reach
from enfilade.core.models import Record, User
from enfilade.core.narrowing import covers
from enfilade.core.permissions import all_permissions
from enfilade.core.refs import model_of, ref, split
from enfilade.core.rows import departments_of, has_owners, in_reach, owners_of, view_permission

from .queries import load_house
from .rules import Held, House, reach_words

YES, NO, NOTE = "yes", "no", "note"


@dataclass(frozen=True)
class Reason:
    """says: yes (this lets her), no (this stops her) or note; url: where it can be changed."""

    says: str
    sentence: str
    url: str = ""


def explain(ctx: Context, person: User, asked: str, reference: str = "") -> list[Reason]:
    """All reasons, the answer first.

    asked: a permission (`work.take_case`) or an operation of the same form. reference: a record such as `work.case:5`, or "".
    """
    command = REGISTRY.get(asked)
    permission = command.permission if command else asked
    house = load_house(ctx)
    found = [*_about(permission, command, asked), *_membership(house, person), *_grants(house, person, permission)]
    if not _stops(found) and reference:
        found += _row(ctx, person, permission, command, reference)
    if not _stops(found) and command is not None:
        found += _doors(ctx, command)
    stopped = _stops(found)
    what = f"{command.label} ({asked})" if command else permission
    on = f" on {reference}" if reference else ""
    head = f"{person.name} can't: {what}{on}." if stopped else f"{person.name} can: {what}{on}."
    return [Reason(NO if stopped else YES, head), *found]


def _stops(reasons: list[Reason]) -> bool:
    return any(r.says == NO for r in reasons)


def _about(permission: str, command: Command | None, asked: str) -> list[Reason]:
    known = all_permissions().get(permission)
    if known is None:
        return [Reason(NO, f"Nothing in the house asks for {permission}; it opens nothing, whoever holds it.")]
    if command is not None and permission != asked:
        return [Reason(NOTE, f"The operation {asked} asks for the permission {permission}.")]
    return [Reason(NOTE, f"{permission} lets one {'; '.join(known.opens[:6])}.")]


def _membership(house: House, person: User) -> list[Reason]:
    member = house.people.get(person.pk)
    if member is None:
        return [Reason(NO, f"{person.name} is no member of this company, so nothing here exists for her.")]
    url = f"/core/memberships/{member.membership}/"
    if not person.is_active:
        return [Reason(NO, "Her account is closed: she can't sign in anywhere.", url)]
    if not member.active:
        return [Reason(NO, "Her membership is not active: she is shut out of this company, whatever her roles say.", url)]
    parts = ", ".join(p.name for p in house.parts_of(member))
    return [Reason(NOTE, f"She is a member{f' and works in {parts}' if parts else ', in no department'}.", url)]


def _grants(house: House, person: User, permission: str) -> list[Reason]:
    member = house.people.get(person.pk)
    held = house.held(member) if member else []
    found = [Reason(YES, _granted(h, g, permission), _url(h)) for h in held for g in h.role.grants_for(permission)]
    if found:
        return found + _asleep(house, held, permission)
    others = sorted(r.name for r in house.roles.values() if r.grants_for(permission))
    where = f" These would: {', '.join(others)}." if others else " No role of the company grants it."
    mine = f"None of her roles ({', '.join(dict.fromkeys(h.role.name for h in held))})" if held else "She holds no role, so nothing"
    return [Reason(NO, f"{mine} grants it.{where}")]


def _granted(held: Held, grant: Grant, permission: str) -> str:
    by = f" by the line {grant}" if str(grant) != permission else ""
    asleep = " while she is elevated" if held.role.privileged else ""
    return f"{_which(held)} grants it{by}, for {reach_words(frozenset({grant.scope}))}{asleep}."


def _asleep(house: House, held: list[Held], permission: str) -> list[Reason]:
    """What is administration is nobody's without an elevation, as soon as a privileged role of the company grants it."""
    guarding = sorted(r.name for r in house.roles.values() if r.privileged and covers((g.permission for g in r.grants), permission))
    if permission not in ADMINISTRATION or not guarding:
        return []
    if any(h.role.privileged for h in held):
        return [Reason(NOTE, "It is administration: she has to elevate herself first, with a reason and for an hour at most.")]
    return [Reason(NO, f"It is administration: only who holds a privileged role ({', '.join(guarding)}) does it, while she is elevated.")]


def _which(held: Held) -> str:
    return f"The role {held.role.name}" + (f", which the department {held.through.name} gives her," if held.through else "")


def _url(held: Held) -> str:
    return f"/core/departments/{held.through.pk}/" if held.through else f"/core/roles/{held.role.pk}/"


def _row(ctx: Context, person: User, permission: str, command: Command | None, reference: str) -> list[Reason]:
    model = model_of(reference)
    if model is None or not reference.rpartition(":")[2].isdecimal():
        raise Refusal("no_record", "Name a record as its page does, for example work.case:5.", field="record")
    row = model.objects.visible_to(ctx).filter(pk=split(reference)[1]).first()  # type: ignore[attr-defined]
    if row is None:
        return [Reason(NO, f"There is no {model._meta.verbose_name} {split(reference)[1]} in this company.")]
    try:
        hers = context_for(person, ctx.company)
    except NotAllowed:
        return []
    seeing = view_permission(model)
    asked = [permission] if permission == seeing or not hers.reach(seeing) else [seeing, permission]
    within = in_reach(hers, row, *asked)
    found = [_reached(hers, row, p, within=p in within) for p in asked]
    if command is not None:
        found += _state(row, command)
    return found


def _reached(hers: Context, row: Any, permission: str, *, within: bool) -> Reason:
    reach = hers.reach(permission)
    noun = f"this {row._meta.verbose_name}"
    if COMPANY in reach or not isinstance(row, Record):
        return Reason(YES, f"Her roles hold {permission} for every row, so for {noun} too.")
    if within:
        return Reason(YES, f"Her roles hold {permission} for {reach_words(reach)}, and {noun} is among them.")
    if not has_owners(type(row)):
        return Reason(NO, f"Her roles hold {permission} for {reach_words(reach)} only, and a {row._meta.verbose_name} belongs to nobody.")
    return Reason(
        NO, f"Her roles hold {permission} for {reach_words(reach)} only. {noun.capitalize()} is none of them: {_whose(row, reach)}."
    )


def _whose(row: Any, reach: Reach) -> str:
    rows = type(row).objects.filter(pk=row.pk)
    names = [n for path in owners_of(type(row)) for n in rows.values_list(f"{path}__name", flat=True) if n]
    parts = [n for path in departments_of(type(row)) for n in rows.values_list(f"{path}__name", flat=True) if n]
    whose = f"it belongs to {' and '.join(dict.fromkeys(names))}" if names else "it belongs to no person"
    if reach == {OWN}:
        return whose
    return f"{whose}, {'in ' + ' and '.join(dict.fromkeys(parts)) if parts else 'in no department'}"


def _state(row: Any, command: Command) -> list[Reason]:
    if command.target_model is not type(row):
        return [Reason(NOTE, f"{command.label} is no operation on a {row._meta.verbose_name}, so its state does not matter.")]
    states = getattr(row, "states", None)
    if states is not None:
        try:
            states.check_start(row, command.verb)
        except Refusal as no:
            return [Reason(NO, str(no))]
    if command.offered is not None and not command.offered(row):
        return [Reason(NO, f"{command.label} is not offered for {row} as it is now.")]
    return [Reason(YES, f"The record is in a state in which it can be done: {ref(row)}.")]


def _doors(ctx: Context, command: Command) -> list[Reason]:
    if command.door is None:
        return []
    rules = [Reason(NOTE, s) for tell in STANDING for s in tell(ctx, command)]
    return rules or [Reason(NOTE, "It has a door, and no rule stands at it.")]
