"""Lists, forms and record pages of parties."""

from __future__ import annotations

from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import commands, exporting, importing, panels, verify  # noqa: F401 - own add_party has to be there before the resource makes one
from .models import Address, ContactPoint, Party, PartyWord, Relationship
from .queries import with_contact

department("party", "Contacts", "contact", 15, office="front")


class PartyResource(Resource):
    """Persons and organisations."""

    model = Party
    columns = ("name", "number", "phone", "email", "roles", "birth_on", "organisation_name")
    filters = ("kind", "party_roles__role", "birth_on", "language", "archived_at")
    search = ("name", "name_key", "number", "organisation_name", "search_text")
    words = PartyWord
    fields = (
        "kind",
        "name",
        "given_name",
        "family_name",
        "additional_names",
        "prefix",
        "suffix",
        "organisation_name",
        "job_title",
        "birth_on",
        "language",
        "tax_number",
        "note",
    )
    facts = (
        "number",
        "kind",
        "roles",
        "phone",
        "email",
        "birth_on",
        "prefix",
        "given_name",
        "additional_names",
        "family_name",
        "suffix",
        "organisation_name",
        "job_title",
        "language",
        "tax_number",
        "archived_at",
        "note",
    )
    import_key = "number"
    ordering = "name"
    title = "people & organisations"
    icon = "contact"
    order = 10
    empty = "Add the first person, or bring your address book along: export it as vCard or CSV and import the file here."

    def queryset(self) -> RecordQuerySet:
        """With phone, e-mail and roles in the same query; what was merged is found under its new entry."""
        return with_contact(Party.objects.filter(merged_into=None)).select_related("company")


class ContactPointResource(Resource):
    """Numbers, mailboxes and the like, of all parties."""

    model = ContactPoint
    columns = ("party", "kind", "value", "label", "preferred")
    filters = ("party", "kind", "preferred")
    search = ("value", "normalised", "party__name")
    menu = False

    def queryset(self) -> RecordQuerySet:
        """With the company, whose country says how numbers are written."""
        return ContactPoint.objects.select_related("company")


class AddressResource(Resource):
    """Postal addresses of all parties."""

    model = Address
    columns = ("party", "label", "street", "postal_code", "city", "country", "preferred")
    filters = ("party", "country", "city")
    search = ("street", "postal_code", "city", "party__name")
    fields = ("label", "street", "extra", "postal_code", "city", "region", "country")
    menu = False


class RelationshipResource(Resource):
    """Who is what to whom."""

    model = Relationship
    columns = ("party", "kind", "other", "from_on", "until_on")
    filters = ("party", "other", "kind")
    menu = False
