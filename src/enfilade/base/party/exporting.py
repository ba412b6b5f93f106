"""Parties as vCard 3.0 (RFC 2426), which every telephone and mail program reads, and which comes in again as the same contacts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import vobject
from django.db.models import prefetch_related_objects

from enfilade.core.context import Context
from enfilade.core.resource.transfer import Exporter, register_exporter

from .models import Address, ContactPoint, Party

_CHUNK = 500
_KINDS = {"phone": "tel", "fax": "tel", "pager": "tel", "email": "email", "url": "url"}
_TYPES = {"mobile": "CELL", "work": "WORK", "home": "HOME"}


def write_cards(ctx: Context, rows: Any) -> Iterator[str]:
    """Each party as a card, in the order of the list; contact points and addresses come in two queries for some hundreds."""
    parties = iter(rows.iterator(chunk_size=_CHUNK))
    while part := list(islice(parties, _CHUNK)):
        prefetch_related_objects(part, "contact_points", "addresses")
        for party in part:
            yield card_of(party)


def card_of(party: Party) -> str:
    """The card of a party."""
    card = vobject.vCard()
    card.add("fn").value = party.name
    card.add("n").value = vobject.vcard.Name(
        family=party.family_name, given=party.given_name, additional=party.additional_names, prefix=party.prefix, suffix=party.suffix
    )
    is_organisation = party.kind == Party.Kind.ORGANISATION
    if is_organisation:
        card.add("x-abshowas").value = "COMPANY"
    if employer := party.name if is_organisation else party.organisation_name:
        card.add("org").value = [employer]
    for name, value in (("title", party.job_title), ("note", party.note), ("uid", party.uid)):
        if value:
            card.add(name).value = value
    if party.birth_on is not None:
        card.add("bday").value = party.birth_on.isoformat()
    for point in sorted(party.contact_points.all(), key=lambda p: (not p.preferred, p.pk)):
        _add_point(card, point)
    for address in party.addresses.all():
        _add_address(card, address)
    return str(card.serialize())


def _add_point(card: Any, point: ContactPoint) -> None:
    if point.kind not in _KINDS:
        return
    line = card.add(_KINDS[point.kind])
    line.value = point.value
    types = [t for word, t in _TYPES.items() if word in point.label.split(", ")]
    types += [point.kind.upper()] if point.kind in {"fax", "pager"} else []
    types += ["PREF"] if point.preferred else []
    if types:
        line.params["TYPE"] = types


def _add_address(card: Any, address: Address) -> None:
    line = card.add("adr")
    line.value = vobject.vcard.Address(
        street=address.street,
        city=address.city,
        region=address.region,
        code=address.postal_code,
        country=address.country,
        extended=address.extra,
    )
    if types := [t for word, t in _TYPES.items() if word in address.label.split(", ")]:
        line.params["TYPE"] = types


register_exporter("party.party", Exporter("vcf", "text/vcard; charset=utf-8", "vCard", write_cards))
