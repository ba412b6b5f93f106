"""Lists, record pages, forms and API of direct debits."""

from __future__ import annotations

from enfilade.core.files import carries_file
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import pages, panels, settling, verify
from .models import Collection, CollectionPart, CollectionRun, Creditor, Mandate, MandateAmendment

department("direct_debits", "Direct debits", "banknote-arrow-down", 23)
__all__ = [
    "CollectionResource",
    "CollectionRunResource",
    "CreditorResource",
    "MandateResource",
    "pages",
    "panels",
    "settling",
    "verify",
]


class CollectionRunResource(Resource):
    """Collection runs, with their collections."""

    model = CollectionRun
    columns = ("number", "collect_on", "scheme", "bank_account", "collection_count", "total_minor", "made_by", "released_by", "state")
    filters = ("state", "scheme", "bank_account", "collect_on", "made_by", "released_by")
    search = ("number",)
    facts = (
        "bank_account", "scheme", "collect_on", "collection_count", "total_minor", "made_by", "made_at", "released_by", "released_at",
        "file", "sent_by", "sent_at", "cancelled_by", "cancelled_at", "reason",
    )  # fmt: skip
    lines = {"collections": ("party", "mandate", "amount_minor", "sequence", "noticed_on", "end_to_end", "state")}
    board = "state"
    verbs = ("make_run", "read_returns")
    icon = "send"
    order = 20
    empty = "Choose under “To collect” what is collected next, and to which account."


class CollectionResource(Resource):
    """What was collected from whom."""

    model = Collection
    columns = ("end_to_end", "run", "party", "amount_minor", "noticed_on", "return_code", "state")
    filters = ("state", "run", "party", "mandate", "sequence", "return_code", "amount_minor")
    search = ("end_to_end", "party__name", "remittance")
    facts = (
        "run", "party", "mandate", "sequence", "amount_minor", "remittance", "end_to_end", "noticed_on", "noticed_how", "payment",
        "return_code", "return_reason", "returned_on",
    )  # fmt: skip
    lines = {"parts": ("invoice", "amount_minor", "live")}
    board = "state"
    icon = "banknote-arrow-down"
    order = 30
    empty = "Collections are made by a run."


class MandateResource(Resource):
    """By whose leave we collect."""

    model = Mandate
    columns = ("reference", "party", "scheme", "kind", "signed_on", "last_on", "state")
    filters = ("state", "scheme", "kind", "party", "signed_on")
    search = ("reference", "party__name", "iban", "holder")
    facts = (
        "party", "scheme", "kind", "iban", "bic", "holder", "creditor_identifier", "notice_days", "signed_on", "valid_until", "last_on",
        "paper", "prepared_by", "prepared_at", "ended_on", "reason",
    )  # fmt: skip
    lines = {"amendments": ("what", "before", "after", "made_at", "made_by", "told_in")}
    board = "state"
    verbs = ("prepare_mandate",)
    icon = "signature"
    order = 40
    empty = "Prepare a mandate, let the customer sign its paper, then say that it is signed."


class CreditorResource(Resource):
    """Under what the company collects."""

    model = Creditor
    columns = ("identifier", "notice_days", "lead_days", "return_fee_minor", "schema")
    facts = ("identifier", "notice_days", "lead_days", "return_fee_minor", "schema")
    verbs = ("set_creditor",)
    icon = "badge-check"
    order = 90
    empty = "Your central bank gives a creditor identifier; in Germany the Bundesbank does, on its page, without charge."


class MandateAmendmentResource(Resource):
    """What was changed of mandates: shown on them, and searchable through the API."""

    model = MandateAmendment
    columns = ("mandate", "what", "before", "after", "made_at", "told_in")
    filters = ("mandate", "what", "told_in")
    menu = False


class CollectionPartResource(Resource):
    """What each collection takes."""

    model = CollectionPart
    columns = ("collection", "invoice", "amount_minor", "live")
    filters = ("collection", "invoice", "live")
    menu = False


carries_file(CollectionRun, "direct_debits.view_collectionrun")
carries_file(Mandate, "direct_debits.view_mandate", "paper")
