"""The department of budgets, their lists and pages."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import panels, reports  # noqa: F401 - they register themselves
from .models import Budget, BudgetLine

department("budgeting", "Budgets", "target", 46)


class BudgetResource(Resource):
    """Plans of years of accounts."""

    model = Budget
    columns = ("name", "starts_on", "ends_on", "state", "made_by", "approved_by", "approved_at")
    filters = ("state", "starts_on", "made_by")
    search = ("name", "note")
    facts = ("name", "starts_on", "ends_on", "note", "state", "made_by", "approved_by", "approved_at")
    ordering = "-starts_on"
    verbs = ("make_budget",)
    icon = "target"
    order = 30
    empty = "Begin a budget for a year, take the year before with a few percent more or less, or a file; then approve it."


class BudgetLineResource(Resource):
    """Amounts of budgets by account, month and value."""

    model = BudgetLine
    columns = ("budget", "account", "value", "month_on", "amount_minor")
    filters = ("budget", "account", "value", "month_on")
    ordering = "month_on"
    icon = "list"
    order = 40
    menu = False
