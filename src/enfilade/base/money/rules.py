"""Arithmetic of money in integer minor units. Pure functions: no database, no clock, no float.

Every function that divides says how it rounds, and what it hands out sums exactly to what it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from decimal import Context as Arithmetic

from enfilade.core.minor import minor_digits

BASIS_POINTS = 10_000
# Enough for the product of the largest amount (10^15), quantity and rate without an intermediate rounding.
_EXACT = Arithmetic(prec=60)


def round_half_up(value: Decimal) -> int:
    """The nearest integer; a half goes away from zero.

    Why: the commercial rounding that tax law means by "to the nearest cent".
    """
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_EXACT))


def round_half_even(value: Decimal) -> int:
    """The nearest integer; a half goes to the even neighbour, so that many roundings do not drift.

    Source: IEEE 754-2019, 4.3.1 roundTiesToEven.
    """
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=_EXACT))


def multiply(unit_price_minor: int, quantity: Decimal) -> int:
    """The price of a quantity, rounded half up once, at the end."""
    return round_half_up(_EXACT.multiply(Decimal(unit_price_minor), quantity))


def basis_points(percent: Decimal) -> int:
    """19 % is 1900."""
    return int(percent * 100)


def percent_of(amount_minor: int, rate_bp: int) -> int:
    """A share of an amount, rounded half up. rate_bp: basis points; 1900 is 19 %."""
    return round_half_up(_EXACT.divide(Decimal(amount_minor * rate_bp), Decimal(BASIS_POINTS)))


def add_tax(net_minor: int, rate_bp: int) -> tuple[int, int]:
    """Tax and gross of a net amount."""
    tax_minor = percent_of(net_minor, rate_bp)
    return tax_minor, net_minor + tax_minor


def split_tax(gross_minor: int, rate_bp: int) -> tuple[int, int]:
    """Net and tax of an amount that includes the tax; together exactly the amount."""
    net_minor = round_half_up(_EXACT.divide(Decimal(gross_minor * BASIS_POINTS), Decimal(BASIS_POINTS + rate_bp)))
    return net_minor, gross_minor - net_minor


def allocate(total_minor: int, weights: Sequence[int | Decimal]) -> list[int]:
    """Split a total by weights; the parts sum exactly to the total and each is less than one unit from its exact share.

    weights: none negative, not all zero. A part whose weight is zero gets nothing.
    Refuses: ValueError for weights that give no split.
    Why: largest remainder (Hare-Niemeyer); among equal remainders the earlier part gets the unit, so the result is always the same.
    """
    if not weights or any(w < 0 for w in weights) or not any(weights):
        raise ValueError("weights must be zero or more, and not all zero")
    sign = -1 if total_minor < 0 else 1
    whole = abs(total_minor)
    scaled = _as_integers(weights)
    weight_sum = sum(scaled)
    parts = [whole * w // weight_sum for w in scaled]
    remainders = [whole * w % weight_sum for w in scaled]
    left = whole - sum(parts)
    by_remainder = sorted(range(len(scaled)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [sign * part for part in parts]


def _as_integers(weights: Sequence[int | Decimal]) -> list[int]:
    """The same weights as integers: decimals are brought to a common power of ten, exactly."""
    decimals = [Decimal(w) for w in weights]
    places = max(0, *(-int(d.normalize(_EXACT).as_tuple().exponent) for d in decimals))
    return [int(d.scaleb(places, _EXACT)) for d in decimals]


def convert(amount_minor: int, rate: Decimal, base: str, quote: str) -> int:
    """An amount of `base` in minor units of `quote`, rounded half up.

    rate: how many major units of `quote` one major unit of `base` is worth.
    """
    shift = minor_digits(quote) - minor_digits(base)
    return round_half_up(_EXACT.multiply(Decimal(amount_minor), rate).scaleb(shift, _EXACT))


@dataclass(frozen=True, slots=True)
class Quoted:
    """A rate as somebody recorded it."""

    rate: Decimal
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class RateOn:
    """What one unit of `base` is worth in `quote` on a day: numerator by denominator, so that an inverse loses nothing.

    on: the day it was recorded for, of a rate across a third currency the older one. asked_on: the day it is taken for.
    """

    base: str
    quote: str
    numerator: Decimal
    denominator: Decimal
    on: date
    asked_on: date
    source: str = ""

    @property
    def rate(self) -> Decimal:
        """Units of `quote` for one `base`, to 28 digits."""
        return Arithmetic(prec=28).divide(self.numerator, self.denominator)

    @property
    def age_days(self) -> int:
        """How many days old it is."""
        return (self.asked_on - self.on).days

    def worth_of(self, amount_minor: int) -> int:
        """An amount of `base` in minor units of `quote`, rounded half up once."""
        exact = _EXACT.divide(_EXACT.multiply(Decimal(amount_minor), self.numerator), self.denominator)
        return round_half_up(exact.scaleb(minor_digits(self.quote) - minor_digits(self.base), _EXACT))


def rate_between(known: Mapping[tuple[str, str], Quoted], base: str, quote: str, on: date, pivots: Sequence[str]) -> RateOn | None:
    """The rate of a pair from those that are known: its own either way round, the newer of both, else across one of the pivots."""
    if base == quote:
        return RateOn(base, quote, Decimal(1), Decimal(1), on, on)
    if direct := _either_way(known, base, quote, on):
        return direct
    across = []
    for pivot in pivots:
        first, second = _either_way(known, base, pivot, on), _either_way(known, pivot, quote, on)
        if first and second:
            numerator = _EXACT.multiply(first.numerator, second.numerator)
            denominator = _EXACT.multiply(first.denominator, second.denominator)
            source = ", ".join(dict.fromkeys(filter(None, (first.source, second.source))))
            across.append(RateOn(base, quote, numerator, denominator, min(first.on, second.on), on, source))
    return max(across, key=lambda rate: rate.on, default=None)


def _either_way(known: Mapping[tuple[str, str], Quoted], base: str, quote: str, on: date) -> RateOn | None:
    straight, inverse = known.get((base, quote)), known.get((quote, base))
    if straight and (inverse is None or straight.on >= inverse.on):
        return RateOn(base, quote, straight.rate, Decimal(1), straight.on, on, straight.source)
    return RateOn(base, quote, Decimal(1), inverse.rate, inverse.on, on, inverse.source) if inverse else None


def worth_at(amount_minor: int, rate: Decimal, currency: str, own: str) -> int:
    """An amount of a currency in minor units of one's own, rounded half up. rate: units of the currency for one of one's own."""
    day = date.min
    return RateOn(currency, own, Decimal(1), rate, day, day).worth_of(amount_minor)


def worth_of_part(part_minor: int, left_minor: int, left_worth_minor: int) -> int:
    """What a part of what is left of a document is worth, rounded half up; who takes all that is left takes all that it is worth.

    So parts of a document, in whatever order they are taken and given back, are together worth what it is worth.
    """
    if part_minor == left_minor:
        return left_worth_minor
    return multiply(left_worth_minor, Decimal(part_minor) / left_minor)


def divide_worth(worth_minor: int, parts: Sequence[tuple[int, int, int]]) -> list[int]:
    """What a worth is divided into over parts of amounts; together exactly it.

    parts: (part, what is left of its amount, what that is worth). Parts that take all that is left take all its worth.
    """
    weights = [Decimal(worth * part) / left if left else Decimal(0) for part, left, worth in parts]
    if not any(weights):
        weights = [Decimal(part) for part, *_ in parts]
    return allocate(worth_minor, weights) if any(weights) else [0] * len(parts)


def round_to_cash(amount_minor: int, step_minor: int) -> int:
    """An amount in coins that exist, half up: with step 5, 0.12 becomes 0.10 and 0.13 becomes 0.15."""
    return round_half_up(_EXACT.divide(Decimal(amount_minor), Decimal(step_minor))) * step_minor
