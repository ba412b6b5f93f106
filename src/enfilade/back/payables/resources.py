"""Lists, record pages, forms and API of payables."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.db import models

from enfilade.core.context import Context
from enfilade.core.files import carries_file
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import closing, pages, panels, proving, reports, settling, taxed, verify
from .models import (
    AchOriginator,
    Bill,
    BillLine,
    BillWithholding,
    OrderPart,
    PaymentOrder,
    PaymentRun,
    SetOff,
    Settlement,
    SupplierAccount,
    SupplierPayment,
    SupplierTerms,
    SupplierWithholding,
    WithholdingCertificate,
    WithholdingReturn,
    WithholdingReturnLine,
)
from .withheld import ENDS_SOON_DAYS

department("payables", "Payables", "file-input", 25)
__all__ = [
    "BillResource",
    "PaymentRunResource",
    "SetOffResource",
    "SupplierAccountResource",
    "SupplierPaymentResource",
    "SupplierTermsResource",
    "closing",
    "pages",
    "panels",
    "proving",
    "reports",
    "settling",
    "taxed",
    "verify",
]


class BillResource(Resource):
    """Bills and credit notes of suppliers; entered by enter_bill, changed by nobody once approved."""

    model = Bill
    columns = ("number", "supplier", "supplier_number", "billed_on", "due_on", "total_minor", "open_minor", "state")
    filters = ("state", "kind", "supplier", "billed_on", "due_on", "currency", "total_minor", "entered_by")
    search = ("number", "supplier_number", "supplier__name", "reference", "note")
    facts = (
        "supplier", "kind", "supplier_number", "billed_on", "due_on", "net_minor", "tax_minor", "total_minor", "settled_minor",
        "open_minor", "currency", "rate", "worth_minor", "open_worth_minor", "discount_minor", "discount_until",
        "iban", "reference", "file", "posted_on", "voided_on", "entered_by",
        "approved_by", "origin", "note",
    )  # fmt: skip
    lines = {"lines": ("account", "description", "net_minor", "tax_percent", "tax_minor", "total_minor", "deductible_minor", "dimensions")}
    board = "state"
    calendar = "due_on"
    charts = ("state", "due_on", "billed_on", "supplier")
    verbs = ("enter_bill",)
    icon = "file-input"
    order = 10
    empty = "Enter the first bill of a supplier: who wants what, and what it was for."


class PaymentRunResource(Resource):
    """Payment runs, with their transfers."""

    model = PaymentRun
    columns = ("number", "pay_on", "bank_account", "order_count", "total_minor", "made_by", "released_by", "state")
    filters = ("state", "scheme", "bank_account", "pay_on", "made_by", "released_by")
    search = ("number",)
    facts = (
        "bank_account", "scheme", "pay_on", "order_count", "total_minor", "made_by", "made_at", "released_by", "released_at", "file",
        "sent_by", "sent_at", "cancelled_by", "cancelled_at", "reason",
    )  # fmt: skip
    lines = {"orders": ("supplier", "supplier_account", "amount_minor", "remittance", "state")}
    board = "state"
    verbs = ("make_run",)
    icon = "send"
    order = 20
    empty = "Choose under “To pay” what is paid next, and from which account."


class PaymentOrderResource(Resource):
    """Transfers: shown on their runs, and searchable through the API."""

    model = PaymentOrder
    columns = ("end_to_end", "run", "supplier", "supplier_account", "amount_minor", "state")
    filters = ("run", "supplier", "state", "amount_minor")
    search = ("end_to_end", "trace", "supplier__name", "remittance")
    facts = ("run", "supplier", "holder", "supplier_account", "amount_minor", "end_to_end", "trace", "remittance")
    lines = {"parts": ("bill", "amount_minor", "discount_minor", "withheld_minor", "live")}
    menu = False


class OrderPartResource(Resource):
    """What each transfer pays."""

    model = OrderPart
    columns = ("order", "bill", "amount_minor", "discount_minor", "withheld_minor", "live")
    filters = ("order", "bill", "live")
    menu = False


class SupplierPaymentResource(Resource):
    """Money that went out to suppliers."""

    model = SupplierPayment
    columns = ("number", "on", "supplier", "method", "amount_minor", "account", "order", "state")
    filters = ("state", "method", "on", "supplier", "order")
    search = ("number", "supplier__name")
    facts = ("supplier", "method", "currency", "amount_minor", "own_minor", "on", "account", "order", "paid_by", "reversed_on", "reason")
    lines = {"settlements": ("bill", "amount_minor", "discount_minor", "withheld_minor", "on")}
    icon = "banknote"
    order = 30
    empty = "Payments come from lines of the bank, or from a bill that was paid otherwise."


class SetOffResource(Resource):
    """What was set off against invoices of ours."""

    model = SetOff
    columns = ("number", "on", "party", "amount_minor", "made_by", "state")
    filters = ("state", "on", "party", "made_by")
    search = ("number", "party__name")
    facts = (
        "party", "on", "currency", "amount_minor", "received", "paid", "line", "file", "made_by", "made_at", "undone_on", "undone_by",
        "reason",
    )  # fmt: skip
    verbs = ("set_off",)
    icon = "scale"
    order = 35
    empty = "Where somebody is your customer and your supplier, set off what you owe each other: then only the difference is paid."


class SettlementResource(Resource):
    """What settled which bill."""

    model = Settlement
    columns = ("bill", "payment", "credit", "amount_minor", "discount_minor", "withheld_minor", "on", "made_by")
    filters = ("bill", "payment", "credit", "on")
    menu = False


class SupplierAccountResource(Resource):
    """Where suppliers are paid; each account is confirmed by a second person."""

    model = SupplierAccount
    columns = ("supplier", "iban", "routing", "number", "confirmed_by", "state")
    filters = ("state", "supplier", "entered_by")
    search = ("supplier__name", "iban", "number", "holder")
    facts = (
        "supplier", "iban", "bic", "routing", "number", "kind", "holder", "entered_by", "entered_at", "confirmed_by", "confirmed_at",
        "evidence",
    )  # fmt: skip
    verbs = ("enter_account", "enter_us_account")
    icon = "landmark"
    order = 40
    empty = "Accounts come with the first bill that names one, or are entered here."


class AchOriginatorResource(Resource):
    """As whom the company pays by ACH."""

    model = AchOriginator
    columns = ("bank_account", "bank_name", "company_name", "identification", "lead_days", "balanced")
    facts = ("bank_account", "bank_name", "company_name", "identification", "origin", "destination", "lead_days", "balanced")
    verbs = ("set_ach_originator",)
    icon = "badge-check"
    order = 90
    empty = "Pay from a bank in the United States by ACH: say here what your agreement with the bank says, once for each account."


class SupplierTermsResource(Resource):
    """What is agreed with suppliers."""

    model = SupplierTerms
    columns = ("supplier", "account", "term_days", "discount_percent", "discount_days", "tax_class", "deductible_percent")
    fields = (
        "supplier", "account", "tax_class", "deductible_percent", "term_days", "discount_percent", "discount_days",
    )  # fmt: skip
    filters = ("account", "tax_class")
    search = ("supplier__name",)
    ordering = "supplier"
    icon = "handshake"
    order = 50
    empty = "Say once what a supplier's bills are for and until when they are paid; then a bill is entered in a minute."


class BillLineResource(Resource):
    """Lines of bills: shown on them, and searchable through the API."""

    model = BillLine
    columns = ("bill", "account", "description", "net_minor", "tax_minor", "deductible_minor", "dimensions")
    filters = ("bill", "account", "tax_category")
    search = ("description",)
    menu = False


class SupplierWithholdingResource(Resource):
    """Which suppliers are under withholding."""

    model = SupplierWithholding
    columns = ("supplier", "kind", "valid_from", "valid_until", "authority", "note")
    fields = ("supplier", "kind", "valid_from", "valid_until", "authority", "note")
    filters = ("kind", "supplier", "authority")
    search = ("supplier__name", "note")
    ordering = "supplier"
    icon = "hand-coins"
    order = 60
    empty = "Say of which suppliers a part of each bill goes to the tax office, and under which law."


class WithholdingCertificateResource(Resource):
    """What exempts suppliers from withholding."""

    model = WithholdingCertificate
    columns = ("supplier", "number", "kind", "valid_from", "valid_until", "rate_percent", "file")
    fields = ("supplier", "number", "kind", "valid_from", "valid_until", "rate_percent", "file")
    filters = ("supplier", "kind", "valid_until")
    search = ("supplier__name", "number")
    ordering = "valid_until"
    calendar = "valid_until"
    icon = "file-badge"
    order = 65
    empty = "Keep the certificates with which suppliers prove that nothing, or less, is withheld from them."

    def tone(self, ctx: Context, row: models.Model) -> str:
        """Over, or soon."""
        until = cast("WithholdingCertificate", row).valid_until
        return "bad" if until < ctx.today else "warn" if until <= ctx.today + timedelta(days=ENDS_SOON_DAYS) else ""


class BillWithholdingResource(Resource):
    """What is kept back of bills: shown on them, and searchable through the API."""

    model = BillWithholding
    columns = ("bill", "kind", "rate_percent", "base_minor", "amount_minor", "authority", "overruled_by", "reason")
    filters = ("bill", "kind", "authority")
    menu = False


class WithholdingReturnResource(Resource):
    """What was declared to tax offices, with the list of each declaration."""

    model = WithholdingReturn
    columns = ("number", "kind", "authority", "through_on", "total_minor", "bill", "state")
    filters = ("state", "kind", "authority", "through_on")
    search = ("number", "authority__name")
    facts = ("kind", "authority", "through_on", "total_minor", "bill", "state", "made_by", "made_at")
    lines = {"lines": ("supplier", "bill", "on", "base_minor", "rate_percent", "amount_minor")}
    verbs = ("declare_withholding",)
    icon = "landmark"
    order = 70
    empty = "“Declare what was withheld” puts together what payments kept back until a day, and owes it to the tax office by a bill."


class WithholdingReturnLineResource(Resource):
    """Lines of declarations: shown on them."""

    model = WithholdingReturnLine
    columns = ("declaration", "supplier", "bill", "on", "base_minor", "rate_percent", "amount_minor", "live")
    filters = ("declaration", "supplier", "on", "live")
    menu = False


carries_file(Bill, "payables.view_bill")
carries_file(PaymentRun, "payables.view_paymentrun")
carries_file(SetOff, "payables.view_setoff")
carries_file(WithholdingCertificate, "payables.view_withholdingcertificate")
