"""What the record page of a party shows beside its facts."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.resource import dialog, panel

from . import rules
from .commands import add_address
from .formats.addresses import part_labels, parts_in_order
from .formats.text import country_code
from .models import Party
from .queries import find_duplicates, live_parties

VIEW = "party.view_party"
CHANGE = "party.change_party"


def _add(ctx: Context, verb: str, party: Party, label: str) -> dict[str, str]:
    return {"new_url": f"/party/do/{verb}/{party.pk}/" if ctx.may(CHANGE) else "", "new_label": label}


@panel(on=Party, title="Possible duplicates", permission="party.merge_parties", template="party/panel_duplicates.html", icon="copy")
def duplicates_panel(ctx: Context, party: Party) -> dict[str, Any] | None:
    """Other entries that may be the same one; nothing where there are none."""
    found = find_duplicates(ctx, party)
    return {"duplicates": found, "count": len(found)} if found else None


@panel(on=Party, title="Contact", permission=VIEW, template="party/panel_contact.html", icon="phone")
def contact_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """Numbers, mailboxes and web sites, the preferred ones first."""
    points = list(party.contact_points.order_by("kind", "-preferred", "pk"))
    lines = [{"point": p, "text": _shown(p, ctx.company.country), "url": _link(p)} for p in points]
    return {
        "lines": lines,
        "count": len(points),
        "may_change": ctx.may(CHANGE),
        **_add(ctx, "add_contact_point", party, "Add contact point"),
    }


def _shown(point: Any, country: str) -> str:
    """Numbers as people of the country write them; what cannot be dialled from everywhere stays as it was given."""
    dialled = point.kind == "phone" and point.normalised.startswith("+")
    return rules.shown_phone(point.normalised, country) if dialled else point.value


def _link(point: Any) -> str:
    if point.kind == "phone" and point.normalised:
        return f"tel:{point.normalised}"
    if point.kind == "email" and point.normalised:
        return f"mailto:{point.normalised}"
    return point.value if point.kind == "url" and point.value.startswith(("http://", "https://")) else ""


@dialog(add_address, template="party/address_body.html")
def address_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The parts of an address as its country writes them, or ours where none is named."""
    country = country_code(str(values.get("country") or "")) or ctx.company.country
    return {"field_order": ["country", *parts_in_order(country)], "field_labels": part_labels(country)}


@panel(on=Party, title="Addresses", permission=VIEW, template="party/panel_addresses.html", icon="map-pin")
def addresses_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """Postal addresses, the preferred one first."""
    addresses = list(party.addresses.order_by("-preferred", "pk"))
    lines = [(one, one.on_envelope(ctx.company.country, ctx.language)) for one in addresses]
    return {
        "addresses": lines,
        "count": len(addresses),
        "may_change": ctx.may(CHANGE),
        **_add(ctx, "add_address", party, "Add address"),
    }


@panel(on=Party, title="Roles", permission=VIEW, template="party/panel_roles.html", icon="tags")
def roles_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """What the party is to the company."""
    roles = list(party.party_roles.order_by("role"))
    return {"roles": roles, "count": len(roles), "may_change": ctx.may(CHANGE), **_add(ctx, "give_role", party, "Give role")}


@panel(on=Party, title="Relationships", permission=VIEW, template="party/panel_relationships.html", icon="network")
def relationships_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """What the party is to others, read from its side; those that ended last."""
    lines: list[dict[str, Any]] = [
        {"row": r, "words": rules.relation_words(r.kind), "other": r.other} for r in party.relationships.select_related("other")
    ]
    inward = party.relationships_to.select_related("party")
    lines += [{"row": r, "words": rules.relation_words(r.kind, from_other=True), "other": r.party} for r in inward]
    lines.sort(key=lambda line: (line["row"].until_on is not None, line["row"].pk))
    return {"lines": lines, "count": len(lines), "may_change": ctx.may(CHANGE), **_add(ctx, "add_relationship", party, "Add relationship")}


@panel(on=Party, title="Further details", permission=VIEW, template="party/panel_extra.html", icon="list")
def extra_panel(_ctx: Context, party: Party) -> dict[str, Any] | None:
    """What an address book knew that has no field of its own."""
    pairs = [(label.replace("_", " "), value) for label, value in party.extra]
    return {"pairs": pairs, "count": len(pairs)} if pairs else None


@file_guard
def may_see_photo(ctx: Context, file: Any) -> bool:
    """A photograph may be seen by whoever may see the party."""
    return ctx.may(VIEW) and live_parties(ctx).filter(photo=file).exists()
