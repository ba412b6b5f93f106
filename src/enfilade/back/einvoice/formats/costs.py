"""What an e-invoice that came in costs, line by line, as a bill of a supplier is entered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from .reading import entries, first

WORDS_MAX = 300
_CODES = ("BT-155", "BT-156", "BT-157")


@dataclass(frozen=True)
class CostLine:
    """A net amount with its tax category and rate (percent); negative for an allowance on the whole document.

    quantity, position, codes: how much of what was ordered it is for, where it says so: BT-129, BT-132, BT-155 to BT-157.
    """

    description: str
    net: Decimal
    category: str
    rate: Decimal
    quantity: Decimal | None = None
    position: str = ""
    codes: tuple[str, ...] = ()


def cost_lines(terms: Mapping[str, Any]) -> list[CostLine]:
    """The lines (BG-25) with the allowances (BG-20) and charges (BG-21) of the document; where it has no lines, its taxes (BG-23).

    Raises InvalidOperation for an amount that is no number.
    """
    found = [*_lines(terms), *_extras(terms, "BG-20", -1), *_extras(terms, "BG-21", 1)] if entries(terms, "BG-25") else [*_taxes(terms)]
    return [line for line in found if line.net]


def _lines(terms: Mapping[str, Any]) -> Iterator[CostLine]:
    for line in entries(terms, "BG-25"):
        yield CostLine(
            first(line.get("BT-153"))[:WORDS_MAX],
            _number(line, "BT-131"),
            first(line.get("BT-151")),
            _number(line, "BT-152"),
            _number(line, "BT-129") or None,
            first(line.get("BT-132")),
            tuple(code for term in _CODES if (code := first(line.get(term)))),
        )


def _extras(terms: Mapping[str, Any], group: str, sign: int) -> Iterator[CostLine]:
    for extra in entries(terms, group):
        said = first(extra.get("reason")) or ("Charge" if sign > 0 else "Allowance")
        yield CostLine(said[:WORDS_MAX], sign * _number(extra, "amount"), first(extra.get("vat_category_code")), _number(extra, "vat_rate"))


def _taxes(terms: Mapping[str, Any]) -> Iterator[CostLine]:
    for tax in entries(terms, "BG-23"):
        yield CostLine(first(tax.get("BT-120"))[:WORDS_MAX], _number(tax, "BT-116"), first(tax.get("BT-118")), _number(tax, "BT-119"))


def _number(entry: Mapping[str, Any], term: str) -> Decimal:
    number = Decimal(first(entry.get(term)) or "0")
    if not number.is_finite():
        raise InvalidOperation(term)
    return number
