"""Lists, record pages, forms and API of expenses."""

from __future__ import annotations

from enfilade.core.files import carries_file
from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import closing, pages, panels, proving, reports, taxed, verify
from .models import CompanyCard, ExpenseCategory, ExpenseClaim, ExpenseLine, MileageRate, PerDiemRate, Receipt

department("expenses", "Expenses", "receipt-text", 26)
__all__ = ["ExpenseClaimResource", "ExpenseLineResource", "closing", "pages", "panels", "proving", "reports", "taxed", "verify"]


class ExpenseClaimResource(Resource):
    """Claims; written line by line, changed by nobody once submitted."""

    model = ExpenseClaim
    columns = ("number", "person", "title", "last_on", "total_minor", "own_minor", "state")
    filters = ("state", "person", "last_on", "total_minor", "submitted_by", "approved_by")
    search = ("number", "title", "person__name")
    facts = (
        "person", "title", "last_on", "total_minor", "own_minor", "submitted_by", "submitted_at", "approved_by", "approved_at",
        "posted_by", "posted_on", "bill", "reason", "opened_by",
    )  # fmt: skip
    lines = {"lines": ("on", "category", "merchant", "amount_minor", "tax_minor", "paid_by", "dimensions", "note")}
    board = "state"
    charts = ("state", "person", "last_on")
    icon = "receipt-text"
    order = 10
    empty = "Enter the first expense under “My expenses”: photograph the receipt, say how much and what for."


class ExpenseLineResource(Resource):
    """Expenses: shown on their claims, and searchable."""

    model = ExpenseLine
    columns = ("on", "claim", "category", "merchant", "amount_minor", "tax_minor", "paid_by", "dimensions")
    filters = ("claim", "category", "paid_by", "card", "on", "amount_minor")
    search = ("merchant", "note", "occasion")
    facts = (
        "claim", "category", "on", "merchant", "amount_minor", "spent_minor", "spent_currency", "tax_class", "tax_minor", "paid_by", "card",
        "dimensions", "no_receipt_reason", "over_policy", "occasion", "distance", "left_at", "back_at", "note", "entered_by",
    )  # fmt: skip
    lines = {"receipts": ("file",)}
    charts = ("category", "paid_by", "on")
    icon = "receipt"
    order = 20
    empty = "Expenses stand here once somebody has entered one."


class ReceiptResource(Resource):
    """Receipts of expenses."""

    model = Receipt
    columns = ("line", "file")
    filters = ("line",)
    menu = False

    def queryset(self) -> RecordQuerySet:
        """With what an expense is called by."""
        return super().queryset().select_related("line__category")


class ExpenseCategoryResource(Resource):
    """What is claimed for, and under which rules."""

    model = ExpenseCategory
    columns = ("code", "name", "kind", "account", "tax_class", "receipt_above_minor", "limit_minor", "active")
    fields = (
        "code", "name", "kind", "account", "rest_account", "deductible_percent", "tax_class", "receipt_above_minor", "limit_minor",
        "days_max", "note", "active",
    )  # fmt: skip
    filters = ("kind", "account", "active")
    search = ("code", "name")
    ordering = "name"
    import_key = "code"
    verbs = ("load_categories",)
    icon = "tags"
    order = 40
    empty = "Begin with the usual categories, or add your own: a name, an account, and what the company allows."


class CompanyCardResource(Resource):
    """Cards of the company."""

    model = CompanyCard
    columns = ("name", "last_digits", "holder", "account", "active")
    fields = ("name", "last_digits", "holder", "account", "active")
    filters = ("holder", "account", "active")
    search = ("name", "last_digits")
    ordering = "name"
    icon = "credit-card"
    order = 50
    empty = "Add the cards with which people pay for the company; what they pay is posted to the account of the card."


class MileageRateResource(Resource):
    """What drives are paid."""

    model = MileageRate
    columns = ("vehicle", "unit", "valid_from", "rate", "step", "rate_after", "source")
    fields = ("vehicle", "unit", "valid_from", "rate", "step", "rate_after", "year_month", "year_day", "source")
    filters = ("vehicle", "valid_from")
    search = ("source",)
    ordering = "vehicle"
    verbs = ("load_rates",)
    icon = "car"
    order = 60
    empty = "Begin with the rates of the law, or add your own, each with the day it holds from and its source."


class PerDiemRateResource(Resource):
    """What days away are paid."""

    model = PerDiemRate
    columns = (
        "country",
        "place",
        "valid_from",
        "full_minor",
        "part_minor",
        "breakfast_percent",
        "lunch_percent",
        "dinner_percent",
        "source",
    )
    fields = (
        "country", "place", "valid_from", "full_minor", "part_minor", "breakfast_percent", "lunch_percent", "dinner_percent", "source",
    )  # fmt: skip
    filters = ("country", "valid_from")
    search = ("place", "source")
    ordering = "country"
    verbs = ("load_rates",)
    icon = "plane"
    order = 70
    empty = "Add the rates of the places to which your people travel, each with the day it holds from and its source."


carries_file(Receipt, "expenses.view_receipt")
