"""Amounts, dates and durations as people read them, by Babel."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, get_currency_symbol, parse_pattern
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, to_locale

from enfilade.core.minor import minor_digits

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR
# Dates and amounts come again on every page, and Babel reads its patterns anew each time.
WORDS_MAX = 8192
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$")
_LENGTHS = {"short", "medium", "long", "full"}


@lru_cache(maxsize=64)
def parse_locale(name: str) -> Locale:
    """Return the Babel locale of a Django language name, or British English where Babel does not know it.

    Why: English without a country is British here, since a desk needs the day before the month and 24 hours.
    """
    try:
        return Locale.parse("en_GB" if name == "en" else to_locale(name))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def active_locale() -> Locale:
    """Return the locale of the running request."""
    return parse_locale(get_language() or settings.LANGUAGE_CODE)


def amount_major(amount_minor: int, currency: str) -> Decimal:
    """Return integer minor units as an exact decimal in major units."""
    return Decimal(amount_minor).scaleb(-minor_digits(currency))


def format_amount(amount_minor: int, currency: str, *, symbol: bool = True) -> str:
    """Return an amount with all its decimals, with or without the currency's symbol.

    amount_minor: integer minor units (cents) of the ISO 4217 currency.
    """
    return _amount(amount_minor, currency, symbol, active_locale())


def format_major(major: Decimal, currency: str, locale: Locale) -> str:
    """Return a decimal amount as people of a locale write it, with the decimals of the minor unit (Babel alone may write fewer)."""
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (minor_digits(currency),) * 2
    return str(pattern.apply(major, locale, currency=currency, currency_digits=False))


@lru_cache(WORDS_MAX)
def _amount(amount_minor: int, currency: str, symbol: bool, locale: Locale) -> str:
    major = amount_major(amount_minor, currency)
    if symbol:
        return format_major(major, currency, locale)
    places = "0" * minor_digits(currency)
    return format_decimal(major, format=f"#,##0.{places}" if places else "#,##0", locale=locale)


def currency_symbol(currency: str) -> str:
    """Return the short symbol of a currency for the label of an amount field."""
    return get_currency_symbol(currency, locale=active_locale())


def format_iban(iban: str) -> str:
    """Return an IBAN in groups of four, as ISO 13616 has it on paper; another number as it is."""
    plain = "".join(iban.split())
    return " ".join(plain[n : n + 4] for n in range(0, len(plain), 4)) if _IBAN.match(plain) else iban


def format_number(value: Decimal | float, places: int | None = None) -> str:
    """Return a plain number with the separators of the language. places: so many decimals in any case."""
    return format_decimal(value, format=None if places is None else f"#,##0.{'0' * places}", locale=active_locale())


def format_day(value: date) -> str:
    """Return a date without its weekday, such as 2 Nov 2026."""
    return _date(date(value.year, value.month, value.day), "medium", active_locale())


@lru_cache(WORDS_MAX)
def _date(value: date, style: str, locale: Locale) -> str:
    """style: a length of Babel's, or the skeleton of a pattern."""
    return format_date(value, format=style, locale=locale) if style in _LENGTHS else format_skeleton(style, value, locale=locale)


@lru_cache(WORDS_MAX)
def _clock(hour: int, minute: int, locale: Locale) -> str:
    return format_time(time(hour, minute), format="short", locale=locale)


def format_long_day(value: date) -> str:
    """Return a date with its weekday, such as Monday 2 November 2026."""
    return _date(date(value.year, value.month, value.day), "full", active_locale())


def format_weekday(value: date, *, short: bool = False) -> str:
    """Return a day of this or the next weeks, such as Mon 2 Nov; short: only its weekday."""
    return _date(date(value.year, value.month, value.day), "E" if short else "MMMEd", active_locale())


def format_month(value: date) -> str:
    """Return a month with its year, such as November 2026."""
    return _date(date(value.year, value.month, 1), "yMMMM", active_locale())


def format_clock(value: datetime | time) -> str:
    """Return the time of day in the active time zone, without seconds."""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return _clock(local.hour, local.minute, active_locale())


def format_instant(value: datetime) -> str:
    """Return date and time of day in the active time zone."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{format_day(local.date())}, {format_clock(local)}"


def format_brief(value: datetime | date) -> str:
    """Return an instant as short as it stays clear: the time alone today, without the year this year."""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    today = timezone.localdate()
    day = local.date() if isinstance(local, datetime) else local
    words = _date(day, "MMMd", active_locale()) if day.year == today.year else format_day(day)
    if not isinstance(local, datetime):
        return words
    return format_clock(local) if day == today else f"{words}, {format_clock(local)}"


def format_duration(minutes: float) -> str:
    """Return a length in minutes as 45 min, 1 h 30 min or 2 d 4 h."""
    total = int(minutes)
    sign = "-" if total < 0 else ""
    total = abs(total)
    if total < MINUTES_PER_HOUR:
        return f"{sign}{total} min"
    if total < MINUTES_PER_DAY:
        hours, rest = divmod(total, MINUTES_PER_HOUR)
        return f"{sign}{hours} h {rest} min" if rest else f"{sign}{hours} h"
    days, rest = divmod(total, MINUTES_PER_DAY)
    hours = rest // MINUTES_PER_HOUR
    return f"{sign}{days} d {hours} h" if hours else f"{sign}{days} d"


def minutes_between(start: datetime, end: datetime) -> int:
    """Return whole minutes from start to end."""
    return int((end - start) / timedelta(minutes=1))
