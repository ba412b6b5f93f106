"""Nothing is lost when money is divided, and every rounding is the one that was asked for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.money import currencies, rules

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.one_of(st.integers(0, 10**9), st.decimals(0, 10**6, places=4, allow_nan=False)), min_size=1, max_size=30).filter(any)


@given(amounts, weights)
def test_parts_sum_to_the_total(total: int, parts: list[int | Decimal]) -> None:
    """The property the whole house relies on."""
    assert sum(rules.allocate(total, parts)) == total


@given(amounts, weights)
def test_each_part_is_within_one_unit_of_its_share(total: int, parts: list[int | Decimal]) -> None:
    """And a weight of zero gets nothing."""
    weight_sum = sum(Decimal(p) for p in parts)
    for weight, part in zip(parts, rules.allocate(total, parts), strict=True):
        exact = Decimal(total) * Decimal(weight) / weight_sum
        assert abs(Decimal(part) - exact) < Decimal("1.000001")
        assert weight != 0 or part == 0


@given(amounts, weights)
def test_a_debt_is_split_like_a_claim(total: int, parts: list[int | Decimal]) -> None:
    """The same parts with the other sign."""
    assert rules.allocate(-total, parts) == [-part for part in rules.allocate(total, parts)]


def test_among_equals_the_earlier_gets_the_cent() -> None:
    """So the result is the same every time."""
    assert rules.allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert rules.allocate(-100, [1, 1, 1]) == [-34, -33, -33]
    assert rules.allocate(5, [Decimal("0.3"), Decimal("0.7")]) == [2, 3]


@pytest.mark.parametrize("bad", [[], [0, 0], [1, -1]])
def test_weights_that_give_no_split(bad: list[int]) -> None:
    """Refused instead of guessed."""
    with pytest.raises(ValueError, match="weights"):
        rules.allocate(100, bad)


@pytest.mark.parametrize(
    ("value", "up", "even"), [("0.5", 1, 0), ("1.5", 2, 2), ("2.5", 3, 2), ("-0.5", -1, 0), ("-2.5", -3, -2), ("2.4999", 2, 2)]
)
def test_halves(value: str, up: int, even: int) -> None:
    """Away from zero in trade, to the even one in statistics."""
    assert rules.round_half_up(Decimal(value)) == up
    assert rules.round_half_even(Decimal(value)) == even


@given(amounts, st.integers(0, 3_000))
def test_gross_splits_into_net_and_tax(gross: int, rate_bp: int) -> None:
    """Exactly, and the tax found again from the net is at most one cent away."""
    net, tax = rules.split_tax(gross, rate_bp)
    assert net + tax == gross
    assert abs(rules.percent_of(net, rate_bp) - tax) <= 1


def test_tax_of_the_law_book() -> None:
    """119.00 holds 19.00 at 19 %; 0.5 cent rounds up."""
    assert rules.split_tax(11_900, 1_900) == (10_000, 1_900)
    assert rules.add_tax(10_000, 1_900) == (1_900, 11_900)
    assert rules.percent_of(50, 700) == 4
    assert rules.percent_of(-50, 700) == -4


@given(st.integers(-(10**12), 10**12), st.decimals("0.0001", 10_000, places=6, allow_nan=False))
def test_a_price_times_a_quantity_is_rounded_once(price: int, quantity: Decimal) -> None:
    """Half up at the end, never on the way."""
    exact = Decimal(price) * quantity
    assert abs(Decimal(rules.multiply(price, quantity)) - exact) <= Decimal("0.5")


def test_conversion_knows_the_decimals_of_both() -> None:
    """Yen have none, dinars three."""
    assert rules.convert(10_000, Decimal("160.5"), "EUR", "JPY") == 16_050
    assert rules.convert(16_050, Decimal(1) / Decimal("160.5"), "JPY", "EUR") == 10_000
    assert rules.convert(100, Decimal("0.33"), "EUR", "KWD") == 330


def test_coins_that_exist() -> None:
    """Swiss five-rappen rounding."""
    assert [rules.round_to_cash(n, 5) for n in (12, 13, 17, 18, -12)] == [10, 15, 15, 20, -10]


def test_currencies_of_today() -> None:
    """The euro is one, the mark was one."""
    assert {"EUR", "USD", "CHF", "JPY"} <= currencies.currency_codes()
    assert "DEM" not in currencies.currency_codes()
    euro = currencies.currency_named("EUR", "de")
    assert euro is not None
    assert (euro.digits, euro.symbol, euro.name) == (2, "€", "Euro")
    assert currencies.currency_named("XXY") is None
    assert ("EUR", "EUR – Euro") in currencies.currency_choices()
