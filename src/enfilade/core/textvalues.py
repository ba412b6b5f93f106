"""Values in a file from outside: amounts, days, currencies, words. What can't be read is a Fault, with its line and its field.

`Days` and `Amounts` tell what a file leaves open and only all of its lines together say: the order of day and month, the mark of decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .minor import minor_digits
from .textfile import Problem, Problems, clean

AMOUNT_DIGITS_MAX = 18
AMOUNT_MAX_MINOR = 10**15
TEXT_CHARS_MAX = 2_000
# Where the month is written before the day.
_MONTH_FIRST = {"US", "PH", "FM", "MH", "PW"}
_MONTH_BEFORE = "The dates were read with the month before the day: the file does not tell which."
_DAY_BEFORE = "The dates were read with the day before the month: the file does not tell which."
_PARTS = re.compile(r"^\D*(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})(?:\D.*)?$")
_PLAIN = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\D.*)?$")
_NUMBER = re.compile(r"^[\d.,]+$")
_MARK = re.compile(r"[.,](\d+)$")
_AROUND = re.compile(r"[\s'’]|[A-Z]{3}|[€$£¥]|Fr\.", re.IGNORECASE)


class Fault(Exception):
    """A place in a file that can't be read, by line and field; what it belongs to is not taken."""

    def __init__(self, line: int, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.name, self.sentence = line, name, sentence


def told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as a file that was read carries them."""
    return [{"line": p.line, "field": p.field, "sentence": p.sentence, "refused": p.refused} for p in problems]


def say(problems: Problems, fault: Fault) -> None:
    """Write a fault down."""
    problems.add(fault.line, fault.name, fault.sentence, refused=True)


def minor(text: str, currency: str, line: int, name: str) -> int:
    """Minor units of a decimal text. Refuses more decimals than the currency has, unless they are zeros."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Fault(line, name, f"“{clean(text)[0][:30]}” is no amount.") from None
    if not number.is_finite() or len(text) > 2 * AMOUNT_DIGITS_MAX or number.adjusted() > AMOUNT_DIGITS_MAX:
        raise Fault(line, name, "This amount is out of range.")
    scaled = number.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        raise Fault(line, name, f"An amount in {currency} has at most {minor_digits(currency)} decimals, this one is {number}.")
    if abs(scaled) >= AMOUNT_MAX_MINOR:
        raise Fault(line, name, "This amount is out of range.")
    return int(scaled)


def day(text: str, line: int, name: str) -> str:
    """An ISO date, also the first part of an instant."""
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise Fault(line, name, f"“{clean(text)[0][:30]}” is no date.") from None
    if not 1970 <= found.year < 2200:
        raise Fault(line, name, f"The year {found.year} can't be meant.")
    return found.isoformat()


def words(text: str | None, chars_max: int = TEXT_CHARS_MAX) -> str:
    """A text as it is kept: without what can't be seen, one space between words, not longer than a screen."""
    return " ".join(clean(text or "")[0].split())[:chars_max]


def currency(text: str | None, line: int, name: str) -> str:
    """A currency by its code."""
    code = (text or "").strip()
    if len(code) != 3 or not code.isascii() or not code.isalpha() or not code.isupper():
        raise Fault(line, name, f"“{clean(code)[0][:10]}” is no currency.")
    return code


class Days:
    """Reads the dates of one file in the order that all of them agree on.

    guess: a sentence where they agree on both orders, so that the country decided; else "".
    """

    def __init__(self, texts: Iterable[str], region: str) -> None:
        parts = [found for text in texts if (found := _PARTS.match(text.strip())) and len(found[1]) < 4]
        first = max((int(found[1]) for found in parts), default=0)
        second = max((int(found[2]) for found in parts), default=0)
        self.month_first = second > 12 or (first <= 12 and region.upper() in _MONTH_FIRST)
        either = first <= 12 and second <= 12 and any(found[1] != found[2] for found in parts)
        self.guess = (_MONTH_BEFORE if self.month_first else _DAY_BEFORE) if either else ""

    def read(self, text: str, line: int, name: str) -> str:
        """One date as ISO text. Two digits of a year mean 1970 to 2069."""
        found = _PARTS.match(text.strip()) or _PLAIN.match(text.strip())
        if found is None:
            raise Fault(line, name, f"“{clean(text)[0][:30]}” is no date.")
        one, two, three = (int(part) for part in found.groups()[:3])
        if len(found[1]) == 4:
            year, month, day = one, two, three
        else:
            month, day = (one, two) if self.month_first else (two, one)
            year = three if three > 99 else 2000 + three if three < 70 else 1900 + three
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            raise Fault(line, name, f"“{clean(text)[0][:30]}” is no date.") from None


class Amounts:
    """Reads the amounts of one file: 1,234.50 and 1.234,50 by the mark that all of them agree on."""

    def __init__(self, texts: Iterable[str], currency: str) -> None:
        decimals = minor_digits(currency)
        self.mark = "."
        for text in texts:
            bare = _AROUND.sub("", text)
            found = _MARK.search(bare.strip("+-()"))
            if found and (len({".", ","} & set(bare)) == 2 or (len(found[1]) != 3 or decimals == 3)):
                self.mark = found[0][0]
                break
        else:
            self.mark = ""

    def read(self, text: str, line: int, name: str) -> str:
        """One amount as decimal text with a sign; a minus may stand before, behind or as brackets."""
        bare = _AROUND.sub("", text).replace("−", "-")
        sign = "-" if bare.startswith(("-", "(")) != bare.endswith("-") else ""
        digits = bare.strip("+-()")
        if not _NUMBER.match(digits):
            raise Fault(line, name, f"“{clean(text)[0][:30]}” is no amount.")
        whole, found, rest = digits.rpartition(self.mark) if self.mark in digits and self.mark else (digits, "", "")
        whole = whole.replace(",", "").replace(".", "")
        if found and not rest.isdigit():
            raise Fault(line, name, f"“{clean(text)[0][:30]}” is no amount.")
        return f"{sign}{whole or '0'}.{rest}" if found else f"{sign}{whole or '0'}"
