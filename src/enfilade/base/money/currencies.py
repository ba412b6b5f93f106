"""The currencies in use today (ISO 4217), from the Unicode tables that Babel carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_currency_symbol

from enfilade.core.minor import minor_digits


@dataclass(frozen=True, slots=True)
class Currency:
    """code: ISO 4217; digits: decimals of the minor unit."""

    code: str
    name: str
    symbol: str
    digits: int


@cache
def currency_codes() -> frozenset[str]:
    """Codes that are legal tender somewhere today."""
    territories = get_global("territory_currencies")
    return frozenset(code for uses in territories.values() for code, _, end, tender in uses if end is None and tender)


@cache
def currency_named(code: str, language: str = "en") -> Currency | None:
    """A currency of today, None where there is none of that code."""
    if code not in currency_codes():
        return None
    locale = Locale.parse(language, sep="-")
    return Currency(code, get_currency_name(code, locale=locale), get_currency_symbol(code, locale=locale), minor_digits(code))


@cache
def currency_choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """(code, "EUR – Euro") of every currency of today, by code."""
    named = [currency_named(code, language) for code in sorted(currency_codes())]
    return tuple((c.code, f"{c.code} – {c.name}") for c in named if c is not None)
