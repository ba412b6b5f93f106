"""How many decimals a currency has: the one place that says so, since an amount is a whole number of its minor unit.

Source: ISO 4217, list one. Babel carries the tables of Unicode (CLDR), which say with how many decimals people of a country usually write
their money: that is the same for most currencies, and less for those of which coins of the minor unit are not in use. What banks, invoices
and books count in is ISO's.
"""

from __future__ import annotations

from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision

# Currencies that ISO 4217 gives a minor unit, and Unicode writes without.
_ISO = {
    **dict.fromkeys(("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2),
    "IQD": 3,
}


@cache
def minor_digits(currency: str) -> int:
    """Decimals of the minor unit of an ISO 4217 currency: 2 of the euro, 0 of the yen, 3 of the Kuwaiti dinar."""
    return _ISO[currency] if currency in _ISO else int(get_currency_precision(currency))


@cache
def currencies_by_digits() -> dict[int, tuple[str, ...]]:
    """The currencies with other than two decimals, by how many they have."""
    found: dict[int, list[str]] = {}
    for code in sorted({*get_global("currency_fractions"), *_ISO} - {"DEFAULT"}):
        if minor_digits(code) != 2:
            found.setdefault(minor_digits(code), []).append(code)
    return {digits: tuple(codes) for digits, codes in found.items()}
