"""Forms of returns as data: which boxes there are, from which day to which, and what each sums.

A form is a .toml file here. A box sums bases, owed or deducted tax of parts that it selects; or it adds up other boxes. A form that lists
customers or countries has a pattern of a box, of which there is one for each VAT id, or for each country and rate, that occurs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from enfilade.back.tax.known import UNION
from enfilade.back.tax.parts import TaxedPart
from enfilade.base.money.rules import percent_of

FORMS = ("de_ustva", "uk_vat", "de_zm", "eu_oss", "eu_ioss")
# Tax of this class is declared under the Import One-Stop Shop, whichever member state gets it.
IMPORTED = "ioss"


@dataclass(frozen=True, slots=True)
class Select:
    """Which parts count. what: base, owed or deducted. where: home, union, third, or "" for anywhere; rates, classes: () for any.

    taxed: home for what our own country taxes, abroad for what another one does, import for what is in the Import One-Stop Shop.
    vat_id, country: of a row of a list, None for any. corrects: the earlier period that a part belongs to, "" for this one, "*" for any.
    """

    what: str
    sale: bool
    categories: tuple[str, ...] = ()
    rates: tuple[int, ...] = ()
    other_than: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    other_classes: tuple[str, ...] = ()
    where: str = ""
    taxed: str = "home"
    vat_id: str | None = None
    country: str | None = None
    corrects: str = ""

    def amount(self, part: TaxedPart, home: str) -> int:
        """What a part adds; 0 where it doesn't count."""
        counts = (
            part.sale == self.sale
            and self.taxed == taxed_where(part, home)
            and (not self.categories or part.category in self.categories)
            and (not self.rates or part.rate_bp in self.rates)
            and part.rate_bp not in self.other_than
            and (not self.classes or part.tax_class in self.classes)
            and part.tax_class not in self.other_classes
            and (not self.where or place(part.country, home) == self.where)
            and self.vat_id in {None, part.vat_id}
            and self.country in {None, part.taxed_in}
            and (self.corrects == part.corrects or (self.corrects == "*" and part.corrects != ""))
        )
        return {"base": part.base_minor, "owed": part.owed_minor, "deducted": part.deducted_minor}[self.what] if counts else 0


@dataclass(frozen=True, slots=True)
class Box:
    """whole: cents are left off; rounded: they are rounded. tax_bp: the form reckons the tax from the base by this rate.

    tax: where the tax is summed instead. adds: 1, -1 or 0, into the sum of the form.
    sums: other boxes with their signs, such as +1 or -4. special: what was paid in advance.
    """

    code: str
    label: str
    select: tuple[Select, ...] = ()
    tax: tuple[Select, ...] = ()
    whole: bool = False
    rounded: bool = False
    tax_bp: int = 0
    adds: int = 0
    sums: tuple[str, ...] = ()
    special: bool = False
    valid_from: date = date.min
    valid_until: date = date.max


@dataclass(frozen=True, slots=True)
class Form:
    """payable: code of the box that says what is owed, "" where nothing is. advance: whether what was paid in advance is taken off.

    how: what to do with it. country: "" where it suits several. interval: month or quarter, "" as the company's way of taxation says.
    by: vat_id or country, where there is a row for each; rows: the patterns of their boxes. taxed: whose tax it tells of (Select).
    converted: whether other currencies count at the rate that the European Central Bank published for the last day of the period; where
    not, the books have to be in the currency of the form.
    corrects_years: how long what changes an earlier period has rows of its own, by country and period; 0 where it counts as of this one.
    """

    code: str
    name: str
    country: str
    currency: str
    payable: str
    advance: bool
    how: str
    source: str
    boxes: tuple[Box, ...]
    interval: str = ""
    by: str = ""
    rows: tuple[Box, ...] = ()
    taxed: str = "home"
    converted: bool = False
    corrects_years: int = 0

    def covers(self, part: TaxedPart, home: str) -> bool:
        """Whether the tax of a part is declared here."""
        return self.taxed == taxed_where(part, home)

    def boxes_on(self, on: date, parts: Sequence[TaxedPart], home: str) -> list[Box]:
        """The boxes that a return of a period ending on a day has; of a list, one for each row that parts make."""
        held = [box for box in self.boxes if box.valid_from <= on <= box.valid_until]
        return [*(box for pattern in self.rows for box in _rows(pattern, self.by, parts, home)), *held]


def _rows(pattern: Box, by: str, parts: Sequence[TaxedPart], home: str) -> list[Box]:
    """The boxes of a pattern, one for each VAT id, or for each country and rate or period that is corrected, in their order."""
    if any(select.corrects for select in pattern.select):
        return _corrections(pattern, parts, home)
    found: dict[tuple[str, int], str] = {}
    for part, _ in counted(pattern, parts, home):
        key = (part.taxed_in, part.rate_bp) if by == "country" else (part.vat_id, 0)
        found.setdefault(key, f"{part.rate_bp / 100:g} %" if by == "country" else part.party)
    return [
        replace(
            pattern,
            code=f"{key} {rate / 100:g} {pattern.code}" if by == "country" else f"{key or '?'} {pattern.code}",
            label=f"{key} {name}: {pattern.label}" if by == "country" else f"{name}: {pattern.label}",
            select=tuple(_narrowed(one, by, key, rate) for one in pattern.select),
            tax=tuple(_narrowed(one, by, key, rate) for one in pattern.tax),
        )
        for (key, rate), name in sorted(found.items())
    ]


def _corrections(pattern: Box, parts: Sequence[TaxedPart], home: str) -> list[Box]:
    """The boxes of a pattern of corrections, one for each country and earlier period."""
    return [
        replace(
            pattern,
            code=f"{country} {period} {pattern.code}",
            label=f"{country} {period}: {pattern.label}",
            select=tuple(replace(one, country=country, corrects=period) for one in pattern.select),
        )
        for country, period in sorted({(part.taxed_in, part.corrects) for part, _ in counted(pattern, parts, home)})
    ]


def _narrowed(select: Select, by: str, key: str, rate_bp: int) -> Select:
    return replace(select, country=key, rates=(rate_bp,)) if by == "country" else replace(select, vat_id=key)


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
    boxes, rows = (tuple(_box(box) for box in data.pop(name, ())) for name in ("boxes", "rows"))
    return Form(code=code, boxes=boxes, rows=rows, **data)


def _box(data: dict[str, Any]) -> Box:
    select, tax = (tuple(_select(one) for one in data.pop(name, ())) for name in ("select", "tax"))
    return Box(select=select, tax=tax, sums=tuple(data.pop("sums", ())), **data)


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


def taxed_where(part: TaxedPart, home: str) -> str:
    """home, abroad or import: under which kind of return the tax of a part is declared."""
    if part.tax_class == IMPORTED:
        return "import"
    return "home" if part.taxed_in in {"", home} else "abroad"


def counted(box: Box, parts: Iterable[TaxedPart], home: str) -> list[tuple[TaxedPart, int]]:
    """The parts behind a box, each with what it adds."""
    found = ((part, sum(select.amount(part, home) for select in box.select)) for part in parts)
    return [(part, amount) for part, amount in found if amount]


def filled(form: Form, parts: Sequence[TaxedPart], home: str, on: date, special_minor: int = 0) -> list[Filled]:
    """All boxes of a form with their figures, in the order of the form.

    on: last day of the period. special_minor: paid in advance, taken off.
    """
    found: dict[str, Filled] = {}
    for box in form.boxes_on(on, parts, home):
        amount = special_minor if box.special else sum(amount for _, amount in counted(box, parts, home))
        if box.whole:
            # Towards zero: cents are left off, they are not rounded.
            amount = abs(amount) // 100 * (100 if amount > 0 else -100)
        if box.rounded:
            amount = percent_of(amount, 100) * 100
        for name in box.sums:
            amount += found[name[1:]].amount_minor * (-1 if name[0] == "-" else 1)
        if box.code == form.payable:
            amount += sum(one.tax_minor for one in found.values())
        tax = percent_of(amount, box.tax_bp) if box.tax_bp else amount
        if box.tax:
            tax = sum(select.amount(part, home) for part in parts for select in box.tax)
        found[box.code] = Filled(box.code, box.label, amount, box.adds * tax)
    return list(found.values())
