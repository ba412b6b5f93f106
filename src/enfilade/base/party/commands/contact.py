"""Ways to reach a party: numbers, mailboxes, addresses."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.party.models import Address, ContactPoint, Party
from enfilade.core.command import Choice, Input, command
from enfilade.core.context import Context, Refusal

from .writing import Country, keep_search, put_address, put_contact_point

POINT_KINDS = Choice(*ContactPoint.Kind.choices)


@command(permission="party.change_party")
def add_contact_point(
    ctx: Context,
    *,
    party: Party,
    kind: Annotated[str, POINT_KINDS] = "phone",
    value: str,
    label: str = "",
    preferred: bool = False,
) -> ContactPoint:
    """Note a telephone number, an e-mail address or another way to reach a party.

    value: in any spelling.
    label: work, home, mobile ...
    preferred: use this one first; an earlier preference gives way.
    Refuses: no_value, no_email.
    """
    point = put_contact_point(ctx, party, kind, value, label, preferred=preferred)
    if point is None:
        raise Refusal("no_value", "Give a number or an address.", field="value")
    keep_search(ctx, party)
    return point


@command(permission="party.change_party", label="Use this first")
def prefer_contact_point(ctx: Context, *, point: ContactPoint) -> ContactPoint:
    """Use a contact point before the others of its kind."""
    ContactPoint.objects.visible_to(ctx).filter(party=point.party_id, kind=point.kind, preferred=True).exclude(pk=point.pk).update(
        preferred=False
    )
    point.preferred = True
    point.save(update_fields=["preferred"])
    return point


@command(permission="party.change_party", tone="danger")
def remove_contact_point(ctx: Context, *, point: ContactPoint) -> Party:
    """Forget a contact point that is wrong or no longer used."""
    party: Party = point.party
    point.delete()
    keep_search(ctx, party)
    return party


@command(permission="party.change_party")
def add_address(
    ctx: Context,
    *,
    party: Party,
    street: str = "",
    extra: Annotated[str, Input(label="Further lines")] = "",
    postal_code: str = "",
    city: str = "",
    region: str = "",
    country: Country = "",
    label: str = "",
    preferred: bool = False,
) -> Address:
    """Note a postal address of a party.

    label: home, work, billing ...
    preferred: use this one first; an earlier preference gives way.
    Refuses: no_country; address_not_empty (database).
    """
    if preferred:
        party.addresses.filter(preferred=True).update(preferred=False)
    lines = {"street": street, "extra": extra, "postal_code": postal_code, "city": city, "region": region}
    return put_address(ctx, party, country=country, label=label, preferred=preferred, **lines)


@command(permission="party.change_party", tone="danger")
def remove_address(_ctx: Context, *, address: Address) -> Party:
    """Forget an address that is wrong or no longer used."""
    party: Party = address.party
    address.delete()
    return party
