"""What budgeting does: versions of budgets are begun, filled, approved and retired."""

from .filling import BudgetRow, enter_budget, import_budget, spread_budget, take_actuals
from .versions import approve_budget, copy_budget, make_budget, retire_budget

__all__ = [
    "BudgetRow",
    "approve_budget",
    "copy_budget",
    "enter_budget",
    "import_budget",
    "make_budget",
    "retire_budget",
    "spread_budget",
    "take_actuals",
]
