"""What the ledger says, from kept balances, at the same cost after ten years."""

from .currencies import foreign_currencies
from .divided import results_by_dimension
from .movements import account_statement, journal
from .sheets import balance_sheet, profit_and_loss, trial_balance

__all__ = [
    "account_statement",
    "balance_sheet",
    "foreign_currencies",
    "journal",
    "profit_and_loss",
    "results_by_dimension",
    "trial_balance",
]
