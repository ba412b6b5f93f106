"""Forms of returns as data: which boxes there are, from which day to which, and what each sums.

A form is a .toml file here. A box sums bases, owed or deducted tax of parts that it selects; or it adds up other boxes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from stdnum.eu.vat import MEMBER_STATES

from enfilade.back.tax.parts import TaxedPart
from enfilade.base.money.rules import percent_of

FORMS = ("de_ustva", "uk_vat")
# A VAT id of Greece begins with EL, one of Northern Ireland with XI.
UNION = frozenset({code.upper() for code in MEMBER_STATES} - {"EL", "XI"} | {"GR"})


@dataclass(frozen=True, slots=True)
class Select:
    """Which parts count. what: base, owed or deducted. where: home, union, third, or "" for anywhere; rates: () for any."""

    what: str
    sale: bool
    categories: tuple[str, ...] = ()
    rates: tuple[int, ...] = ()
    other_than: tuple[int, ...] = ()
    where: str = ""

    def amount(self, part: TaxedPart, home: str) -> int:
        """What a part adds; 0 where it doesn't count."""
        counts = (
            part.sale == self.sale
            and (not self.categories or part.category in self.categories)
            and (not self.rates or part.rate_bp in self.rates)
            and part.rate_bp not in self.other_than
            and (not self.where or place(part.country, home) == self.where)
        )
        return {"base": part.base_minor, "owed": part.owed_minor, "deducted": part.deducted_minor}[self.what] if counts else 0


@dataclass(frozen=True, slots=True)
class Box:
    """whole: cents are left off. tax_bp: the form reckons the tax from the base by this rate. adds: 1, -1 or 0, into the sum of the form.

    sums: other boxes with their signs, such as +1 or -4. special: what was paid in advance.
    """

    code: str
    label: str
    select: tuple[Select, ...] = ()
    whole: bool = False
    tax_bp: int = 0
    adds: int = 0
    sums: tuple[str, ...] = ()
    special: bool = False
    valid_from: date = date.min
    valid_until: date = date.max


@dataclass(frozen=True, slots=True)
class Form:
    """payable: code of the box that says what is owed. advance: whether what was paid in advance is taken off. how: what to do with it."""

    code: str
    name: str
    country: str
    currency: str
    payable: str
    advance: bool
    how: str
    source: str
    boxes: tuple[Box, ...]

    def boxes_on(self, on: date) -> list[Box]:
        """The boxes that a return of a period ending on a day has."""
        return [box for box in self.boxes if box.valid_from <= on <= box.valid_until]


@dataclass(frozen=True, slots=True)
class Filled:
    """A box with its figures."""

    code: str
    label: str
    amount_minor: int
    tax_minor: int


@cache
def form_named(code: str) -> Form:
    """A form of FORMS."""
    data: dict[str, Any] = tomllib.loads((Path(__file__).parent / f"{code}.toml").read_text(encoding="utf-8"))
    boxes = tuple(_box(box) for box in data.pop("boxes"))
    return Form(code=code, boxes=boxes, **data)


def _box(data: dict[str, Any]) -> Box:
    select = tuple(_select(one) for one in data.pop("select", ()))
    return Box(select=select, sums=tuple(data.pop("sums", ())), **data)


def _select(data: dict[str, Any]) -> Select:
    made: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return Select(**made)


def form_of(country: str) -> str:
    """The form of a country; "" where none is known."""
    return next((code for code in FORMS if form_named(code).country == country), "")


def place(country: str, home: str) -> str:
    """home, union or third; an unknown country is home."""
    if not country or country == home:
        return "home"
    return "union" if country in UNION else "third"


def counted(box: Box, parts: Iterable[TaxedPart], home: str) -> list[tuple[TaxedPart, int]]:
    """The parts behind a box, each with what it adds."""
    found = ((part, sum(select.amount(part, home) for select in box.select)) for part in parts)
    return [(part, amount) for part, amount in found if amount]


def filled(form: Form, parts: Sequence[TaxedPart], home: str, on: date, special_minor: int = 0) -> list[Filled]:
    """All boxes of a form with their figures, in the order of the form.

    on: last day of the period. special_minor: paid in advance, taken off.
    """
    found: dict[str, Filled] = {}
    for box in form.boxes_on(on):
        amount = special_minor if box.special else sum(amount for _, amount in counted(box, parts, home))
        if box.whole:
            # Towards zero: cents are left off, they are not rounded.
            amount = abs(amount) // 100 * (100 if amount > 0 else -100)
        for name in box.sums:
            amount += found[name[1:]].amount_minor * (-1 if name[0] == "-" else 1)
        if box.code == form.payable:
            amount += sum(one.tax_minor for one in found.values())
        tax = percent_of(amount, box.tax_bp) if box.tax_bp else amount
        found[box.code] = Filled(box.code, box.label, amount, box.adds * tax)
    return list(found.values())
