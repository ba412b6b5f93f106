"""Where the columns of a contact file belong, by their names and by what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .column_names import DAYS, FIELDS, OF_ORGANISATIONS, PARTS, POINTS, PRESETS, RELATIONS, WHERE
from .text import fold

_NAME_CHARS_MAX = 80
_GOOGLE = re.compile(
    r"(e-mail|phone|address|website|im|event|relation|organization|custom field|user defined field) (\d{1,2}) - (.+)", re.IGNORECASE
)
_GOOGLE_POINTS = {"e-mail": "email", "phone": "phone", "website": "url", "im": "im", "event": "anniversary", "relation": "relation"}
_GOOGLE_PARTS = {"po box": "po_box", "postal code": "postal_code", "extended address": "extra"}
_GOOGLE_ORGANISATION = {"name": "organisation", "title": "title", "department": "department"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells of a column belong.

    field: a field of the draft, a kind of contact point, or address.<part>, birth.<part>, label, service, relation, anniversary, preset
        (what the program fills in by itself), custom or extra.
    label: work, home, mobile ...; for relations and anniversaries which one.
    slot: columns with the same slot describe one thing (the parts of an address; a number and its label).
    """

    field: str
    label: str = ""
    slot: str = ""
    preferred: bool = False


def places_of(header: Sequence[str]) -> list[Place | None]:
    """The place of each column of a file, None for those that are not known."""
    keys = [_key(name) for name in header]
    return [_ambiguous(at, keys) or _place(name, keys[at]) for at, name in enumerate(header)]


def recognised(cells: Sequence[str]) -> int:
    """How many cells of a row are the name of a column."""
    return sum(place is not None for place in places_of(cells))


def about_organisations(header: Collection[str]) -> bool:
    """Whether a file lists organisations, by columns that files about people do not have."""
    return any(_key(name) in OF_ORGANISATIONS for name in header)


# A CRM puts the first of several contacts, and its company, into the names of the columns ("Contact1 First Name", "Account1 Name").
_FIRST_CONTACT = re.compile(r"^contact ?1? |(?<=^account) ?1(?= )")


def _key(name: str) -> str:
    if len(name) > _NAME_CHARS_MAX:
        return ""
    key = re.sub(r"([a-z])(\d)$", r"\1 \2", fold(name))
    return key if key in FIELDS or key in POINTS else _FIRST_CONTACT.sub("", key)


def _place(name: str, key: str) -> Place | None:
    if len(name) <= _NAME_CHARS_MAX and (found := _GOOGLE.fullmatch(name.strip())):
        return _google_place(found[1].lower(), found[2], found[3].strip().lower())
    for candidate in dict.fromkeys((key, _without_number(key))):
        if place := _known_place(candidate) or _located_place(candidate):
            return place
    return None


def _known_place(key: str) -> Place | None:
    if key in FIELDS:
        return Place(FIELDS[key])
    if key in PRESETS:
        return Place("preset")
    if key in RELATIONS:
        return Place("relation", RELATIONS[key])
    if key in DAYS:
        return Place("anniversary", DAYS[key])
    if key in POINTS:
        return _point(POINTS[key])
    if key in PARTS:
        return Place(f"address.{PARTS[key]}", slot="address")
    return None


def _point(name: str, where: str = "") -> Place:
    kind, _, label = name.partition(":")
    return Place(kind, " ".join(filter(None, (where, label.rstrip("*")))), preferred=label.endswith("*"))


def _located_place(key: str) -> Place | None:
    """A part or point of a certain place: "business city", "ort geschaftlich", "rue bureau 2", "otra ciudad"."""
    for where, before, after in WHERE:
        if found := re.fullmatch(rf"(?:{before}) (.+)", key):
            part = found[1]
        elif found := re.fullmatch(rf"(.+?) (?:{after})( \d)?", key):
            part = found[1] + (found[2] or "")
        else:
            continue
        if part in PARTS:
            return Place(f"address.{PARTS[part]}", where, slot=f"address {where}")
        if point := POINTS.get(part) or POINTS.get(_without_number(part)):
            return _point(point, where)
    return None


def _without_number(key: str) -> str:
    return " ".join(word for word in key.split() if not (len(word) == 1 and word.isdigit()))


def _google_place(thing: str, number: str, part: str) -> Place:
    slot = f"{thing} {number}"
    if thing == "organization":
        return Place(_GOOGLE_ORGANISATION.get(part, "extra"))
    if part in ("type", "label", "service"):
        return Place("service" if part == "service" else "label", slot=slot)
    if thing == "address":
        return Place(f"address.{_GOOGLE_PARTS.get(part, part)}", slot=slot)
    return Place(_GOOGLE_POINTS.get(thing, "custom") if part == "value" else "extra", slot=slot)


def _ambiguous(at: int, keys: Sequence[str]) -> Place | None:
    """Columns whose name means one thing beside certain others and another thing without them."""
    key, fields = keys[at], {FIELDS.get(other) for other in keys} if keys[at] in _AMBIGUOUS else set()
    if key == "name" and "given_name" in fields and "family_name" not in fields:
        return Place("family_name")
    if key == "nom":
        return Place("family_name" if "given_name" in fields else "name")
    if key == "nombre":
        return Place("given_name" if "family_name" in fields else "name")
    if key in ("title", "titre"):
        first_of_two = keys.count(key) > 1 and keys.index(key) == at
        return Place("prefix" if first_of_two or (keys.count(key) == 1 and "title" in fields) else "title")
    if key == "geburtstag" and "birth.year" in fields:
        return Place("birth.day")
    if key in ("ort", "location") and any(other.startswith(f"{key} ") for other in keys):
        return Place("extra")
    return None


_AMBIGUOUS = frozenset({"name", "nom", "nombre", "title", "titre", "geburtstag", "ort", "location"})
