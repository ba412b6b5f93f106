"""How a file writes numbers and dates: found by looking at all of them, and read so that nothing is guessed row by row.

A sign or an order that a single row can't tell (1.234, 02/11/2026) is what the other rows of the file say, else what its author's country
writes. A file whose headings are names of our fields was written by a program, as our own exports are: point, and year first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from babel.core import Locale, UnknownLocaleError
from django.utils import timezone

DECIMALS = {".": "Point: 1,234.50", ",": "Comma: 1.234,50"}
ORDERS = {"ymd": "Year first: 2026-11-30", "dmy": "Day first: 30.11.2026", "mdy": "Month first: 11/30/2026"}
_WORDS = {".": "a point", ",": "a comma"}
_DATE_WORDS = {"ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year"}
# What is written beside a number: spaces of any width, apostrophes between thousands (Switzerland), signs and codes of currencies.
_BESIDE = re.compile(r"[\s\u00a0\u202f\u2009'’]|[€$£¥₹₺₽₩₴]|^[A-Z]{3}(?=[\s\d(+-])|(?<=[\d\s)-])[A-Z]{3}$")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_PARTS = re.compile(r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})\.?")


@dataclass(frozen=True)
class Manner:
    """decimal: the sign before the fraction; dates: the order of a date's parts."""

    decimal: str = "."
    dates: str = "ymd"

    def number(self, text: str) -> str:
        """A number with a point and without signs for thousands. Refuses, as ValueError with a sentence, what is written in another way."""
        clean = _BESIDE.sub("", text.strip())
        if clean.startswith("(") and clean.endswith(")"):
            clean = f"-{clean[1:-1]}"  # as bookkeepers write what is negative
        elif clean.endswith("-"):
            clean = f"-{clean[:-1]}"
        clean = clean.replace("\u2212", "-")
        thousands = "," if self.decimal == "." else "."
        grouped = rf"[+-]?\d{{1,3}}(\{thousands}\d{{2,3}})*\{thousands}\d{{3}}"
        plain = rf"[+-]?\d*(\{self.decimal}\d*)?"
        if re.fullmatch(rf"{grouped}(\{self.decimal}\d*)?", clean):
            clean = clean.replace(thousands, "")
        elif not re.fullmatch(plain, clean) and re.fullmatch(r"[-+\d.,]+", clean):
            raise ValueError(f"{text.strip()[:40]} is not a number where {_WORDS[self.decimal]} stands before the fraction.")
        elif not re.fullmatch(plain, clean):
            return text
        return clean.replace(",", ".")

    def date(self, text: str) -> str:
        """A date as ISO 8601 writes it. Refuses, as ValueError with a sentence, one whose parts stand in another order."""
        clean = text.strip()
        if _ISO.fullmatch(clean) or not (parts := _PARTS.fullmatch(clean)):
            return text
        values = dict(zip("ymd" if len(parts[1]) == 4 else self.dates, (parts[1], parts[3], parts[4]), strict=True))
        try:
            return date(_year(values["y"]), int(values["m"]), int(values["d"])).isoformat()
        except ValueError:
            raise ValueError(f"{clean[:40]} is not a date in the order {_DATE_WORDS[self.dates]}.") from None


def found_manner(numbers: Iterable[str], dates: Iterable[str], *, region: str = "", by_program: bool = False) -> Manner:
    """What the values of a file say of themselves; what they leave open, their country says, or the program that wrote them.

    region: country (ISO 3166-1 alpha-2). by_program: point, and year first, where the values leave it open.
    """
    usual = Manner() if by_program else _usual(region)
    return Manner(_decimal_of(numbers) or usual.decimal, _order_of(dates, usual.dates) or usual.dates)


def _decimal_of(values: Iterable[str]) -> str:
    """The sign that can only stand before a fraction, wherever one is found; "" where none tells, or where both do."""
    found = set()
    for value in values:
        text = _BESIDE.sub("", value).strip("()+-")
        last = max(text.rfind("."), text.rfind(","))
        if last < 0 or not re.fullmatch(r"[\d.,]+", text):
            continue
        sign, other = text[last], "," if text[last] == "." else "."
        if text.count(sign) > 1:
            found.add(other)
        elif other in text or len(text) - last != 4 or text[:last] in {"", "0"} or last > 3:
            found.add(sign)
    return found.pop() if len(found) == 1 else ""


def _order_of(values: Iterable[str], usual: str) -> str:
    """The order that all dates allow, where only one does. A year of two digits stands first only where that is usual."""
    possible = {"dmy", "mdy", usual}
    for value in values:
        if not (parts := _PARTS.fullmatch(value.strip())) or len(parts[1]) == 4:
            continue
        if parts[2] == ".":
            possible &= {"dmy"}
        possible = {o for o in possible if _is_date(o, parts[1], parts[3], parts[4])}
    return possible.pop() if len(possible) == 1 else ""


def _is_date(order: str, *parts: str) -> bool:
    values = dict(zip(order, parts, strict=True))
    try:
        return len(values["d"]) < 3 and bool(date(_year(values["y"]), int(values["m"]), int(values["d"])))
    except ValueError:
        return False


def _year(text: str) -> int:
    """A year; one of two digits lies at most twenty years ahead."""
    if len(text) > 2:
        return int(text)
    year = 2000 + int(text)
    return year if year <= timezone.localdate().year + 20 else year - 100


def _usual(region: str) -> Manner:
    """How people of a country write."""
    try:
        locale = Locale.parse(f"und_{region}") if region else Locale("en")
    except (UnknownLocaleError, ValueError):
        return Manner()
    letters = "".join(dict.fromkeys(c for c in str(locale.date_formats["short"].pattern).lower() if c in "ymd"))
    decimal = locale.number_symbols.get("latn", {}).get("decimal", ".")
    return Manner(decimal if decimal in DECIMALS else ".", letters if letters in ORDERS and region else "ymd")
