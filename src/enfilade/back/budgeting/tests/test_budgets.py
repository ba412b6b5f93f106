"""Budgets: entered, spread, taken from the year before and from files, frozen, compared; figures reckoned by hand."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.db import DatabaseError

from enfilade.back.budgeting.commands import (
    BudgetRow,
    approve_budget,
    copy_budget,
    enter_budget,
    import_budget,
    make_budget,
    retire_budget,
    spread_budget,
    take_actuals,
)
from enfilade.back.budgeting.models import Budget, BudgetLine
from enfilade.back.budgeting.queries import budget_of, over_budget, planned
from enfilade.back.budgeting.reports import balance_compared, results_compared
from enfilade.back.ledger.commands import JournalLine
from enfilade.back.ledger.queries import places_of
from enfilade.back.ledger.tests.support import Practice
from enfilade.base.books.models import Account, Dimension, DimensionValue
from enfilade.base.books.tests.support import as_app
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.files import store
from enfilade.core.scope import scope
from enfilade.core.testing import race

pytestmark = pytest.mark.django_db(transaction=True)


class Planner(Practice):
    """Sales of 1,000 in March and 3,000 in June 2025, rent of 100 a month in both years; June 2026 sold 4,400."""

    def __init__(self) -> None:
        super().__init__()
        self.ctx = replace(self.ctx, now=datetime(2026, 7, 1, tzinfo=UTC))
        dimension = run_raw(self.ctx, "books.add_dimension", {"code": "centre", "name": "Cost centre"})
        run_raw(self.ctx, "books.add_dimensionvalue", {"dimension": dimension.pk, "code": "K1", "name": "Laboratory"})
        self.dimension: Dimension = dimension
        with scope(self.company.pk):
            places = places_of(self.ctx, ["revenue", "rent", "cash"])
            self.codes = {name: Account.objects.get(pk=place.account_id).code for name, place in places.items()}
            self.keys = {name: place.account_id for name, place in places.items()}
        self.sell(date(2025, 3, 5), 100_000, "K1")
        self.sell(date(2025, 6, 5), 300_000)
        self.sell(date(2026, 6, 5), 440_000)
        for month in range(1, 13):
            self.legs(date(2025, month, 28), ("rent", 10_000), ("cash", -10_000))
        for month in range(1, 7):
            self.legs(date(2026, month, 28), ("rent", 10_000), ("cash", -10_000))
        self.budget: Budget = make_budget(self.ctx, name="First", on=date(2026, 5, 5))

    def sell(self, on: date, amount: int, dimensions: str = "") -> None:
        """For cash."""
        sold = JournalLine(self.codes["revenue"], credit=amount, dimensions=dimensions)
        self.journal(on, JournalLine(self.codes["cash"], debit=amount), sold)

    def amounts(self, purpose: str, budget: Budget | None = None) -> dict[int, int]:
        """What is planned, by number of the month."""
        with scope(self.company.pk, read_only=True):
            found = planned(self.ctx, budget or self.budget)
        return {month.month: amount for month, amount in found[self.keys[purpose]].items()}

    def report(self, run: Any, **inputs: Any) -> Any:
        """A report."""
        with scope(self.company.pk, read_only=True):
            return run(self.ctx, **inputs)

    def file(self, text: str) -> Any:
        """A file that somebody gave."""
        with scope(self.company.pk):
            return store(self.ctx, "budget.csv", io.BytesIO(text.encode()))


@pytest.fixture
def planner() -> Planner:
    """A planned practice."""
    return Planner()


def test_the_year_before_with_ten_percent_more(planner: Planner) -> None:
    take_actuals(planner.ctx, budget=planner.budget, percent=Decimal(10))
    assert planner.amounts("revenue") == {3: 110_000, 6: 330_000}
    assert planner.amounts("rent") == dict.fromkeys(range(1, 13), 11_000)
    take_actuals(planner.ctx, budget=planner.budget, percent=Decimal(-10), spreading="even", dimension=planner.dimension)
    with scope(planner.company.pk, read_only=True):
        rows = BudgetLine.objects.filter(account=planner.keys["revenue"]).values_list("value__code", "amount_minor").distinct()
        assert set(rows) == {("K1", 7_500), (None, 22_500)}


def test_a_grid_and_a_sum_that_is_spread(planner: Planner) -> None:
    row = BudgetRow(planner.codes["revenue"], month_1=500, month_12=700)
    enter_budget(planner.ctx, budget=planner.budget, lines=[row])
    assert planner.amounts("revenue") == {1: 500, 12: 700}
    spread_budget(planner.ctx, budget=planner.budget, account_code=planner.codes["revenue"], amount=1_000)
    assert planner.amounts("revenue") == {3: 250, 6: 750}
    spread_budget(planner.ctx, budget=planner.budget, account_code=planner.codes["revenue"], amount=1_201, spreading="even")
    assert planner.amounts("revenue") == {1: 101, **dict.fromkeys(range(2, 13), 100)}


def test_what_can_not_be_planned(planner: Planner) -> None:
    for row, code in (
        (BudgetRow("nowhere"), "unknown_account"),
        (BudgetRow(planner.codes["rent"], value="K9", month_1=1), "unknown_value"),
    ):
        with pytest.raises(Refusal) as no:
            enter_budget(planner.ctx, budget=planner.budget, lines=[row])
        assert no.value.code == code
    with pytest.raises(Refusal) as no:
        approve_budget(planner.ctx, budget=planner.budget)
    assert no.value.code == "nothing_planned"


def test_a_file_over_months_and_one_by_rows(planner: Planner) -> None:
    revenue, rent = planner.codes["revenue"], planner.codes["rent"]
    wide = f"Konto;Kostenstelle;2026-01;2026-02\n{revenue};K1;1.000,50;2.000,00\n{rent};;300,00;\n"
    import_budget(planner.ctx, budget=planner.budget, file=planner.file(wide))
    assert (planner.amounts("revenue"), planner.amounts("rent")) == ({1: 100_050, 2: 200_000}, {1: 30_000})
    long = f"account,month,amount\n{rent},2026-03,10.00\n{rent},4,20.00\n"
    import_budget(planner.ctx, budget=planner.budget, file=planner.file(long))
    assert planner.amounts("rent") == {3: 1_000, 4: 2_000}


def test_a_workbook_with_months_as_days(planner: Planner) -> None:
    """The header of the first month is a date, that of the second its number; amounts are numbers."""
    rent, out = planner.codes["rent"], io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Plan")
    sheet.write_row(0, 0, ["Account"])
    sheet.write_datetime(0, 1, datetime(2026, 1, 1), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001 - a cell has no zone
    sheet.write_row(0, 2, [2])
    sheet.write_row(1, 0, [int(rent), 1250.5, 99])
    book.close()
    with scope(planner.company.pk):
        file = store(planner.ctx, "plan.xlsx", io.BytesIO(out.getvalue()))
    import_budget(planner.ctx, budget=planner.budget, file=file)
    assert planner.amounts("rent") == {1: 125_050, 2: 9_900}


def test_a_file_with_faults_is_not_taken(planner: Planner) -> None:
    text = f"account,value,month,amount\n{planner.codes['rent']},K9,2026-03,10.00\nx,,2026-03,1.00\n{planner.codes['rent']},,2027-03,1.00\n"
    with pytest.raises(Invalid) as no:
        import_budget(planner.ctx, budget=planner.budget, file=planner.file(text))
    assert no.value.errors == {
        "file": [
            "Line 2: No dimension has a value K9.",
            "Line 3: There is no account x.",
            "Line 4: 2027-03 is no month of this year of accounts.",
        ]
    }
    assert planner.amounts("rent") == {}


def test_an_approved_version_stays(planner: Planner) -> None:
    take_actuals(planner.ctx, budget=planner.budget)
    approve_budget(planner.ctx, budget=planner.budget)
    with pytest.raises(Refusal):
        enter_budget(planner.ctx, budget=planner.budget, lines=[BudgetRow(planner.codes["rent"], month_1=5)])
    second = copy_budget(planner.ctx, budget=planner.budget, name="Second")
    assert planner.amounts("rent", second) == dict.fromkeys(range(1, 13), 10_000)
    with pytest.raises(Refusal) as no:
        approve_budget(planner.ctx, budget=second)
    assert no.value.code == "budget_approved_once"
    retire_budget(planner.ctx, budget=planner.budget, reason="Sales are better")
    approve_budget(planner.ctx, budget=second)
    with scope(planner.company.pk, read_only=True):
        assert budget_of(planner.ctx, date(2026, 12, 31)) == second


ATTACKS = [
    ("budget_frozen", "UPDATE budgeting_budgetline SET amount_minor = 1"),
    ("budget_frozen", "DELETE FROM budgeting_budgetline"),
    ("budget_stays", "UPDATE budgeting_budget SET state = 'draft', approved_by_id = NULL, approved_at = NULL"),
    ("budget_approved_by_somebody", "UPDATE budgeting_budget SET approved_by_id = NULL"),
]


@pytest.mark.parametrize(("name", "attack"), ATTACKS)
def test_sql_is_refused(planner: Planner, name: str, attack: str) -> None:
    take_actuals(planner.ctx, budget=planner.budget)
    approve_budget(planner.ctx, budget=planner.budget)
    with pytest.raises(DatabaseError) as no, as_app(planner.company) as cursor:
        cursor.execute(attack)
    assert no.value.__cause__.diag.constraint_name in {name, "budget_stays"}  # type: ignore[union-attr]


def test_one_of_many_is_approved(planner: Planner) -> None:
    take_actuals(planner.ctx, budget=planner.budget)
    others = [copy_budget(planner.ctx, budget=planner.budget, name=f"Version {n}") for n in range(6)]
    results = race(6, lambda n: approve_budget(replace(planner.ctx, key=""), budget=others[n]))
    assert sorted(type(result).__name__ for result in results) == ["Budget", *["Refusal"] * 5]


def test_profit_and_loss_compared_by_hand(planner: Planner) -> None:
    """Half of 2026: 4,400 sold and 600 of rent; the same of 2025: 4,000 and 600; planned with ten percent more: 4,400 and 660."""
    take_actuals(planner.ctx, budget=planner.budget, percent=Decimal(10))
    approve_budget(planner.ctx, budget=planner.budget)
    found = planner.report(results_compared, to_on=date(2026, 6, 30))
    assert found["result"] == {"amount_minor": 380_000, "before_minor": 340_000, "budget_minor": 374_000}
    rent = next(row for row in found["rows"] if row["code"] == planner.codes["rent"])
    assert (rent["variance_minor"], rent["variance_percent"], rent["change_minor"]) == (-6_000, Decimal("-9.1"), None)
    assert f"account={planner.codes['rent']}" in rent["url"]
    last = found["rows"][-1]
    assert (last["change_minor"], last["change_percent"], last["variance_percent"]) == (40_000, Decimal("11.8"), Decimal("1.6"))
    with scope(planner.company.pk, read_only=True):
        value = DimensionValue.objects.get(code="K1")
    assert planner.report(results_compared, to_on=date(2026, 6, 30), value=value)["result"]["budget_minor"] == 0


def test_balance_sheet_compared_by_hand(planner: Planner) -> None:
    """Cash: 2,800 at the beginning, 3,800 more by the end of June; the plan says 3,740, and is not planned on the cash account."""
    take_actuals(planner.ctx, budget=planner.budget, percent=Decimal(10))
    approve_budget(planner.ctx, budget=planner.budget)
    found = planner.report(balance_compared, on=date(2026, 6, 30))
    assert found["unplanned_minor"] == -374_000
    draft = copy_budget(planner.ctx, budget=planner.budget, name="With cash")
    row = BudgetRow(planner.codes["cash"], month_1=374_000)
    enter_budget(planner.ctx, budget=draft, lines=[row])
    found = planner.report(balance_compared, on=date(2026, 6, 30), budget=draft)
    cash = next(row for row in found["rows"] if row["code"] == planner.codes["cash"])
    assert (found["unplanned_minor"], cash["amount_minor"], cash["budget_minor"]) == (0, 660_000, 654_000)
    assert (cash["variance_minor"], cash["variance_percent"], cash["before_minor"]) == (6_000, Decimal("0.9"), 340_000)


def test_over_budget_by_hand(planner: Planner) -> None:
    """1,200 of rent are planned for the year, 600 are posted; cash and what nobody planned don't matter."""
    day, rent, cash = date(2026, 7, 3), planner.keys["rent"], planner.keys["cash"]
    with scope(planner.company.pk, read_only=True):
        assert over_budget(planner.ctx, day, {rent: 10**9}) == 0
    take_actuals(planner.ctx, budget=planner.budget)
    approve_budget(planner.ctx, budget=planner.budget)
    with scope(planner.company.pk, read_only=True):
        found = [over_budget(planner.ctx, day, amounts) for amounts in ({rent: 60_000}, {rent: 60_001}, {rent: 61_000, cash: 10**9}, {})]
    assert found == [0, 1, 1_000, 0]
