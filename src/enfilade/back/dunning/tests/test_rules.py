"""The arithmetic of being late."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.dunning.rules import LevelFacts, interest, next_level

LEVELS = [LevelFacts(1, 7), LevelFacts(2, 21), LevelFacts(4, 35)]


def test_levels_follow_one_another() -> None:
    """None is left out, and none comes early."""
    found = [next_level(LEVELS, reached, days) for reached, days in ((0, 6), (0, 7), (0, 99), (1, 20), (1, 21), (2, 35), (4, 99))]
    assert [level.number if level else 0 for level in found] == [0, 1, 1, 0, 2, 4, 0]


def test_interest_by_the_day_over_a_rate_that_changes() -> None:
    """1,000.00 at 9 % over 2.27 % for 181 days and over 1.27 % for 184: 55.89 and 51.77, rounded once."""
    rates = [(date(2025, 1, 1), 227), (date(2025, 7, 1), 127)]
    assert interest(100_000, date(2024, 12, 31), date(2025, 12, 31), rates, 900) == 10_766
    assert interest(100_000, date(2024, 12, 31), date(2025, 6, 30), rates, 900) == 5_589
    assert interest(100_000, date(2025, 6, 30), date(2025, 7, 1), rates, 900) == 28
    assert interest(100_000, date(2025, 6, 30), date(2025, 6, 30), rates, 900) == 0
    assert interest(100_000, date(2024, 1, 1), date(2024, 12, 31), [(date(2020, 1, 1), -950)], 900) == 0


@given(st.integers(1, 10**9), st.integers(1, 900), st.integers(0, 900), st.integers(0, 2_000))
def test_interest_of_two_spans_is_that_of_both(amount: int, first: int, second: int, points: int) -> None:
    """But for the cent that each is rounded by."""
    begin = date(2024, 3, 1)
    middle, end = begin + timedelta(days=first), begin + timedelta(days=first + second)
    rates = [(date(2024, 1, 1), 362), (date(2024, 7, 1), 337), (date(2025, 1, 1), 227), (date(2025, 7, 1), 127)]
    parts = interest(amount, begin, middle, rates, points) + interest(amount, middle, end, rates, points)
    assert abs(parts - interest(amount, begin, end, rates, points)) <= 1
