"""The arithmetic of plans."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.budgeting.formats.table import month_of
from enfilade.back.budgeting.rules import change_percent, grown, months_of, planned_between, spread_over

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_growth_is_rounded_once() -> None:
    assert [grown(1_005, Decimal(p)) for p in ("0", "10", "-10", "-100")] == [1_005, 1_106, 905, 0]


def test_spreading_without_a_pattern_is_even() -> None:
    assert spread_over(100, [0, 0, 0]) == [34, 33, 33]
    assert spread_over(100, [5, -1, 3]) == [34, 33, 33]
    assert spread_over(100, [1, 0, 3]) == [25, 0, 75]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_what_is_spread_is_all_of_it(total: int, weights: list[int]) -> None:
    assert sum(spread_over(total, weights)) == total


def test_a_month_that_is_cut_counts_by_its_days() -> None:
    months = {date(2026, 1, 1): 3_100, date(2026, 2, 1): 2_800, date(2026, 3, 1): 310}
    assert planned_between(months, date(2026, 1, 1), date(2026, 12, 31), YEAR[1]) == 6_210
    assert planned_between(months, date(2026, 1, 31), date(2026, 2, 14), YEAR[1]) == 100 + 1_400
    assert planned_between(months, date(2026, 4, 1), date(2026, 4, 30), YEAR[1]) == 0


@given(st.lists(st.integers(-(10**9), 10**9), min_size=12, max_size=12), st.integers(0, 363))
def test_two_spans_are_the_year(amounts: list[int], cut: int) -> None:
    """But for the minor unit that each is rounded by."""
    months = dict(zip(months_of(*YEAR), amounts, strict=True))
    middle = date.fromordinal(YEAR[0].toordinal() + cut)
    parts = planned_between(months, YEAR[0], middle, YEAR[1])
    parts += planned_between(months, date.fromordinal(middle.toordinal() + 1), YEAR[1], YEAR[1])
    assert abs(parts - sum(amounts)) <= 1


def test_percents_are_of_what_was() -> None:
    assert change_percent(110, 100) == Decimal("10.0")
    assert change_percent(-50, -100) == Decimal("50.0")
    assert change_percent(5, 0) is None
    assert change_percent(1, 3) == Decimal("-66.7")


def test_months_in_files() -> None:
    assert [month_of(t) for t in ("2026-03", "3", "03", "Monat 12", "month_1", "2026-03-01", "13", "Sum")] == [
        "2026-03", "3", "3", "12", "1", "2026-03", "", "",
    ]  # fmt: skip
