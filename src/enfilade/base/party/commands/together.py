"""The set-based twin of `import_contact`: many new contacts of a file in a few statements, by the same rules and constraints."""

from __future__ import annotations

from typing import Any

from enfilade.base.party.events import PartyAdded
from enfilade.base.party.models import Address, ContactPoint, Party
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.numbers import draw
from enfilade.core.refs import ref

from .importing import add_roles, addresses_of, fill, points_of, text_of, write_search

PERMISSION = "party.add_party"


def take_contacts(ctx: Context, given: list[tuple[dict[str, Any], int | None]]) -> list[Party]:
    """Write new contacts, none of whom is there already. Inside a command; the caller's rights are asked here.

    given: each contact as `import_contact` takes it, and the primary key of its picture.
    Shape: as many parties as contacts, in their order.
    Refuses: not_allowed; what a constraint refuses, it refuses for all of them.
    """
    ctx.require(PERMISSION)
    if not given:
        return []
    parties, points, addresses = [], [], []
    last = draw(ctx, "party.party", len(given))
    for number, (contact, photo) in enumerate(given, last - len(given) + 1):
        party = Party(company=ctx.company, kind=text_of(contact, "kind") or "person", photo_id=photo, number=f"P-{number:05d}")
        fill(party, contact)
        own = points_of(ctx, [], contact)
        write_search(ctx, party, own)
        party.settle_name()
        parties.append(party)
        points.append(own)
    Party.objects.bulk_create(parties)
    for party, own, (contact, _) in zip(parties, points, given, strict=True):
        for point in own:
            point.party_id = party.pk
        addresses += addresses_of(ctx, party, [], contact)
    ContactPoint.objects.bulk_create([p for own in points for p in own])
    Address.objects.bulk_create(addresses)
    for party, (contact, _) in zip(parties, given, strict=True):
        publish(ctx, PartyAdded(party.pk))
        add_roles(ctx, party, contact, new=True)
    if ctx.work is not None:
        ctx.work.noted |= {ref(p) for p in parties}
    return parties
