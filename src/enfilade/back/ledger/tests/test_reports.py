"""Reports sum up, whatever was posted."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from enfilade.back.ledger.commands import JournalLine, close_period
from enfilade.back.ledger.reports import (
    account_statement,
    balance_sheet,
    journal,
    profit_and_loss,
    results_by_dimension,
    trial_balance,
)
from enfilade.base.books.models import Dimension, DimensionValue
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid
from enfilade.core.scope import scope

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
PURPOSES = ("receivable", "cash", "bank", "payable", "revenue", "revenue_exempt", "tax_output", "discount", "wages", "rent", "capital")


@pytest.fixture
def practice() -> Practice:
    """A ledger with a year behind it and one under way."""
    made, dice = Practice("dental_de"), random.Random(7)
    for _ in range(60):
        debit, credit = dice.sample(PURPOSES, 2)
        amount = dice.randint(1, 99_999)
        made.legs(date(2025, 2, 1) + timedelta(days=dice.randint(0, 600)), (debit, amount), (credit, -amount))
    return made


def in_scope(practice: Practice, build: Any, **inputs: Any) -> dict[str, Any]:
    """Build a report as its page does."""
    with scope(practice.company.pk, read_only=True):
        return build(practice.ctx, **inputs)  # type: ignore[no-any-return]


def check_sums(practice: Practice, on: date) -> None:
    """Both sides of everything are equal on a day."""
    trial = in_scope(practice, trial_balance, on=on)
    assert trial["totals"]["debit_minor"] == trial["totals"]["credit_minor"]
    assert trial["totals"]["opening_minor"] == trial["totals"]["balance_minor"] == 0
    sheet = in_scope(practice, balance_sheet, on=on)
    assert sheet["assets_minor"] == sheet["liabilities_minor"] + sheet["equity_minor"]
    result = in_scope(practice, profit_and_loss, to_on=on)
    assert result["result_minor"] == sheet["result_minor"] == result["income_minor"] - result["expense_minor"]


def test_everything_sums_to_zero_open_or_closed(practice: Practice) -> None:
    days = [date(2025, 1, 31), date(2025, 7, 14), date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 31)]
    for on in days:
        check_sums(practice, on)
    for month in range(1, 13):
        close_period(practice.ctx, period=practice.period(date(2025, month, 1)))
    for on in days:
        check_sums(practice, on)


def test_a_year_is_the_sum_of_its_months(practice: Practice) -> None:
    months = [(date(2026, m, 1), date(2026, m + 1, 1) - timedelta(days=1)) for m in range(1, 12)] + [
        (date(2026, 12, 1), date(2026, 12, 31))
    ]
    parts = [in_scope(practice, profit_and_loss, from_on=a, to_on=b)["result_minor"] for a, b in months]
    assert sum(parts) == in_scope(practice, profit_and_loss, to_on=date(2026, 12, 31))["result_minor"]


def test_exact_figures() -> None:
    practice = Practice("dental_de")
    practice.legs(date(2025, 6, 1), ("receivable", 5000), ("revenue_exempt", -5000))
    practice.legs(date(2026, 3, 10), ("receivable", 11900), ("revenue", -10000), ("tax_output", -1900))
    practice.journal(date(2026, 3, 31), JournalLine("4210", debit=90000), JournalLine("1200", credit=90000))
    trial = in_scope(practice, trial_balance, on=date(2026, 3, 31))
    rows = {r["code"] or r["name"]: (r["opening_minor"], r["debit_minor"], r["credit_minor"], r["balance_minor"]) for r in trial["rows"]}
    assert rows == {
        "1200": (0, 0, 90000, -90000),
        "1400": (5000, 11900, 0, 16900),
        "1776": (0, 0, 1900, -1900),
        "4210": (0, 90000, 0, 90000),
        "8400": (0, 0, 10000, -10000),
        "Result of earlier years": (-5000, 0, 0, -5000),
    }
    result = in_scope(practice, profit_and_loss, to_on=date(2026, 3, 31))
    assert [(r["name"], r["amount_minor"], r["level"]) for r in result["rows"]] == [
        ("Revenue", 10000, 0), ("Sales 19 %", 10000, 1), ("Running cost", 90000, 0), ("Rent", 90000, 1), ("Loss", -80000, 0),
    ]  # fmt: skip
    sheet = in_scope(practice, balance_sheet, on=date(2026, 3, 31))
    assert (sheet["assets_minor"], sheet["liabilities_minor"], sheet["equity_minor"], sheet["result_minor"]) == (
        -73100,
        1900,
        -75000,
        -80000,
    )


def test_a_statement_goes_from_balance_to_balance() -> None:
    practice = Practice("dental_de")
    practice.legs(date(2025, 6, 1), ("cash", 5000), ("revenue", -5000))
    sale = practice.legs(date(2026, 3, 1), ("cash", 300), ("revenue", -300), origin="billing.payment:4")
    practice.legs(date(2026, 3, 2), ("bank", 100), ("cash", -100))
    found = in_scope(practice, account_statement, account="1000", to_on=date(2026, 3, 31))
    assert [r["balance_minor"] for r in found["rows"]] == [5000, 5300, 5200]
    assert found["totals"] == {"debit_minor": 300, "credit_minor": 100, "balance_minor": 5200}
    assert found["rows"][1]["url"] == f"/books/entries/{sale.pk}/"
    assert found["rows"][1]["origin"] == "billing.payment:4"
    choice = in_scope(practice, account_statement, to_on=date(2026, 3, 31))
    assert {r["code"]: r["balance_minor"] for r in choice["rows"]}["1000"] == 5200
    for wrong in ({"account": "4711"}, {"account": "1000", "from_on": date(2026, 4, 1)}):
        with pytest.raises(Invalid):
            in_scope(practice, account_statement, to_on=date(2026, 3, 31), **wrong)


def test_the_journal_lists_entries_with_their_lines() -> None:
    practice = Practice("dental_de")
    entry = practice.legs(date(2026, 3, 1), ("cash", 300), ("revenue", -300))
    practice.legs(date(2026, 4, 1), ("cash", 1), ("revenue", -1))
    found = in_scope(practice, journal, to_on=date(2026, 3, 31))
    assert [r.get("entry") for r in found["rows"]] == [entry.pk, None, None]
    assert found["totals"] == {"debit_minor": 300, "credit_minor": 300}


def test_what_was_not_posted_to_stays_out() -> None:
    practice = Practice()
    assert in_scope(practice, trial_balance, on=date(2026, 3, 31))["rows"] == []
    assert in_scope(practice, balance_sheet, on=date(2026, 3, 31))["assets_minor"] == 0


@pytest.fixture
def divided() -> Practice:
    """A practice that asks what its laboratory (two benches) and its projects earn."""
    practice = Practice("dental_de")
    for dimension, values in (("centre", ("LAB", "LAB1", "LAB2", "HYG")), ("project", ("P7",))):
        key = run_raw(practice.ctx, "books.add_dimension", {"code": dimension, "name": dimension.capitalize()}).pk
        above = None
        for code in values:
            parent = above if code.startswith("LAB") else None
            row = run_raw(
                practice.ctx, "books.add_dimensionvalue", {"dimension": key, "code": code, "name": f"The {code}", "parent": parent}
            )
            above = above or row.pk
    on = date(2026, 3, 10)
    for debit, credit, amount, named in (
        ("1000", "8400", 10_000, "LAB1"),
        ("1000", "8400", 4_000, "LAB2 P7"),
        ("1000", "8400", 500, "HYG"),
        ("1000", "8400", 70, ""),
    ):
        practice.journal(on, JournalLine(debit, debit=amount), JournalLine(credit, credit=amount, dimensions=named))
    practice.journal(on, JournalLine("4210", debit=900, dimensions="LAB"), JournalLine("4210", debit=90), JournalLine("1000", credit=990))
    return practice


def named(practice: Practice, model: Any, code: str) -> Any:
    """A dimension or a value of one by its code."""
    with scope(practice.company.pk, read_only=True):
        return model.objects.get(code=code)


def test_results_side_by_side(divided: Practice) -> None:
    found = in_scope(divided, results_by_dimension, to_on=date(2026, 3, 31))
    labels = {c["label"]: c["name"] for c in found["columns"][2:]}
    assert list(labels) == ["HYG The HYG", "LAB The LAB", "LAB1 The LAB1", "LAB2 The LAB2", "Not assigned", "Together"]
    rows = {row["name"]: [row[name] for name in labels.values()] for row in found["rows"]}
    assert rows == {
        "Revenue": [500, 0, 10_000, 4_000, 70, 14_570],
        "Sales 19 %": [500, None, 10_000, 4_000, 70, 14_570],
        "Running cost": [0, 900, 0, 0, 90, 990],
        "Rent": [None, 900, None, None, 90, 990],
        "Result": [500, -900, 10_000, 4_000, -20, 13_580],
    }
    project = in_scope(divided, results_by_dimension, dimension=named(divided, Dimension, "project"), to_on=date(2026, 3, 31))
    sums = [c["name"] for c in project["columns"][2:]]
    assert [[row[name] for name in sums] for row in project["rows"] if row["name"] == "Result"] == [[4_000, 9_580, 13_580]]


def test_a_value_counts_what_stands_below_it(divided: Practice) -> None:
    on = date(2026, 3, 31)
    result = in_scope(divided, profit_and_loss, to_on=on, value=named(divided, DimensionValue, "LAB"))
    assert (result["income_minor"], result["expense_minor"]) == (14_000, 900)
    statement = in_scope(divided, account_statement, account="8400", to_on=on, value=named(divided, DimensionValue, "LAB"))
    assert [(r.get("dimensions"), r["balance_minor"]) for r in statement["rows"]] == [(None, 0), ("LAB1", -10_000), ("LAB2 P7", -14_000)]
    assert statement["totals"]["balance_minor"] == -14_000
    trial = in_scope(divided, trial_balance, on=on, value=(p7 := named(divided, DimensionValue, "P7")))
    assert [(r["code"], r["balance_minor"]) for r in trial["rows"]] == [("8400", -4_000)]
    assert f"value={p7.pk}" in trial["rows"][0]["url"]


def test_a_year_before_stands_beside(practice: Practice) -> None:
    """Every column is the statement of its own days, and the change is their difference, row by row."""
    now, then = date(2026, 8, 31), date(2025, 8, 31)
    for build, key in ((profit_and_loss, "to_on"), (balance_sheet, "on")):
        both = in_scope(practice, build, **{key: now}, beside="year")
        for day, column in ((now, "amount"), (then, "before")):
            alone = {(r["code"], r["name"]): r["amount_minor"] for r in in_scope(practice, build, **{key: day})["rows"]}
            beside = {(r["code"], r["name"]): r[f"{column}_minor"] for r in both["rows"] if r[f"{column}_minor"]}
            differing = {k for k in alone.keys() | beside.keys() if (alone.get(k) or 0) != (beside.get(k) or 0)}
            # A profit in one year stands against a loss in the other under one name.
            assert {name for _, name in differing} <= {"Profit", "Loss"}, (build, column)
        assert all((r["change_minor"] or 0) == (r["amount_minor"] or 0) - (r["before_minor"] or 0) for r in both["rows"])


def test_months_side_by_side_are_the_months(practice: Practice) -> None:
    for month in range(1, 8):
        close_period(practice.ctx, period=practice.period(date(2025, month, 1)))
    found = in_scope(practice, profit_and_loss, from_on=date(2025, 5, 20), to_on=date(2025, 12, 24), beside="months")
    assert (found["from_on"], found["to_on"]) == (date(2025, 5, 1), date(2025, 12, 31))
    labels = {c["label"]: c["name"] for c in found["columns"][2:]}
    assert list(labels)[::7] == ["May 2025", "December 2025"]
    for number, month in enumerate(range(5, 13), 1):
        last = date(2025 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        alone = in_scope(practice, profit_and_loss, from_on=date(2025, month, 1), to_on=last)
        assert found["rows"][-1][f"month_{number}_minor"] == alone["result_minor"], month
    for row in found["rows"]:
        assert sum(row[f"month_{n}_minor"] or 0 for n in range(1, 9)) == (row["amount_minor"] or 0)
    with pytest.raises(Invalid):
        in_scope(practice, profit_and_loss, from_on=date(2025, 1, 1), to_on=date(2026, 1, 1), beside="months")


def test_months_beside_cost_no_more_than_one(practice: Practice, django_assert_num_queries: Any) -> None:
    for first in (date(2025, 12, 1), date(2025, 2, 1)):
        with scope(practice.company.pk, read_only=True), django_assert_num_queries(10):
            profit_and_loss(practice.ctx, from_on=first, to_on=date(2025, 12, 31), beside="months")


def test_a_company_without_dimensions_is_told_so() -> None:
    found = in_scope(Practice(), results_by_dimension, to_on=date(2026, 3, 31))
    assert found["rows"] == []
    assert "There is no dimension yet" in found["notes"][0]
