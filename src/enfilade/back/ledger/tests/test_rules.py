"""Rules without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.ledger.charts import CHARTS, REQUIRED
from enfilade.back.ledger.rules import Place, a_year_before, natural, outline, sides, year_start


@given(st.integers(-(10**15), 10**15))
def test_sides_are_positive_and_make_the_balance(balance: int) -> None:
    debit, credit = sides(balance)
    assert min(debit, credit) == 0
    assert debit - credit == balance


def test_what_people_expect_to_be_positive() -> None:
    assert [natural(kind, 5) for kind in ("asset", "expense", "liability", "equity", "income")] == [5, 5, -5, -5, -5]


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.integers(1, 12))
def test_a_day_lies_in_its_year(on: date, first_month: int) -> None:
    start = year_start(on, first_month)
    assert start <= on
    assert (on - start).days <= 365
    assert (start.day, start.month) == (1, first_month)


@pytest.mark.parametrize(
    ("on", "before"),
    [("2026-03-31", "2025-03-31"), ("2024-02-29", "2023-02-28"), ("2025-02-28", "2024-02-29"), ("2025-03-01", "2024-03-01")],
)
def test_the_same_day_a_year_before(on: str, before: str) -> None:
    assert a_year_before(date.fromisoformat(on)) == date.fromisoformat(before)


TREE = [
    Place(1, "1", "Assets", "asset", None, True),
    Place(2, "10", "Money", "asset", 1, True),
    Place(3, "100", "Cash", "asset", 2, False),
    Place(4, "101", "Bank", "asset", 2, False),
    Place(5, "12", "Customers", "asset", 1, False),
    Place(6, "20", "Loans", "liability", None, False),
]


def test_an_outline_sums_below_headings_and_leaves_out_what_is_empty() -> None:
    rows = outline(TREE, {"now": {3: 10, 5: -4, 6: 99}, "then": {5: 4}}, {"asset"})
    assert [(r.level, r.place.code, *r.amounts.values()) for r in rows] == [
        (0, "1", 6, 4),
        (1, "10", 10, 0),
        (2, "100", 10, 0),
        (1, "12", -4, 4),
    ]


@given(st.dictionaries(st.sampled_from([3, 4, 5]), st.integers(-(10**9), 10**9)))
def test_nothing_is_lost_in_an_outline(amounts: dict[int, int]) -> None:
    rows = outline(TREE, {"now": amounts}, {"asset"})
    assert sum(r.amounts["now"] for r in rows if r.level == 0) == sum(amounts.values())
    assert {r.place.key for r in rows if not r.place.heading} == {k for k, v in amounts.items() if v}


def test_every_chart_is_sound() -> None:
    assert {"generic", "dental_de"} <= CHARTS.keys()
    for chart in CHARTS.values():
        codes = [a.code for a in chart.accounts]
        assert len(codes) == len(set(codes)), chart.name
        headings = {a.code: a.kind for a in chart.accounts if a.heading}
        for number, account in enumerate(chart.accounts):
            assert account.name
            assert not account.parent or headings[account.parent] == account.kind, account
            assert not account.parent or account.parent in codes[:number], account
        assert set(REQUIRED) <= chart.purposes.keys()
        kinds = {a.code: a.kind for a in chart.accounts if not a.heading}
        wanted = {
            "cash": "asset",
            "receivable": "asset",
            "tax_output": "liability",
            "revenue": "income",
            "revenue_exempt": "income",
            "cash_difference": "expense",
        }
        assert {p: kinds[chart.purposes[p]] for p in wanted} == wanted
