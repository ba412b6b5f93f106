"""Pure rules of the ledger: sides, signs, years."""

from __future__ import annotations

from datetime import date

DEBIT_KINDS = frozenset({"asset", "expense"})
RESULT_KINDS = frozenset({"income", "expense"})
BALANCE_KINDS = ("asset", "liability", "equity")


def sides(balance_minor: int) -> tuple[int, int]:
    """A signed balance as (debit, credit): one of them is zero, both are positive."""
    return (balance_minor, 0) if balance_minor >= 0 else (0, -balance_minor)


def natural(kind: str, balance_minor: int) -> int:
    """A balance with the sign people expect: income and liabilities are positive when they stand in credit."""
    return balance_minor if kind in DEBIT_KINDS or kind == "statistical" else -balance_minor


def year_start(on: date, first_month: int) -> date:
    """First day of the year of accounts in which a day lies."""
    return date(on.year if on.month >= first_month else on.year - 1, first_month, 1)
