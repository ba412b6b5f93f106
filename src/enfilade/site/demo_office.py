"""The office behind the desk of the demo company: its books before the story begins, and what it did with them until now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .demo_advances import ask_in_advance
from .demo_assets import take_over_assets
from .demo_bills import receive_bills
from .demo_books import close_months, open_books, remind, send_invoices, take_over_months, take_statement
from .demo_debits import collect
from .demo_expenses import claim_expenses
from .demo_group import tell_group
from .demo_plan import plan_year
from .demo_prices import agree_prices
from .demo_purchasing import buy

if TYPE_CHECKING:
    from .demo import Cast


def begin_office(cast: Cast) -> None:
    """What was there before the first day that is told."""
    open_books(cast)
    take_over_months(cast)
    send_invoices(cast)


def work_in_office(cast: Cast) -> None:
    """What came in and went out; then months that are over are closed, the year is planned and prices are agreed on."""
    bills = (receive_bills, buy, take_over_assets, claim_expenses, tell_group)
    money = (take_statement, remind, collect)
    for tell in (*bills, *money, close_months, plan_year, agree_prices, ask_in_advance):
        tell(cast)
