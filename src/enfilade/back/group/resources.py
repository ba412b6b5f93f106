"""The department of the group: its companies, partners, places of accounts, entries."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import reports  # noqa: F401 - they register themselves
from .models import AccountMapping, ConsolidationEntry, ConsolidationLine, GroupCompany, GroupPartner

department("group", "Group", "network", 48)


class GroupCompanyResource(Resource):
    """Companies of which this one holds shares."""

    model = GroupCompany
    columns = ("member", "held_by", "method", "share_percent", "acquired_on", "cost_minor", "shares_account", "goodwill_years", "left_on")
    filters = ("method", "held_by", "acquired_on", "left_on")
    facts = (
        "member",
        "held_by",
        "method",
        "share_percent",
        "effective_percent",
        "acquired_on",
        "cost_minor",
        "shares_account",
        "goodwill_years",
        "left_on",
    )
    lines = {"mappings": ("code", "account")}
    ordering = "acquired_on"
    icon = "network"
    order = 50
    empty = "Add the companies of this house of which this one holds shares: how many, since when, and what they cost."


class GroupPartnerResource(Resource):
    """Parties of ours that are companies of this house."""

    model = GroupPartner
    columns = ("party", "partner")
    filters = ("partner",)
    search = ("party__name",)
    facts = ("party", "partner")
    ordering = "party"
    verbs = ("name_partner",)
    icon = "handshake"
    order = 60
    empty = "Say which of your customers and suppliers are companies of this house: what you owe and sell each other is told apart then."


class AccountMappingResource(Resource):
    """Where accounts of companies stand in the group's chart."""

    model = AccountMapping
    columns = ("group_company", "code", "account")
    filters = ("group_company", "account")
    search = ("code",)
    ordering = "code"
    icon = "signpost"
    order = 70
    empty = "Accounts find their place by code or purpose. Where one does not, open the company and choose Place an account."


class ConsolidationEntryResource(Resource):
    """What was entered for the group only."""

    model = ConsolidationEntry
    columns = ("on", "kind", "text", "made_by", "made_at", "reverses")
    filters = ("kind", "on", "made_by")
    search = ("text",)
    facts = ("on", "kind", "text", "made_by", "made_at", "reverses")
    lines = {"lines": ("account", "amount_minor")}
    ordering = "-on"
    verbs = ("post_consolidation",)
    icon = "notebook-pen"
    order = 80
    empty = "Unrealised profits and other adjustments are entered here; no company's books have them."


class ConsolidationLineResource(Resource):
    """Lines of entries of the group."""

    model = ConsolidationLine
    columns = ("entry", "account", "amount_minor")
    filters = ("entry", "account")
    menu = False
