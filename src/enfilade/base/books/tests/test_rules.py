"""Rules without a database."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.books import rules

UNITS = st.sampled_from(["EUR", "USD", "HUR"])


@given(st.lists(st.tuples(UNITS, st.integers(-(10**12), 10**12))))
def test_an_entry_and_its_opposite_balance(lines: list[tuple[str, int]]) -> None:
    assert rules.differences([*lines, *((unit, -quantity) for unit, quantity in lines)]) == {}


@given(st.lists(st.tuples(UNITS, st.integers(-(10**12), 10**12)), min_size=1))
def test_differences_are_what_is_missing(lines: list[tuple[str, int]]) -> None:
    rest = rules.differences(lines)
    assert rules.differences([*lines, *((unit, -quantity) for unit, quantity in rest.items())]) == {}
    assert all(rest.values())


@given(st.integers(1900, 2198), st.integers(1, 12))
def test_a_year_is_twelve_months_without_gap_or_overlap(year: int, first_month: int) -> None:
    months = rules.months(year, first_month)
    assert len(months) == 12
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(months))
    assert months[0][0].month == first_month
    assert (months[-1][1] - months[0][0]).days + 1 in {365, 366}
