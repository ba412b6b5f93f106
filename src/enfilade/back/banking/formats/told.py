"""What files leave open and only all of their lines together tell: the order of day and month, the mark before decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from babel.numbers import get_currency_precision

from enfilade.core.textfile import clean

from .found import Fault

# Where the month is written before the day.
_MONTH_FIRST = {"US", "PH", "FM", "MH", "PW"}
_MONTH_BEFORE = "The dates were read with the month before the day: the file does not tell which."
_DAY_BEFORE = "The dates were read with the day before the month: the file does not tell which."
_PARTS = re.compile(r"^\D*(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})(?:\D.*)?$")
_PLAIN = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\D.*)?$")
_NUMBER = re.compile(r"^[\d.,]+$")
_MARK = re.compile(r"[.,](\d+)$")
_AROUND = re.compile(r"[\s'’]|[A-Z]{3}|[€$£¥]|Fr\.", re.IGNORECASE)


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
        decimals = get_currency_precision(currency)
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
