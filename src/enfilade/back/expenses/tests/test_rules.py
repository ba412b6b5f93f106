"""What drives and days away are paid, how an expense is split, and what the policy says: by the examples of the law, and as properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.expenses.rules import Away, Mileage, Policy, Spent, breaches, days_away, mileage_minor, parts, tax_year

GERMANY = Away(28_00, 14_00)
HMRC = Mileage(Decimal(45), Decimal(10_000), Decimal(25))
MONEY = {"limit": "€50.00", "receipt_above": "€10.00"}
AMOUNTS = st.integers(1, 10**9)
DISTANCES = st.decimals(Decimal("0.1"), Decimal(20_000), places=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "back", "meals", "overnight", "paid"),
    [
        ("2026-03-02T08:00", "2026-03-02T16:00", {}, True, []),
        ("2026-03-02T08:00", "2026-03-02T16:01", {}, True, [14_00]),
        ("2026-03-02T20:00", "2026-03-03T05:30", {}, False, [14_00]),
        ("2026-03-02T20:00", "2026-03-03T03:00", {}, False, []),
        ("2026-03-02T18:00", "2026-03-03T09:00", {}, True, [14_00, 14_00]),
        ("2026-03-02T08:00", "2026-03-05T20:00", {}, True, [14_00, 28_00, 28_00, 14_00]),
        ("2026-03-02T08:00", "2026-03-04T20:00", {"2026-03-03": "B", "2026-03-04": "BL"}, True, [14_00, 22_40, 0]),
        ("2026-03-02T08:00", "2026-03-04T20:00", {"2026-03-03": "BLD"}, True, [14_00, 0, 14_00]),
    ],
)
def test_days_away_by_the_law(left: str, back: str, meals: dict[str, str], overnight: bool, paid: list[int]) -> None:
    """§ 9 (4a) EStG: more than eight hours, days of leaving and coming back, whole days, and 20, 40 and 40 % of a whole day for meals."""
    days = days_away(at(left), at(back), GERMANY, meals, overnight=overnight)
    assert [day.paid_minor for day in days] == paid


def test_a_night_out_counts_for_the_longer_day() -> None:
    """Without a night elsewhere, the day with more of the absence has it."""
    assert [day.on for day in days_away(at("2026-03-02T21:00"), at("2026-03-03T07:00"), GERMANY, {}, overnight=False)] == [date(2026, 3, 3)]
    assert [day.on for day in days_away(at("2026-03-02T17:00"), at("2026-03-03T02:00"), GERMANY, {}, overnight=False)] == [date(2026, 3, 2)]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1)), st.timedeltas(timedelta(0), timedelta(days=40)), st.booleans())  # noqa: DTZ001
def test_days_away_are_never_below_nothing(left: datetime, long: timedelta, overnight: bool) -> None:
    back = left + long
    meals = {(left.date() + timedelta(days=n)).isoformat(): "BLD" for n in range(41)}
    free, fed = (days_away(left, back, GERMANY, given_, overnight=overnight) for given_ in ({}, meals))
    assert [day.on for day in free] == [day.on for day in fed]
    assert all(day.paid_minor == 0 for day in fed)
    assert all(left.date() <= day.on <= back.date() and day.paid_minor in {14_00, 28_00} for day in free)


@pytest.mark.parametrize(
    ("before", "distance", "paid"),
    [("0", "100", 4_500), ("9990", "20", 700), ("10000", "10", 250), ("12000", "1", 25), ("0", "12000", 500_000)],
)
def test_mileage_by_hmrc(before: str, distance: str, paid: int) -> None:
    """45p for the first 10,000 miles in the tax year, 25p after."""
    assert mileage_minor(Decimal(distance), Decimal(before), HMRC) == paid
    assert mileage_minor(Decimal("33.3"), Decimal(0), Mileage(Decimal(30))) == 999


@given(DISTANCES, DISTANCES, DISTANCES)
def test_a_divided_drive_is_paid_the_same(before: Decimal, first: Decimal, second: Decimal) -> None:
    """However drives are divided, only rounding makes a difference."""
    whole = mileage_minor(first + second, before, HMRC)
    apart = mileage_minor(first, before, HMRC) + mileage_minor(second, before + first, HMRC)
    assert abs(whole - apart) <= 1


def test_tax_years() -> None:
    """The British one begins on 6 April."""
    assert tax_year(date(2026, 4, 5), 4, 6) == (date(2025, 4, 6), date(2026, 4, 5))
    assert tax_year(date(2026, 4, 6), 4, 6) == (date(2026, 4, 6), date(2027, 4, 5))
    assert tax_year(date(2026, 11, 1), 1, 1) == (date(2026, 1, 1), date(2026, 12, 31))


@given(AMOUNTS, st.integers(0, 3_000), st.integers(0, 10_000))
def test_parts_are_the_whole(gross: int, rate: int, deductible: int) -> None:
    found = parts(gross, rate, deductible)
    assert sum(part.gross_minor for part in found) == gross
    assert all(part.net_minor + part.tax_minor == part.gross_minor > 0 for part in found)


def test_entertainment_is_split() -> None:
    """70 % are deducted from profit, the tax on all of it is deducted."""
    allowed, rest = parts(11_900, 1_900, 7_000)
    assert (allowed.net_minor, allowed.tax_minor, rest.net_minor, rest.tax_minor, rest.rest) == (7_000, 1_330, 3_000, 570, True)


def test_the_policy_speaks() -> None:
    """What blocks comes first; a reason instead of a receipt is said and lets go on."""
    policy = Policy("Guests", 1_000, 5_000, 90, entertainment=True)
    spent = Spent(date(2026, 1, 1), 6_000, False, date(2026, 11, 1), tax_minor=500, alike=["EC-1"], twins=["EC-2"])
    found = breaches(spent, policy, MONEY)
    assert [breach.code for breach in found] == [
        "receipt_missing", "attendees_missing", "occasion_missing", "tax_lost", "over_limit", "too_late", "same_receipt", "same_expense",
    ]  # fmt: skip
    assert [breach.blocks for breach in found] == [True] * 3 + [False] * 5
    reasoned = Spent(date(2026, 11, 1), 1_000, False, date(2026, 11, 1), "Lost", ["Ada"], "Lunch")
    assert [breach.code for breach in breaches(reasoned, policy, MONEY)] == ["without_receipt"]
    assert breaches(Spent(date(2026, 11, 1), 900, False, date(2026, 11, 1)), Policy("Km", 0, None, 90, flat=True), MONEY) == []
