"""What the commands share: a new party with its number, a contact point in its one spelling, the words it is found by."""

from __future__ import annotations

from typing import Annotated, Any

from enfilade.base.party import rules
from enfilade.base.party.formats.text import country_code
from enfilade.base.party.models import Address, ContactPoint, Party
from enfilade.core.command import Input
from enfilade.core.context import Context, Refusal
from enfilade.core.numbers import draw

Country = Annotated[str, Input(help="Name or two letters; left empty, the company's own.")]


def number_party(ctx: Context, party: Party) -> Party:
    """Save a new party under the next number. The counter is locked until the transaction ends, so call it late."""
    party.number = f"P-{draw(ctx, 'party.party'):05d}"
    party.save()
    return party


def put_contact_point(
    ctx: Context, party: Party, kind: str, value: str, label: str = "", *, normalised: str = "", preferred: bool = False
) -> ContactPoint | None:
    """Add a contact point unless the party has it in another spelling; what it has is returned then. Nothing for an empty value.

    Refuses: no_email for a text that is no e-mail address.
    """
    value = value.strip()
    if not value:
        return None
    key = normalised or rules.normalise(kind, value, ctx.company.country)
    if kind == "email" and not key:
        raise Refusal("no_email", f"{value[:80]} is not an e-mail address.", field="value")
    same = {"normalised": key} if key else {"value": value}
    present = party.contact_points.filter(kind=kind, **same).first()
    if present is not None:
        return present
    if preferred:
        party.contact_points.filter(kind=kind, preferred=True).update(preferred=False)
    tail = rules.phone_tail(key) if kind in {"phone", "fax"} else ""
    return ContactPoint.objects.create(
        company=ctx.company, party=party, kind=kind, value=value, normalised=key, tail=tail, label=label, preferred=preferred
    )


def put_address(ctx: Context, party: Party, *, country: str, **of_address: Any) -> Address:
    """Note an address. country: its name or two letters; where it is empty and a place is given, the company's own.

    Refuses: no_country; address_not_empty (database).
    """
    here = ctx.company.country if any(of_address.get(part) for part in ("street", "city", "postal_code")) else ""
    code = country_code(country) if country.strip() else here
    if country.strip() and not code:
        raise Refusal("no_country", f"{country[:60]} is not a country.", field="country")
    return Address.objects.create(company=ctx.company, party=party, country=code, **of_address)


def keep_search(ctx: Context, party: Party) -> None:
    """Write down the words under which the party is found."""
    values = list(party.contact_points.values_list("kind", "value", "normalised"))
    text = "\n".join(rules.search_words(values, ctx.company.country))
    forget_shown(party)
    if text != party.search_text:
        party.search_text = text
        party.save(update_fields=["search_text"])


def forget_shown(party: Party) -> None:
    """Let phone, e-mail and roles be read again after a change."""
    for stale in ("phone", "email", "roles", "_prefetched_objects_cache"):
        party.__dict__.pop(stale, None)


def shown(party: Party) -> dict[str, Any]:
    """A hint that leads to a party."""
    return {"label": f"{party.name} ({party.number})", "url": f"/party/parties/{party.pk}/", "party": party.pk}
