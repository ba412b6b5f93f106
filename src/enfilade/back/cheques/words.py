"""Amounts in words, as a cheque says them: a whole number written out, the rest as so many hundredths, and the name of the currency."""

from __future__ import annotations

from babel.core import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_precision
from num2words import num2words

_FILL = "***"


def in_words(amount_minor: int, currency: str, language: str) -> str:
    """One thousand, two hundred and thirty-four 56/100 US dollars, in a language; in English where its numbers are not known.

    Source: article 6 of the Geneva convention on cheques (Art. 9 ScheckG), UCC § 3-114: the words go before the figures.
    """
    digits = get_currency_precision(currency)
    whole, rest = divmod(amount_minor, 10**digits)
    try:
        words = str(num2words(whole, lang=language))
    except NotImplementedError:
        language, words = "en", str(num2words(whole, lang="en"))
    part = f" {rest:0{digits}}/{10**digits}" if digits else ""
    try:
        name = get_currency_name(currency, whole, locale=Locale.parse(language))
    except UnknownLocaleError:
        name = currency
    return f"{_FILL}{words[:1].upper()}{words[1:]}{part} {name}{_FILL}"
