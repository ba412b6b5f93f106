"""What a party is to the company, and to other parties."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.base.party.events import RoleGiven
from enfilade.base.party.models import Party, PartyRole, Relationship
from enfilade.base.party.rules import RELATIONS
from enfilade.core.command import Choice, Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

RELATION_KINDS = Choice(*((kind, words[0].capitalize()) for kind, words in RELATIONS.items()))


@command(permission="party.change_party")
def give_role(ctx: Context, *, party: Party, role: str) -> Party:
    """Make a party a customer, a patient, a supplier, an employee ... Doing it twice changes nothing.

    role: one word in small letters, as the kind of company uses it.
    Refuses: party_role_word (database).
    """
    _, made = PartyRole.objects.get_or_create(company=ctx.company, party=party, role=role.strip())
    if made:
        party.__dict__.pop("roles", None)
        publish(ctx, RoleGiven(party.pk, role.strip()))
    return party


@command(permission="party.change_party", tone="danger")
def remove_role(ctx: Context, *, party: Party, role: str) -> Party:
    """Say that a party is something no longer.

    Refuses: no_such_role.
    """
    gone, _ = PartyRole.objects.visible_to(ctx).filter(party=party, role=role.strip()).delete()
    if not gone:
        raise Refusal("no_such_role", f"{party.name} is no {role[:40].replace('_', ' ')}.", field="role")
    party.__dict__.pop("roles", None)
    return party


@command(permission="party.change_party")
def add_relationship(
    ctx: Context,
    *,
    party: Party,
    kind: Annotated[str, RELATION_KINDS],
    other: Ref[Party],
    from_on: Annotated[date | None, Input(label="From")] = None,
) -> Relationship:
    """Say what a party is to another one; it reads: party, kind, other.

    Refuses: relationship_of_two, relationship_once (database).
    """
    return Relationship.objects.create(company=ctx.company, party=party, other=other, kind=kind, from_on=from_on)


@command(permission="party.change_party", tone="danger")
def end_relationship(
    _ctx: Context, *, relationship: Relationship, until_on: Annotated[date, Input(label="Until", prefill="ctx.today")]
) -> Relationship:
    """Say until when a relationship held; it stays readable.

    Refuses: relationship_ended; relationship_in_order (database).
    """
    if relationship.until_on is not None:
        raise Refusal("relationship_ended", "This relationship has an end already.")
    relationship.until_on = until_on
    relationship.save(update_fields=["until_on"])
    return relationship
