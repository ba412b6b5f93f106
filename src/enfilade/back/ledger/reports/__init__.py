"""Trial balance, profit and loss, balance sheet, account statement, journal: from kept balances, at the same cost after ten years."""

from .movements import account_statement, journal
from .sheets import balance_sheet, profit_and_loss, trial_balance

__all__ = ["account_statement", "balance_sheet", "journal", "profit_and_loss", "trial_balance"]
