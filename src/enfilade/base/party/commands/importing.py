"""A contact of an address book becomes a party, or completes the one it is already. Nothing of it is lost.

What the file says replaces what a party says of itself; numbers, addresses, notes and further facts are added to what is there.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from enfilade.base.party import rules
from enfilade.base.party.events import PartyAdded, RoleGiven
from enfilade.base.party.models import Address, ContactPoint, Party, PartyRole
from enfilade.base.party.queries import known_contact
from enfilade.core.command import Ref, command
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.models import StoredFile

from .writing import forget_shown, number_party

_TEXTS = {
    "name": "name",
    "given_name": "given_name",
    "family_name": "family_name",
    "additional_names": "additional_names",
    "prefix": "prefix",
    "suffix": "suffix",
    "title": "job_title",
    "language": "language",
    "tax_number": "tax_number",
}
_KINDS = {"phone", "email", "url", "fax", "im", "social", "pager"}
_FURTHER = ("nickname", "department", "role")


class Sketch(SimpleNamespace):
    """A party before it is one: the columns that a contact may fill, without the weight of a model, since a file has thousands."""

    kind: str
    name: str
    given_name: str
    family_name: str
    additional_names: str
    organisation_name: str
    birth_on: date | None
    uid: str
    note: str
    extra: list[list[str]]
    search_text: str

    def __init__(self, kind: str) -> None:
        super().__init__(**dict.fromkeys(_TEXTS.values(), ""))
        self.kind, self.organisation_name, self.birth_on, self.uid, self.note, self.extra = kind, "", None, "", "", []


@command(permission="party.add_party", hidden=True)
def import_contact(ctx: Context, *, contact: dict, photo: Ref[StoredFile] | None = None) -> Party:
    """Take a contact of a file; where the party is there already, it is completed.

    contact: the draft as the readers of contact files make it, with plain values.
    """
    party = known_contact(ctx, contact)
    if party is not None:
        return _take(ctx, party, contact, photo)
    return _take(ctx, Party(company=ctx.company, kind=text_of(contact, "kind") or "person"), contact, photo)


@command(permission="party.add_party", hidden=True)
def complete_party(ctx: Context, *, party: Party, contact: dict, photo: Ref[StoredFile] | None = None) -> Party:
    """Complete a party from a contact of a file.

    contact: the draft as the readers of contact files make it, with plain values.
    """
    return _take(ctx, party, contact, photo)


def _take(ctx: Context, party: Party, contact: dict[str, Any], photo: StoredFile | None) -> Party:
    """Write a new or known party with everything of the contact; few statements, since a file has thousands of contacts."""
    new = party.pk is None
    fill(party, contact)
    party.photo = party.photo or photo
    held = [] if new else list(party.contact_points.all())
    points = points_of(ctx, held, contact)
    write_search(ctx, party, [*((p.kind, p.value, p.normalised) for p in held), *map(_spelt, points)])
    if new:
        number_party(ctx, party)
        publish(ctx, PartyAdded(party.pk))
    else:
        party.save()
    ContactPoint.objects.bulk_create([ContactPoint(company=ctx.company, party=party, **values) for values in points])
    lived_at = list(party.addresses.all()) if contact.get("addresses") and not new else []
    Address.objects.bulk_create([Address(company=ctx.company, party=party, **values) for values in addresses_of(lived_at, contact)])
    add_roles(ctx, party, contact, new=new)
    forget_shown(party)
    return party


def write_search(ctx: Context, party: Party | Sketch, points: list[tuple[str, str, str]]) -> None:
    """Write down the words under which the party is found, unsaved.

    points: (kind, value, normalised).
    """
    party.search_text = "\n".join(rules.search_words(points, ctx.company.country))


def _spelt(values: dict[str, Any]) -> tuple[str, str, str]:
    return values["kind"], values["value"], values["normalised"]


def text_of(contact: dict[str, Any], name: str) -> str:
    """A text of a contact, "" where it has none."""
    value = contact.get(name)
    return str(value).strip() if value else ""


def fill(party: Party | Sketch, contact: dict[str, Any]) -> None:
    """Put what the contact says of itself into the party, unsaved."""
    for source, target in _TEXTS.items():
        if source in contact and (value := text_of(contact, source)):
            setattr(party, target, value[:8] if target == "language" else value)
    employer = text_of(contact, "organisation")
    if employer and party.kind == Party.Kind.PERSON:
        party.organisation_name = employer
    if birth_on := text_of(contact, "birth_on"):
        party.birth_on = date.fromisoformat(birth_on)
    party.uid = party.uid or text_of(contact, "uid")
    note = text_of(contact, "note")
    if note and note not in party.note:
        party.note = "\n".join(part for part in (party.note, note) if part)
    further = [[label, text_of(contact, label)] for label in _FURTHER if text_of(contact, label)]
    if employer and party.kind != Party.Kind.PERSON and employer != party.name:
        further.append(["organisation", employer])
    further += [["category", str(word)] for word in contact.get("categories") or ()]
    for name in ("relations", "anniversaries", "extra"):
        further += [[str(label), str(value)] for label, value in contact.get(name) or ()]
    party.extra = [*party.extra, *(pair for pair in further if pair not in party.extra)]


def points_of(ctx: Context, held: list[ContactPoint], contact: dict[str, Any]) -> list[dict[str, Any]]:
    """The contact points that the party does not have in any spelling, as columns; a further label of one it has is added to it."""
    known: dict[tuple[str, str], Any] = {(p.kind, p.normalised or p.value): p for p in held}
    preferred = {p.kind for p in held if p.preferred}
    found: list[dict[str, Any]] = []
    for given in contact.get("contact_points") or ():
        kind, value, label = text_of(given, "kind"), text_of(given, "value"), text_of(given, "label")
        normalised = rules.normalise(kind, value, ctx.company.country)
        if kind not in _KINDS or (kind == "email" and not normalised):
            kind, label, normalised = "other", label or kind, value.casefold()
        if not value:
            continue
        present = known.get((kind, normalised or value))
        if present is None:
            tail = rules.phone_tail(normalised) if kind in {"phone", "fax"} else ""
            first = bool(given.get("preferred")) and kind not in preferred
            present = {"kind": kind, "value": value, "normalised": normalised, "tail": tail, "label": label, "preferred": first}
            preferred |= {kind} if first else set()
            known[(kind, normalised or value)] = present
            found.append(present)
        elif isinstance(present, dict):
            present["label"] = _further_label(present["label"], label)
        elif (further := _further_label(present.label, label)) != present.label:
            present.label = further
            present.save(update_fields=["label"])
    return found


def _further_label(label: str, further: str) -> str:
    return label if not further or further in label.split(", ") else ", ".join(part for part in (label, further) if part)


def addresses_of(held: list[Address], contact: dict[str, Any]) -> list[dict[str, Any]]:
    """The addresses that the party does not have yet, as columns."""
    given = contact.get("addresses") or ()
    # One address of somebody who has none needs no comparing, and most have no more.
    alone = not held and len(given) == 1
    known, has_preferred = {_place(a.lines()) for a in held}, any(a.preferred for a in held)
    found = []
    for one in given:
        made = _address(one)
        lines = rules.address_lines(**{n: made[n] for n in ("street", "extra", "postal_code", "city", "region", "country")})
        place = "" if alone else _place(lines)
        if not lines or place in known:
            continue
        made["preferred"] = bool(one.get("preferred")) and not has_preferred
        has_preferred = has_preferred or made["preferred"]
        known.add(place)
        found.append(made)
    return found


def _address(given: dict[str, Any]) -> dict[str, Any]:
    box = text_of(given, "po_box")
    code = text_of(given, "country_code")
    unknown_country = "" if code else text_of(given, "country")
    further = [text_of(given, "extra"), f"PO box {box}" if box.isdigit() else box, unknown_country]
    parts = {name: text_of(given, name) for name in ("label", "street", "postal_code", "city", "region")}
    return parts | {"extra": ", ".join(part for part in further if part), "country": code}


def _place(lines: list[str]) -> str:
    return rules.name_key(" ".join(lines))


def add_roles(ctx: Context, party: Party, contact: dict[str, Any], *, new: bool) -> None:
    """Give the party the roles of the contact that it does not have."""
    wanted = [role for role in dict.fromkeys(contact.get("roles") or ()) if role]
    if not wanted:
        return
    rows = PartyRole.objects.visible_to(ctx).filter(party=party)
    held = set(rows.values_list("role", flat=True)) if not new else set()
    for role in wanted:
        if role not in held:
            PartyRole.objects.create(company=ctx.company, party=party, role=role)
            publish(ctx, RoleGiven(party.pk, role))
