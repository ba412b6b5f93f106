"""Entering people and organisations, and putting them aside."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.base.party import rules
from enfilade.base.party.events import PartyAdded, RoleGiven
from enfilade.base.party.models import Party, PartyRole
from enfilade.base.party.queries import known_as, live_parties
from enfilade.core.command import Choice, Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import Membership

from .writing import Country, keep_search, number_party, put_address, put_contact_point, shown

Phone = Annotated[str, Input(widget="phone", max_length=100)]
Email = Annotated[str, Input(widget="email", max_length=254)]
KINDS = Choice(("person", "Person"), ("organisation", "Organisation"))


@command(permission="party.add_party", label="New party")
def add_party(
    ctx: Context,
    *,
    kind: Annotated[str, KINDS] = "person",
    name: str = "",
    given_name: str = "",
    family_name: str = "",
    phone: Phone = "",
    email: Email = "",
    street: str = "",
    postal_code: str = "",
    city: str = "",
    country: Country = "",
    role: str = "",
    tax_number: str = "",
    additional_names: Annotated[str, Input(seldom=True)] = "",
    prefix: Annotated[str, Input(label="Title", seldom=True)] = "",
    suffix: Annotated[str, Input(seldom=True)] = "",
    organisation_name: Annotated[str, Input(label="Employer", seldom=True)] = "",
    job_title: Annotated[str, Input(seldom=True)] = "",
    birth_on: Annotated[date | None, Input(label="Date of birth")] = None,
    language: Annotated[str, Input(max_length=8, seldom=True)] = "",
    note: LongText = "",
    although_known: Annotated[bool, Input(label="Enter anyway")] = False,
) -> Party:
    """Enter a person or an organisation.

    name: as it is shown; left empty, it is made of the given and the family name.
    role: what it is to the company: customer, patient, supplier ...
    although_known: enter it although somebody with this name and number, e-mail address or date of birth is there.
    Refuses: known_already, no_country; party_named, party_role_word (database).
    """
    party = Party(
        company=ctx.company,
        kind=kind,
        name=name,
        given_name=given_name,
        family_name=family_name,
        additional_names=additional_names,
        prefix=prefix,
        suffix=suffix,
        organisation_name=organisation_name,
        job_title=job_title,
        birth_on=birth_on,
        language=language,
        tax_number=tax_number,
        note=note,
    )
    spoken = name.strip() or rules.full_name(given_name, additional_names, family_name, language)
    known = None if although_known else known_as(ctx, name=spoken, phone=phone, email=email, birth_on=birth_on)
    if known is not None:
        raise Refusal("known_already", f"{known.name} is entered already as {known.number}.", hints=(shown(known),))
    number_party(ctx, party)
    put_contact_point(ctx, party, "phone", phone)
    put_contact_point(ctx, party, "email", email)
    if street or postal_code or city or country:
        put_address(ctx, party, street=street, postal_code=postal_code, city=city, country=country)
    keep_search(ctx, party)
    publish(ctx, PartyAdded(party.pk))
    if role:
        PartyRole.objects.create(company=ctx.company, party=party, role=role)
        publish(ctx, RoleGiven(party.pk, role))
    return party


@command(permission="party.add_party", label="New person")
def add_person(
    ctx: Context,
    *,
    given_name: str = "",
    family_name: str = "",
    name: Annotated[str, Input(help="Only where it is not given name and family name.")] = "",
    phone: Phone = "",
    email: Email = "",
    birth_on: Annotated[date | None, Input(label="Date of birth")] = None,
    role: str = "",
    although_known: Annotated[bool, Input(label="Enter anyway")] = False,
) -> Party:
    """Enter a person at the desk, with what one hears on the telephone.

    role: what the person is to the company: customer, patient ...
    although_known: enter the person although somebody with this name and number, e-mail address or date of birth is there.
    Refuses: known_already; party_named (database).
    """
    return add_party(
        ctx,
        kind="person",
        name=name,
        given_name=given_name,
        family_name=family_name,
        phone=phone,
        email=email,
        birth_on=birth_on,
        role=role,
        although_known=although_known,
    )


@command(permission="party.archive_party", tone="danger")
def archive_party(ctx: Context, *, party: Party, reason: str = "") -> Party:
    """Offer a party no longer for new work; everything about it stays readable.

    Refuses: archived.
    """
    if party.is_archived:
        raise Refusal("archived", f"{party.name} is archived already.")
    party.archived_at = ctx.now
    if reason:
        party.note = "\n".join(part for part in (party.note, f"Archived: {reason}") if part)
    party.save(update_fields=["archived_at", "note"])
    return party


@command(permission="party.archive_party")
def restore_party(_ctx: Context, *, party: Party) -> Party:
    """Take a party out of the archive.

    Refuses: not_archived, merged.
    """
    if party.merged_into_id is not None:
        raise Refusal("merged", f"{party.name} was merged into another entry and can't come back by itself.")
    if not party.is_archived:
        raise Refusal("not_archived", f"{party.name} is not archived.")
    party.archived_at = None
    party.save(update_fields=["archived_at"])
    return party


@command(permission="party.link_account")
def link_account(ctx: Context, *, party: Party, email: Email) -> Party:
    """Say which account an employee signs in with.

    Refuses: no_member; party_user_once (database).
    """
    member = Membership.objects.visible_to(ctx).filter(user__email=email.strip().lower(), active=True).select_related("user").first()
    if member is None:
        raise Refusal("no_member", f"Nobody signs in here as {email[:80]}.", field="email")
    taken = live_parties(ctx).filter(user=member.user).exclude(pk=party.pk).first()
    if taken is not None:
        raise Refusal("party_user_once", f"This account belongs to {taken.name}.", field="email", hints=(shown(taken),))
    party.user = member.user
    party.save(update_fields=["user"])
    return party
