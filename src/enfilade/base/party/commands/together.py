"""The set-based twin of `import_contact`: many new contacts of a file in a few statements, by the same rules and constraints."""

from __future__ import annotations

from typing import Any

from enfilade.base.party import rules
from enfilade.base.party.events import PartyAdded
from enfilade.base.party.models import Address, ContactPoint, Party
from enfilade.core import bulk
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.numbers import draw

from .importing import Sketch, add_roles, addresses_of, fill, points_of, text_of, write_search

PERMISSION = "party.add_party"


def take_contacts(ctx: Context, given: list[tuple[dict[str, Any], int | None]]) -> list[str]:
    """Write new contacts, none of whom is there already. Inside a command; the caller's rights are asked here.

    given: each contact as `import_contact` takes it, and the primary key of its picture.
    Shape: as many refs of parties as contacts, in their order.
    Refuses: not_allowed; what a constraint refuses, it refuses for all of them.
    """
    ctx.require(PERMISSION)
    if not given:
        return []
    keys = bulk.reserve(Party, len(given))
    first = draw(ctx, "party.party", len(given)) - len(given) + 1
    parties: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    addresses: list[dict[str, Any]] = []
    for at, (key, (contact, photo)) in enumerate(zip(keys, given, strict=True)):
        below = {"company_id": ctx.company_id, "party_id": key}
        own = points_of(ctx, [], contact)
        points += [below | values for values in own]
        addresses += [below | values for values in addresses_of([], contact)]
        parties.append(_party(ctx, contact, own) | {"id": key, "number": f"P-{first + at:05d}", "photo_id": photo})
    bulk.insert(Party, parties)
    bulk.insert(ContactPoint, points)
    bulk.insert(Address, addresses)
    for key, (contact, _) in zip(keys, given, strict=True):
        publish(ctx, PartyAdded(key))
        if contact.get("roles"):
            add_roles(ctx, Party(pk=key, company=ctx.company), contact, new=True)
    refs = [f"party.party:{key}" for key in keys]
    if ctx.work is not None:
        ctx.work.noted |= set(refs)
    return refs


def _party(ctx: Context, contact: dict[str, Any], points: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns of a new party."""
    party = Sketch(text_of(contact, "kind") or "person")
    fill(party, contact)
    write_search(ctx, party, [(p["kind"], p["value"], p["normalised"]) for p in points])
    spoken = rules.full_name(party.given_name, party.additional_names, party.family_name, party.language)
    party.name = rules.shown_name(party.name, spoken)
    return {**vars(party), "company_id": ctx.company_id, "name_key": rules.name_key(party.name)}
