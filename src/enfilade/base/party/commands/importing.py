"""A contact of an address book becomes a party, or completes the one it is already. Nothing of it is lost.

What the file says replaces what a party says of itself; numbers, addresses, notes and further facts are added to what is there.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from enfilade.base.party import rules
from enfilade.base.party.events import PartyAdded, RoleGiven
from enfilade.base.party.models import Address, Party, PartyRole
from enfilade.base.party.queries import known_contact
from enfilade.core.command import Ref, command
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.models import StoredFile

from .writing import keep_search, number_party, put_contact_point

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


@command(permission="party.add_party", hidden=True)
def import_contact(ctx: Context, *, contact: dict, photo: Ref[StoredFile] | None = None) -> Party:
    """Take a contact of a file; where the party is there already, it is completed.

    contact: the draft as the readers of contact files make it, with plain values.
    """
    party = known_contact(ctx, contact)
    if party is not None:
        return _complete(ctx, party, contact, photo)
    party = Party(company=ctx.company, kind=_text(contact, "kind") or "person")
    _fill(party, contact)
    number_party(ctx, party)
    _add_ways(ctx, party, contact)
    _finish(ctx, party, contact, photo)
    publish(ctx, PartyAdded(party.pk))
    return party


@command(permission="party.add_party", hidden=True)
def complete_party(ctx: Context, *, party: Party, contact: dict, photo: Ref[StoredFile] | None = None) -> Party:
    """Complete a party from a contact of a file.

    contact: the draft as the readers of contact files make it, with plain values.
    """
    return _complete(ctx, party, contact, photo)


def _complete(ctx: Context, party: Party, contact: dict[str, Any], photo: StoredFile | None) -> Party:
    _fill(party, contact)
    party.save()
    _add_ways(ctx, party, contact)
    _finish(ctx, party, contact, photo)
    return party


def _text(contact: dict[str, Any], name: str) -> str:
    return str(contact.get(name) or "").strip()


def _fill(party: Party, contact: dict[str, Any]) -> None:
    for source, target in _TEXTS.items():
        if value := _text(contact, source):
            setattr(party, target, value[:8] if target == "language" else value)
    employer = _text(contact, "organisation")
    if employer and party.kind == Party.Kind.PERSON:
        party.organisation_name = employer
    if birth_on := _text(contact, "birth_on"):
        party.birth_on = date.fromisoformat(birth_on)
    party.uid = party.uid or _text(contact, "uid")
    note = _text(contact, "note")
    if note and note not in party.note:
        party.note = "\n".join(part for part in (party.note, note) if part)
    further = [[label, _text(contact, label)] for label in _FURTHER if _text(contact, label)]
    if employer and party.kind != Party.Kind.PERSON and employer != party.name:
        further.append(["organisation", employer])
    further += [["category", str(word)] for word in contact.get("categories") or ()]
    for name in ("relations", "anniversaries", "extra"):
        further += [[str(label), str(value)] for label, value in contact.get(name) or ()]
    party.extra = [*party.extra, *(pair for pair in further if pair not in party.extra)]


def _add_ways(ctx: Context, party: Party, contact: dict[str, Any]) -> None:
    for point in contact.get("contact_points") or ():
        _add_point(ctx, party, point)
    held = {_place(address.lines()) for address in party.addresses.all()}
    for given in contact.get("addresses") or ():
        made = _address(ctx, party, given)
        if made.lines() and _place(made.lines()) not in held:
            made.preferred = bool(given.get("preferred")) and not party.addresses.filter(preferred=True).exists()
            made.save()
            held.add(_place(made.lines()))


def _add_point(ctx: Context, party: Party, point: dict[str, Any]) -> None:
    kind, value, label = _text(point, "kind"), _text(point, "value"), _text(point, "label")
    if kind not in _KINDS or (kind == "email" and not rules.normalise("email", value, "")):
        kind, label = "other", label or kind
    free = bool(point.get("preferred")) and not party.contact_points.filter(kind=kind, preferred=True).exists()
    made = put_contact_point(ctx, party, kind, value, label, preferred=free)
    if made is not None and label and label not in made.label.split(", "):
        made.label = ", ".join(part for part in (made.label, label) if part)
        made.save(update_fields=["label"])


def _address(ctx: Context, party: Party, given: dict[str, Any]) -> Address:
    box = _text(given, "po_box")
    code = _text(given, "country_code")
    unknown_country = "" if code else _text(given, "country")
    further = [_text(given, "extra"), f"PO box {box}" if box.isdigit() else box, unknown_country]
    return Address(
        company=ctx.company,
        party=party,
        label=_text(given, "label"),
        street=_text(given, "street"),
        extra=", ".join(part for part in further if part),
        postal_code=_text(given, "postal_code"),
        city=_text(given, "city"),
        region=_text(given, "region"),
        country=code,
    )


def _place(lines: list[str]) -> str:
    return rules.name_key(" ".join(lines))


def _finish(ctx: Context, party: Party, contact: dict[str, Any], photo: StoredFile | None) -> None:
    held = set(PartyRole.objects.visible_to(ctx).filter(party=party).values_list("role", flat=True))
    for role in dict.fromkeys(contact.get("roles") or ()):
        if role and role not in held:
            PartyRole.objects.create(company=ctx.company, party=party, role=role)
            publish(ctx, RoleGiven(party.pk, role))
    if photo is not None and party.photo_id is None:
        party.photo = photo
        party.save(update_fields=["photo"])
    keep_search(ctx, party)
