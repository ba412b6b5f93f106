"""The arithmetic of consolidation, by examples that were reckoned by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.group.rules import (
    AMORTISATION,
    BADWILL,
    CAPITAL,
    GOODWILL,
    MINORITY,
    NOTHING,
    RETAINED,
    TRANSLATION,
    Books,
    Capital,
    Chart,
    Column,
    Holding,
    Rates,
    capital_of,
    consolidate_capital,
    mapped,
    months_since,
    own_column,
    share_of,
    take_associate,
    written_down,
)
from enfilade.back.ledger.rules import Place

SHARES = 77
YEAR_END = date(2025, 12, 31)


def test_goodwill_is_written_down_by_months() -> None:
    """12,000 over ten years are 100 a month; half a month counts as a whole one."""
    assert months_since(YEAR_END, date(2026, 12, 31)) == 12
    assert written_down(12_000, 10, YEAR_END, date(2026, 1, 1)) == 100
    assert [written_down(12_000, 10, YEAR_END, date(year, 12, 31)) for year in (2025, 2026, 2035, 2040)] == [0, 1_200, 12_000, 12_000]
    assert written_down(12_000, 0, YEAR_END, date(2030, 12, 31)) == written_down(-5, 10, YEAR_END, date(2030, 12, 31)) == 0


def test_translation_by_hand() -> None:
    """20,000 bought at 0.90; 1,000 paid out at 0.88; 12,000 earned at 0.85; 31,000 are worth 0.80 each."""

    def at(percent: int):  # noqa: ANN202 - a translation
        return lambda amount: amount * percent // 100

    rates = Rates(at(80), at(85), at(90), lambda *_: at(95), lambda _: at(88))
    books = Books(standing={1: 31_000}, results={2: -12_000}, acquired_minor=20_000, moves={date(2026, 3, 31): -1_000})
    found = capital_of(books, rates)
    assert found == Capital(18_000, -880, 10_200, 24_800 - 18_000 + 880 - 10_200)
    assert found.total_minor == 24_800


def test_eighty_percent_by_hand() -> None:
    """60,000 bought for 58,000 at 80 %: goodwill 10,000; earned 5,000 in earlier years, 8,000 this year; -1,000 by translation."""
    column = Column()
    capital = Capital(60_000, 5_000, 8_000, -1_000)
    holding = Holding(Decimal(80), 58_000, SHARES, 10, date(2024, 12, 31))
    assert consolidate_capital(column, holding, capital, NOTHING, date(2026, 1, 1), date(2026, 12, 31)).minority_minor == 1_600
    assert {key: amount for key, amount in column.amounts.items() if amount} == {
        CAPITAL: 60_000, SHARES: -58_000, GOODWILL: 10_000 - 2_000, AMORTISATION: 1_000, RETAINED: 1_000 + 1_000, TRANSLATION: -200,
        MINORITY: -12_000 - 1_000 + 200,
    }  # fmt: skip
    assert column.rest_minor == 0


def test_less_paid_than_bought() -> None:
    column = Column()
    holding = Holding(Decimal(100), 50_000, SHARES, 10, YEAR_END)
    taken = consolidate_capital(column, holding, Capital(60_000, 0, 0, 0), NOTHING, date(2026, 1, 1), date(2026, 12, 31))
    assert taken.minority_minor == 0
    assert (column.amounts[BADWILL], column.amounts[GOODWILL], column.rest_minor) == (-10_000, 0, 0)


@given(*(st.integers(-(10**12), 10**12) for _ in range(5)), st.decimals(Decimal("0.0001"), Decimal(100), places=4), st.integers(0, 40))
def test_columns_are_whole(acquired: int, earlier: int, current: int, translation: int, cost: int, share: Decimal, years: int) -> None:
    """Whatever was bought and earned, what is taken out on one side is taken out on the other."""
    holding, capital = Holding(share, abs(cost), SHARES, years, YEAR_END), Capital(acquired, earlier, current, translation)
    column, days = Column(), (date(2027, 1, 1), date(2027, 6, 30))
    take_associate(column, holding, capital, *days)
    assert column.rest_minor == 0
    below = Capital(0, current, earlier, acquired)
    for with_holder in (False, True):
        column, own = Column(), replace(holding, translated_minor=translation, bought_with_holder=with_holder)
        taken = consolidate_capital(column, own, capital, below, *days)
        assert column.rest_minor == 0
        assert taken.minority_minor + share_of(current + earlier, share) == current + earlier
    assert own_column(capital).rest_minor == current - capital.total_minor
    assert 0 <= abs(current - share_of(current, share)) <= abs(current)


def test_accounts_find_their_place() -> None:
    def place(key: int, code: str, kind: str = "asset") -> Place:
        return Place(key, code, code, kind, None, heading=False)

    group = Chart(
        {1: place(1, "1000"), 2: place(2, "1100"), 3: place(3, "4000", "income")}, {"cash": 1, "bank": 2, "revenue": 3}, "generic"
    )
    theirs = {11: place(11, "1000"), 12: place(12, "9"), 13: place(13, "8"), 14: place(14, "4000", "income")}
    same = mapped(Chart(theirs, {}, "generic"), group, {})
    assert same == {11: 1, 14: 3}
    other = mapped(Chart(theirs, {"bank": 12, "revenue": 13}, "skr03"), group, {"1000": 2})
    # 13 is an asset that serves revenue: it stands by itself.
    assert other == {11: 2, 12: 2}
