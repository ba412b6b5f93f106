"""A bill that would carry an account over the budget of the year is held at the door, where a rule says so."""

from datetime import date

import pytest

from enfilade.back.budgeting.commands import BudgetRow, approve_budget, enter_budget, make_budget
from enfilade.core.command import run_raw
from enfilade.core.context import Held
from enfilade.core.scope import scope

from .business import YEAR, Business

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bill_over_budget_is_held() -> None:
    """500 of services are planned; a bill over 400 passes, one over 200 more would be 100 too much."""
    business = Business()
    with scope(business.company.pk):
        account = business.account("services")
    budget = make_budget(business.ctx, name="Plan", on=date(YEAR, 1, 1))
    enter_budget(business.ctx, budget=budget, lines=[BudgetRow(account.code, month_1=50_000)])
    approve_budget(business.ctx, budget=budget)
    rule = {"command": "payables.approve_bill", "fact": "over_budget", "op": ">", "value": "0", "verdict": "hold", "release_role": "owner"}
    run_raw(business.ctx, "doors.add_doorrule", {**rule, "sentence": "It is {over_budget} over the budget.", "order": 10, "active": True})
    assert business.bill(date(YEAR, 3, 1), 40_000).state == "open"
    with pytest.raises(Held) as held:
        business.bill(date(YEAR, 4, 1), 20_000)
    assert held.value.held.reason == "It is 100 over the budget."
