"""Schedules: exact figures of laws and tables, and what holds for every plan there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.assets import rules
from enfilade.back.assets.macrs import HALF_YEAR, shares_by_formula, year_shares
from enfilade.back.assets.rules import Stage, Terms


def years(terms: Terms) -> list[int]:
    """What each year of accounts is charged."""
    return [year.charge_minor for year in rules.planned_years(terms)]


def test_straight_line_counts_the_month_of_acquisition() -> None:
    """§ 7 (1) sentence 4 EStG: 12,000.00 over 5 years from 17 May: 8/12 in the first year."""
    terms = Terms("straight_line", 1_200_000, 0, date(2026, 5, 17), 60)
    assert years(terms) == [160_000, 240_000, 240_000, 240_000, 240_000, 80_000]
    assert rules.written_off(terms, date(2026, 5, 30)) == 0
    assert rules.written_off(terms, date(2026, 5, 31)) == 20_000
    assert years(replace(terms, year_month=7)) == [40_000, 240_000, 240_000, 240_000, 240_000, 200_000]


def test_by_days() -> None:
    terms = Terms("straight_line", 36_500, 0, date(2027, 1, 15), 12, by_day=True)
    assert rules.life_ends_on(terms) == date(2028, 1, 14)
    assert years(terms) == [35_100, 1_400]


def test_declining_balance_goes_over_to_the_straight_line() -> None:
    """§ 7 (2) and (3) EStG: 10,000.00 over 10 years at 20 percent: from the year on in which the straight line is not less."""
    terms = Terms("declining", 1_000_000, 0, date(2026, 1, 1), 120, rate_bp=2_000)
    assert years(terms) == [200_000, 160_000, 128_000, 102_400, 81_920, 65_536, 65_536, 65_536, 65_536, 65_536]
    assert years(Terms("declining", 100_000, 10_000, date(2026, 7, 1), 48)) == [25_000, 37_500, 18_750, 8_750]


def test_units_and_what_the_law_writes_off_at_once_or_in_a_pool() -> None:
    assert rules.written_off(Terms("units", 100_000, 10_000, date(2026, 1, 1), total_units=3_000), date(2026, 6, 1), 1_000) == 30_000
    assert years(Terms("immediate", 79_999, 0, date(2026, 11, 28))) == [79_999]
    assert years(Terms("pool", 99_999, 0, date(2026, 11, 28))) == [20_000, 20_000, 19_999, 20_000, 20_000]
    assert years(Terms("none", 99_999, 0, date(2026, 11, 28))) == []


@pytest.mark.parametrize("period", sorted(HALF_YEAR))
def test_macrs_is_table_a1(period: int) -> None:
    """IRS Publication 946, table A-1, of a cost of 100,000.00 placed in service in any month: a thousandth of a percent is a dollar."""
    for month in (1, 6, 12):
        terms = Terms("macrs", 10_000_000, 0, date(2026, month, 3), period * 12)
        assert years(terms) == [share * 100 for share in HALF_YEAR[period]]
    assert sum(HALF_YEAR[period]) == 100_000
    formula = [float(share) * 100_000 for share in shares_by_formula(period, Fraction(1, 2))]
    assert max(abs(a - b) for a, b in zip(formula, HALF_YEAR[period], strict=True)) < 7


def test_macrs_mid_quarter_is_tables_a2_to_a5() -> None:
    """IRS Publication 946, tables A-2 to A-5, 5-year property, in percent."""
    tables = [
        [35.00, 26.00, 15.60, 11.01, 11.01, 1.38], [25.00, 30.00, 18.00, 11.37, 11.37, 4.26], [15.00, 34.00, 20.40, 12.24, 11.30, 7.06],
        [5.00, 38.00, 22.80, 13.68, 10.94, 9.58],
    ]  # fmt: skip
    for quarter, table in enumerate(tables):
        assert [round(float(share) * 100, 2) for share in year_shares(5, "mid_quarter", quarter)] == table
        terms = Terms("macrs", 1_000_000, 0, date(2026, 3 * quarter + 2, 1), 60, convention="mid_quarter")
        assert years(terms)[0] == round(table[0] * 10_000)


def test_macrs_real_property_from_the_middle_of_the_month() -> None:
    """Table A-7a: nonresidential real property from July: 1.177 percent, then 2.564; table A-6: residential from January: 3.485."""
    assert years(Terms("macrs", 10_000_000, 0, date(2026, 7, 9), 468))[:2] == [117_521, 256_411]
    assert years(Terms("macrs", 10_000_000, 0, date(2026, 1, 9), 330))[0] == 348_485


def test_macrs_when_it_leaves() -> None:
    terms = Terms("macrs", 1_000_000, 0, date(2026, 2, 1), 60)
    assert rules.written_off_at_disposal(terms, date(2026, 11, 1)) == 0
    assert rules.written_off_at_disposal(terms, date(2027, 3, 1)) == 200_000 + 160_000
    quarter = replace(terms, convention="mid_quarter")
    assert rules.written_off_at_disposal(quarter, date(2027, 11, 1)) == 350_000 + 227_500


def test_what_it_would_be_without_an_impairment() -> None:
    """§ 253 (5) HGB: 12,000.00 over 10 years, 4,000.00 lost after the second; after the third, 8,400.00 is the most."""
    first = Terms("straight_line", 1_200_000, 0, date(2024, 1, 1), 120)
    after = Terms("straight_line", 560_000, 0, date(2026, 1, 1), 96)
    stages = [Stage("start", 0, first), Stage("impairment", 960_000, after)]
    assert rules.regular_book(stages, date(2026, 12, 31), [0, 0]) == 840_000
    more = Terms("straight_line", 690_000, 0, date(2027, 1, 1), 84)
    assert rules.regular_book([*stages, Stage("addition", 490_000, more)], date(2027, 12, 31), [0, 0, 0]) == 1_040_000 * 6 // 7 + 1


terms_there_are = st.builds(
    Terms,
    method=st.sampled_from(["straight_line", "declining", "immediate", "pool"]),
    base_minor=st.integers(1, 10**11),
    residual_minor=st.just(0),
    starts_on=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
    life_months=st.integers(1, 400),
    rate_bp=st.sampled_from([0, 500, 2_000, 3_000, 10_000]),
    by_day=st.booleans(),
    year_month=st.integers(1, 12),
).flatmap(
    lambda t: st.just(t) if t.method in rules.WHOLE_LIFE else st.integers(0, t.base_minor).map(lambda r: replace(t, residual_minor=r))
)
by_macrs = st.builds(
    Terms,
    method=st.just("macrs"),
    base_minor=st.integers(1, 10**11),
    residual_minor=st.just(0),
    starts_on=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
    life_months=st.sampled_from([36, 60, 84, 120, 180, 240, 330, 468]),
    convention=st.sampled_from(["half_year", "mid_quarter"]),
    year_month=st.integers(1, 12),
)


@given(st.one_of(terms_there_are, by_macrs))
def test_years_sum_to_what_is_written_off_and_never_fall_below_the_residual_value(terms: Terms) -> None:
    planned = rules.planned_years(terms)
    assert sum(year.charge_minor for year in planned) == terms.base_minor - terms.residual_minor
    assert all(year.charge_minor >= 0 and terms.base_minor - year.after_minor >= terms.residual_minor for year in planned)


@given(st.one_of(terms_there_are, by_macrs), st.lists(st.integers(0, 40_000), min_size=2, max_size=6))
def test_what_is_written_off_never_falls(terms: Terms, days: list[int]) -> None:
    written = [rules.written_off(terms, terms.starts_on + timedelta(days=day)) for day in sorted(days)]
    assert written == sorted(written)
    assert 0 <= written[0] <= written[-1] <= terms.depreciable_minor
    assert rules.written_off(terms, rules.day_before(terms.starts_on)) == 0


@given(st.integers(1, 10**11), st.integers(1, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_units_never_write_off_more_than_there_is(base: int, total: int, used: list[int]) -> None:
    terms = Terms("units", base, 0, date(2026, 1, 1), total_units=total)
    written = [rules.written_off(terms, date(2030, 1, 1), units) for units in [*sorted(used), total]]
    assert written[:-1] == sorted(written[:-1])
    assert written[-1] == base


@given(by_macrs, st.integers(0, 15_000))
def test_what_leaves_was_written_off_by_no_more_than_by_the_calendar(terms: Terms, day: int) -> None:
    on = terms.starts_on + timedelta(days=day)
    year_end = rules.month_start(rules.year_opens(on, terms.year_month) + 12) - timedelta(days=1)
    assert 0 <= rules.written_off_at_disposal(terms, on) <= rules.written_off(terms, year_end)
