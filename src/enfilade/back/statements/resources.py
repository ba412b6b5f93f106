"""Categories of cash flows as a list, and what the house proves of its ledger."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import proving, ratios  # noqa: F401 - they register themselves
from .models import CashCategory

department("statements", "Statements", "chart-line", 11)


class CashCategoryResource(Resource):
    """Where accounts stand in the cash flow."""

    model = CashCategory
    columns = ("account", "category")
    fields = ("account", "category")
    filters = ("category", "account")
    search = ("account__code", "account__name")
    ordering = "account"
    icon = "arrow-left-right"
    empty = "Accounts have the category of their place in the chart; say here where one differs."
