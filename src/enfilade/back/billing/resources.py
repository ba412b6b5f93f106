"""Lists, record pages, forms and API of billing."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.models import StoredFile
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import closing, estimate, pages, panels, proving, taxed, untaxed, verify
from .models import (
    AdvancePlan,
    Allocation,
    Charge,
    CustomerTerms,
    CustomerWithholding,
    Deposit,
    DepositUse,
    DrawerSession,
    Instalment,
    Invoice,
    InvoiceLine,
    InvoiceWord,
    Letterhead,
    Payment,
    PaymentTerms,
    SupplyProof,
    WithheldProof,
    WriteOff,
)

department("billing", "Billing", "receipt", 20)
__all__ = [
    "AdvancePlanResource",
    "AllocationResource",
    "ChargeResource",
    "CustomerTermsResource",
    "DepositResource",
    "DepositUseResource",
    "DrawerSessionResource",
    "InstalmentResource",
    "InvoiceResource",
    "LetterheadResource",
    "PaymentResource",
    "PaymentTermsResource",
    "SupplyProofResource",
    "WriteOffResource",
    "closing",
    "estimate",
    "pages",
    "panels",
    "proving",
    "taxed",
    "untaxed",
    "verify",
]


class InvoiceResource(Resource):
    """Invoices and credit notes; written by draft_invoice and invoice_charges, changed by nobody once issued."""

    model = Invoice
    columns = ("number", "party", "issued_on", "due_on", "total_minor", "open_minor", "state")
    filters = ("state", "kind", "advance", "party", "issued_on", "due_on", "terms", "currency", "total_minor")
    search = ("number", "party__name", "note")
    words = InvoiceWord
    words_through = ("party",)
    facts = (
        "party", "kind", "issued_on", "due_on", "terms", "net_minor", "tax_minor", "total_minor", "discount_minor", "paid_minor",
        "credited_minor", "deducted_minor", "written_off_minor", "open_minor", "currency", "rate", "worth_minor", "open_worth_minor",
        "cancels", "advance", "origin", "note", "bill_to",
    )  # fmt: skip
    lines = {
        "lines": ("description", "quantity", "unit_price_minor", "discount_minor", "tax_percent", "net_minor", "tax_minor", "total_minor")
    }
    board = "state"
    calendar = "due_on"
    charts = ("state", "issued_on", "due_on", "party")
    verbs = ("draft_invoice", "email_statements")
    icon = "receipt"
    order = 10
    empty = "Invoice the open charges of a party, or draft an invoice with lines of its own."


class ChargeResource(Resource):
    """What was done and is to be paid."""

    model = Charge
    columns = ("on", "party", "description", "quantity", "net_minor", "discount_minor", "state", "invoice")
    filters = ("state", "party", "item", "on")
    search = ("description", "party__name")
    facts = (
        "party", "item", "description", "on", "quantity", "unit_price_minor", "price_why", "gross_minor", "discount_minor",
        "discount_reason", "net_minor", "tax_class", "treatment", "treatment_reason", "waived_reason", "invoice", "origin",
    )  # fmt: skip
    icon = "list-plus"
    order = 20
    empty = "Charges come from treatments and other work; one can be added by hand with “Add charge”."


class PaymentResource(Resource):
    """Payments and refunds."""

    model = Payment
    columns = ("number", "on", "party", "invoice", "method", "kind", "amount_minor", "rest_minor", "received_by", "state")
    filters = ("method", "kind", "on", "party", "invoice", "drawer", "state", "rest_minor")
    search = ("number", "party__name", "invoice__number")
    facts = (
        "party", "invoice", "kind", "method", "currency", "amount_minor", "own_minor", "worth_minor", "on", "received_at",
        "received_by", "drawer", "refunds", "refunded_minor",
        "allocated_minor", "rest_minor", "voided_on", "reason",
    )  # fmt: skip
    icon = "banknote"
    order = 30
    empty = "A payment is taken on an invoice, or from a party on account."


class AllocationResource(Resource):
    """Which part of which payment settles which invoice."""

    model = Allocation
    columns = ("on", "payment", "invoice", "amount_minor", "made_by", "undone_on", "state")
    filters = ("on", "payment", "invoice", "state")
    search = ("payment__number", "invoice__number")
    facts = (
        "payment",
        "invoice",
        "amount_minor",
        "worth_minor",
        "paid_worth_minor",
        "on",
        "made_by",
        "made_at",
        "undone_on",
        "undone_by",
        "reason",
    )
    ordering = "-on"
    icon = "split"
    order = 32
    empty = "A payment settles an invoice when it is taken for it, or when it is allocated later."


class DepositResource(Resource):
    """Money that is held as security."""

    model = Deposit
    columns = ("number", "on", "party", "reason", "amount_minor", "held_minor", "until", "state")
    filters = ("state", "party", "on", "until")
    search = ("number", "party__name", "reason")
    facts = ("party", "reason", "on", "until", "amount_minor", "returned_minor", "kept_minor", "held_minor", "payment")
    calendar = "until"
    verbs = ("take_deposit",)
    icon = "vault"
    order = 34
    empty = "Take a deposit, and it is held here until you give it back or keep it."


class DepositUseResource(Resource):
    """What became of deposits: shown on them, and searchable through the API."""

    model = DepositUse
    columns = ("deposit", "kind", "on", "amount_minor", "payment", "reason", "made_by", "state")
    filters = ("deposit", "kind", "on", "state")
    search = ("deposit__number", "reason")
    facts = ("deposit", "kind", "on", "amount_minor", "payment", "reason", "made_by", "made_at", "undone_on", "undone_by", "why_undone")
    menu = False


class WriteOffResource(Resource):
    """What was given up of invoices."""

    model = WriteOff
    columns = ("on", "invoice", "kind", "amount_minor", "tax_minor", "written_by", "undone_on", "state")
    filters = ("kind", "on", "invoice", "state")
    search = ("invoice__number", "reason")
    facts = (
        "invoice",
        "kind",
        "final",
        "amount_minor",
        "worth_minor",
        "net_minor",
        "tax_minor",
        "on",
        "reason",
        "written_by",
        "written_at",
        "undone_on",
        "undone_by",
    )
    ordering = "-on"
    icon = "eraser"
    order = 34
    empty = "What can't be collected is written off on its invoice."


class SupplyProofResource(Resource):
    """What proves that goods left the country."""

    model = SupplyProof
    columns = ("on", "invoice", "reference", "file", "noted_by", "noted_at")
    filters = ("on", "invoice")
    search = ("invoice__number", "reference")
    facts = ("invoice", "on", "reference", "file", "noted_by", "noted_at")
    ordering = "-on"
    icon = "ship"
    order = 36
    empty = "On an invoice for goods that left the country without tax, note what proves it."


class DrawerSessionResource(Resource):
    """Cash drawers between two counts."""

    model = DrawerSession
    columns = ("drawer", "opened_at", "opened_by", "closed_at", "counted_minor", "difference_minor", "state")
    filters = ("state", "drawer", "opened_at")
    search = ("drawer",)
    facts = (
        "drawer", "opened_by", "opened_at", "float_minor", "counted_minor", "expected_minor", "difference_minor", "difference_reason",
        "closed_by", "closed_at",
    )  # fmt: skip
    verbs = ("open_drawer",)
    icon = "wallet"
    order = 40


class LetterheadResource(Resource):
    """Head and foot of the company's bills."""

    model = Letterhead
    columns = ("valid_from", "legal_name", "tax_number", "iban", "term_days")
    fields = (
        "valid_from", "legal_name", "address", "contact", "tax_number", "vat_id", "registration", "endpoint", "iban", "bank", "term_days",
    )  # fmt: skip
    ordering = "-valid_from"
    icon = "stamp"
    order = 90
    empty = "Say once how your invoices are headed: name, address, tax number, bank account."


class PaymentTermsResource(Resource):
    """How long customers have to pay, what they may keep for paying early, and in which parts they pay."""

    model = PaymentTerms
    columns = ("name", "term_days", "end_of_month", "early_percent", "early_days", "standard")
    fields = ("name", "term_days", "end_of_month", "early_percent", "early_days", "later_percent", "later_days", "standard")
    search = ("name",)
    ordering = "name"
    icon = "calendar-clock"
    order = 80
    empty = "Say once how long customers have to pay; an invoice is printed with it, and what is paid early is recognised."


class CustomerTermsResource(Resource):
    """Which terms hold for which customer."""

    model = CustomerTerms
    columns = ("customer", "terms")
    fields = ("customer", "terms")
    filters = ("terms",)
    search = ("customer__name",)
    ordering = "customer"
    icon = "handshake"
    order = 82
    empty = "Only customers with whom something else was agreed than with everybody have terms of their own."


class CustomerWithholdingResource(Resource):
    """Which customers keep back tax from what they pay us."""

    model = CustomerWithholding
    columns = ("customer", "kind", "note")
    fields = ("customer", "kind", "note")
    filters = ("kind",)
    search = ("customer__name", "note")
    ordering = "customer"
    icon = "hand-coins"
    order = 84
    empty = "Say which customers pay a part of our invoices to a tax office; the bank then recognises what they pay."


class WithheldProofResource(Resource):
    """With what customers prove the tax that they withheld from us."""

    model = WithheldProof
    columns = ("on", "reference", "payment__party", "payment", "set_off_on", "account", "noted_by")
    filters = ("on", "set_off_on", "noted_by")
    search = ("reference", "payment__number", "payment__party__name")
    facts = ("payment", "on", "reference", "file", "noted_by", "noted_at", "set_off_on", "account")
    ordering = "-on"
    icon = "file-badge"
    order = 86
    empty = "Certificates of customers are noted on the payment that came short by the tax."


class InstalmentResource(Resource):
    """Instalments of issued invoices: shown on them, and searchable through the API."""

    model = Instalment
    columns = ("invoice", "number", "due_on", "amount_minor", "up_to_minor")
    filters = ("invoice", "due_on")
    search = ("invoice__number",)
    menu = False


class AdvancePlanResource(Resource):
    """Which drafts take which advances over: shown on them, and searchable through the API."""

    model = AdvancePlan
    columns = ("advance", "invoice")
    filters = ("advance", "invoice")
    search = ("advance__number",)
    menu = False


class InvoiceLineResource(Resource):
    """Lines of bills: shown on them, and searchable through the API."""

    model = InvoiceLine
    columns = ("invoice", "description", "quantity", "unit_price_minor", "discount_minor", "net_minor", "tax_minor")
    filters = ("invoice", "item", "tax_class")
    search = ("description",)
    facts = (
        "invoice", "item", "description", "quantity", "unit_price_minor", "price_why", "discount_minor", "net_minor", "tax_minor",
        "tax_why",
    )  # fmt: skip
    menu = False


@file_guard
def behind_a_proof(ctx: Context, row: StoredFile) -> bool:
    """Whoever sees proofs of supply may read them."""
    return ctx.may("billing.view_supplyproof") and SupplyProof.objects.visible_to(ctx).filter(file=row).exists()


@file_guard
def behind_withheld_tax(ctx: Context, row: StoredFile) -> bool:
    """Whoever sees certificates of tax withheld may read them."""
    return ctx.may("billing.view_withheldproof") and WithheldProof.objects.visible_to(ctx).filter(file=row).exists()
