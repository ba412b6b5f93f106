"""Rounding of prices, and which break a quantity reaches."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.pricing.rules import ENDS, STEPS, Break, break_for, lessened


@pytest.mark.parametrize(
    ("price", "percent", "rounding", "digits", "after"),
    [
        (1_000, "10", "none", 2, 900),
        (999, "50", "none", 2, 500),
        (1_003, "0", "step5", 2, 1_005),
        (1_000, "-3", "step10", 2, 1_030),
        (1_020, "0", "end99", 2, 999),
        (1_049, "0", "end99", 2, 1_099),
        (30, "0", "end95", 2, 95),
        (1_060, "0", "whole", 2, 1_100),
        (1_000, "100", "end99", 2, 0),
        (1_000, "7", "end99", 0, 930),
        (1_000, "7", "step5", 0, 930),
        (10_555, "0", "step50", 3, 10_500),
    ],
)
def test_percentages_and_rounding(price: int, percent: str, rounding: str, digits: int, after: int) -> None:
    """To the nearest price of the rule, a half upwards; free stays free; a currency without such coins has its own."""
    assert lessened(price, Decimal(percent), rounding, digits) == after


@given(st.integers(1, 10**9), st.decimals(-100, 99, places=2), st.sampled_from(sorted({*STEPS, *ENDS})))
def test_a_rounded_price_is_near_and_of_the_rule(price: int, percent: Decimal, rounding: str) -> None:
    """Never further than half a step from the exact one, but for the lowest price of an ending."""
    exact = Decimal(price) * (100 - percent) / 100
    found = lessened(price, percent, rounding, 2)
    step = max(1, int(STEPS[rounding] * 100)) if rounding in STEPS else 100
    assert (found - int(ENDS.get(rounding, Decimal(0)) * 100)) % step == 0
    if rounding not in ENDS or exact >= ENDS[rounding] * 100:
        assert abs(found - exact) <= Decimal(step) / 2


@given(st.lists(st.decimals(0, 100, places=1), unique=True, max_size=6), st.decimals(0, 120, places=1))
def test_the_largest_break_that_is_reached(quantities: list[Decimal], wanted: Decimal) -> None:
    """Whatever the order in which they stand."""
    found = break_for([Break(q, 1, None) for q in quantities], wanted)
    reached = [q for q in quantities if q <= wanted]
    assert (found.from_quantity if found else None) == (max(reached) if reached else None)
