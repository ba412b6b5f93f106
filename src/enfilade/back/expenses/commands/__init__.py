"""What expenses does: lines of claims, their way to approval, posting, and what is agreed beforehand."""

from .claims import approve_claim, discard_claim, open_claim, reject_claim, submit_claim, withdraw_claim
from .flat import MealsIn, add_days_away, add_mileage
from .lines import add_expense, attach_receipt, change_expense, remove_expense
from .posting import post_claim, take_back_claim
from .setup import load_categories, load_rates, say_account, say_us_account

__all__ = [
    "MealsIn",
    "add_days_away",
    "add_expense",
    "add_mileage",
    "approve_claim",
    "attach_receipt",
    "change_expense",
    "discard_claim",
    "load_categories",
    "load_rates",
    "open_claim",
    "post_claim",
    "reject_claim",
    "remove_expense",
    "say_account",
    "say_us_account",
    "submit_claim",
    "take_back_claim",
    "withdraw_claim",
]
