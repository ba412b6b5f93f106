"""What a command that gives access would make of everybody's access: the house after it, from the facts that it tells its door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .rules import House, Person, with_part, with_person, with_role

NEW = 0
Facts = Mapping[str, Any]


def house_after(house: House, verb: str, facts: Facts) -> House:
    """The house as it would be; what a fact leaves out stays."""
    return _CHANGES[verb](house, facts)


def _role(house: House, facts: Facts) -> House:
    lines = facts.get("permissions")
    lines = None if lines is None else str(lines).splitlines()
    return with_role(house, facts.get("role") or NEW, code=str(facts.get("code") or ""), name=str(facts.get("name") or ""), lines=lines)


def _part(house: House, facts: Facts) -> House:
    key = facts.get("department") or NEW
    more: dict[str, Any] = {"name": facts["name"]} if facts.get("name") else {}
    if "parent" in facts:
        more["parent"] = facts["parent"]
    if facts.get("roles") is not None:
        more["roles"] = frozenset(facts["roles"])
    return with_part(house, key, **more)


def _person(house: House, facts: Facts) -> House:
    known = _by_membership(house, facts.get("membership"))
    more: dict[str, Any] = {} if known else {"name": str(facts.get("name") or "")}
    for name in ("roles", "departments"):
        if facts.get(name) is not None:
            more[name] = frozenset(facts[name])
    return with_person(house, known.user if known else NEW, **more)


def _restored(house: House, facts: Facts) -> House:
    known = _by_membership(house, facts.get("membership"))
    return with_person(house, known.user, active=True) if known else house


def _by_membership(house: House, key: int | None) -> Person | None:
    return next((p for p in house.people.values() if p.membership == key), None) if key else None


_CHANGES: dict[str, Callable[[House, Facts], House]] = {
    "add_role": _role,
    "change_role": _role,
    "add_department": _part,
    "change_department": _part,
    "add_member": _person,
    "change_membership": _person,
    "restore_member": _restored,
}
GIVING = {f"core.{verb}" for verb in _CHANGES}
