"""Lines of a bill: what it was for, what of it is tax, and what of the tax is deducted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.payables import rules
from enfilade.back.payables.models import Bill, BillLine, SupplierTerms
from enfilade.back.payables.queries import usual_account
from enfilade.back.tax.models import TaxCode
from enfilade.back.tax.queries import rates_on, setting_on, taxes_for
from enfilade.base.books.inputs import DimensionCodes
from enfilade.base.books.models import Account
from enfilade.base.books.queries import accounts_by_id
from enfilade.base.money.rules import basis_points
from enfilade.core.command import Choice, Input, Percent, primary_key
from enfilade.core.context import Context, NotFound, Refusal

from .common import money

IMPORT_CLASSES = {name for name, _ in rules.IMPORTS}
Cost = Annotated[Account, Input(shared=True, label="What was it for?", query="kind=expense&heading=false&active=true")]


@dataclass(frozen=True)
class BillLineIn:
    """One line of a bill.

    account: what it was for; what this supplier's bills are usually for, or said before the approval, when left out.
    gross: the amount with tax; this or net, not both. A single line without either takes the total of the bill.
    net: the amount without tax.
    tax_class: which tax is on it; what this supplier usually charges when left out. Import tax paid at the border is given as gross.
    description: in the words of the bill.
    tax_category, tax_rate: as an electronic invoice says it (EN 16931 BT-151, BT-152), in place of the class.
    deductible_percent: how much of the tax is deducted; what is usual for this supplier when left out.
    dimensions: codes of values of dimensions, at most one of each, for example K100 P7.
    material: of a supplier who is under withholding of labour only; nothing is kept back of this line.
    """

    account: Cost | int | None = None
    gross: Annotated[int | None, Input(amount=True, signed=True, label="With tax")] = None
    net: Annotated[int | None, Input(amount=True, signed=True, summed=True, label="Without tax")] = None
    tax_class: Annotated[str, Choice(*TaxCode.TaxClass.choices, *rules.IMPORTS, label="Tax")] = ""
    description: str = ""
    tax_category: Annotated[str, Choice(*TaxCode.Category.choices)] = ""
    tax_rate: Percent | None = None
    deductible_percent: Annotated[Decimal | None, Input(min_value=0, max_value=100, decimals=2, label="Tax deducted (%)")] = None
    dimensions: DimensionCodes = ""
    material: Annotated[bool, Input(label="Material: nothing is withheld")] = False


@dataclass(frozen=True)
class Priced:
    """The lines of a bill with everything that will be stored of them."""

    lines: tuple[BillLine, ...]
    net_minor: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.tax_minor


def priced(ctx: Context, lines: Sequence[BillLineIn], on: date, terms: SupplierTerms, total_minor: int | None, currency: str) -> Priced:
    """Lines with their taxes of a day.

    total_minor: as it stands on the bill; None where nobody says it.
    Refuses: no_lines, one_amount, unknown_rate, no_tax_code, not_found, total_differs; each with the path of the line.
    """
    if not lines:
        raise Refusal("no_lines", "A bill has at least one line.", field="lines")
    if len(lines) == 1 and lines[0].net is None and lines[0].gross is None and total_minor is not None:
        lines = [replace(lines[0], gross=total_minor)]
    _require_accounts(ctx, lines)
    usual = terms.account_id or usual_account(ctx, terms.supplier)
    rates = _Rates(ctx, lines, on)
    costs = [_cost(line, f"lines[{n}]", terms, rates) for n, line in enumerate(lines)]
    rounding = setting_on(ctx, on).rounding
    if total_minor is not None and (off := rules.differs(costs, total_minor, rounding)):
        said = f"The lines with their tax are {money(ctx, total_minor - off, currency)}, not {money(ctx, total_minor, currency)}."
        raise Refusal("total_differs", said, field="total")
    found = [
        BillLine(
            company=ctx.company,
            description=line.description,
            account_id=usual if line.account is None else primary_key(line.account),
            dimensions=line.dimensions,
            material=line.material,
            tax_class=line.tax_class if line.tax_class in IMPORT_CLASSES else rates.class_of(cost),
            tax_category=cost.category,
            tax_rate_bp=cost.rate_bp,
            net_minor=cost.net_minor,
            tax_minor=cost.tax_minor,
            self_tax_minor=cost.self_tax_minor,
            deductible_minor=cost.deductible_minor,
        )
        for line, cost in zip(lines, rules.taxed(costs, total_minor, rounding), strict=True)
    ]
    return Priced(tuple(found), sum(row.net_minor for row in found), sum(row.tax_minor for row in found))


def write_lines(bill: Bill, lines: Sequence[BillLine]) -> None:
    """Keep the lines of a bill."""
    for line in lines:
        line.bill = bill
    BillLine.objects.bulk_create(lines)


def _require_accounts(ctx: Context, lines: Sequence[BillLineIn]) -> None:
    wanted = {primary_key(line.account): n for n, line in enumerate(lines) if line.account is not None}
    if wanted and (missing := wanted.keys() - accounts_by_id(ctx, wanted).keys()):
        raise NotFound("account", min(missing), field=f"lines[{wanted[min(missing)]}].account")


class _Rates:
    """The rates of the company's country on a day, read once for all lines."""

    def __init__(self, ctx: Context, lines: Sequence[BillLineIn], on: date) -> None:
        self.ctx, self.on = ctx, on
        typed = {line.tax_class for line in lines if line.tax_class and not line.tax_category} - IMPORT_CLASSES
        self.codes = taxes_for(ctx, typed, on) if typed else {}
        self.by_class = rates_on(ctx, on)

    def code(self, tax_class: str) -> tuple[str, int]:
        """Category and rate of a class."""
        code = self.codes.get(tax_class) or taxes_for(self.ctx, [tax_class], self.on)[tax_class]
        return code.category, code.rate_bp

    def known(self, rate_bp: int) -> bool:
        """Whether a rate is one that may be deducted here on that day."""
        return rate_bp in self.by_class.values()

    def class_of(self, cost: rules.Cost) -> str:
        """The class whose account the tax is posted to; "" where the line has none."""
        rate = cost.rate_bp or cost.own_rate_bp
        return next((name for name, known in self.by_class.items() if known == rate), "") if rate else ""

    @property
    def standard_bp(self) -> int:
        """What we owe ourselves where the supplier charges nothing."""
        return self.by_class.get("standard", 0)


def _cost(line: BillLineIn, path: str, terms: SupplierTerms, rates: _Rates) -> rules.Cost:
    if (line.net is None) == (line.gross is None):
        raise Refusal("one_amount", "Give the amount with tax, or the one without.", field=f"{path}.gross")
    share = terms.deductible_percent if line.deductible_percent is None else line.deductible_percent
    if line.tax_class in IMPORT_CLASSES:
        return _import(line, path, basis_points(share), rates)
    if line.tax_category:
        category, rate_bp = line.tax_category, basis_points(line.tax_rate or Decimal(0))
    else:
        category, rate_bp = rates.code(line.tax_class or terms.tax_class or "standard")
    if category == "S" and not rates.known(rate_bp):
        rate = f"{rate_bp / 100:g} %"
        said = f"A tax of {rate} is none of this country on {rates.on:%Y-%m-%d}; enter the amount with tax as category O, outside the tax."
        raise Refusal("unknown_rate", said, field=f"{path}.tax_rate")
    if category != "S" and rate_bp and category not in rules.SELF_TAXED:
        raise Refusal("rate_without_tax", f"Category {category} has no rate.", field=f"{path}.tax_rate")
    charged = rate_bp if category == "S" else 0
    net = line.net if line.net is not None else rules.net_of(line.gross or 0, charged)
    own = (rate_bp or rates.standard_bp) if category in rules.SELF_TAXED else 0
    return rules.Cost(net, category, charged, own, basis_points(share), line.gross)


def _import(line: BillLineIn, path: str, deductible_bp: int, rates: _Rates) -> rules.Cost:
    """Tax on imports: the whole amount of a line, or owed by us on the value of the goods and deducted.

    Source: Directive 2006/112/EC art. 168 (e), 211; § 15 (1) no. 2 UStG; HMRC Notice 700/12 (postponed accounting).
    """
    if line.tax_class == rules.IMPORT_TAX:
        if line.gross is None:
            raise Refusal("tax_itself", "Of import tax, give the tax as the amount with tax; nothing else is in it.", field=f"{path}.gross")
        return rules.Cost(0, "S", 0, 0, deductible_bp, line.gross)
    if line.tax_class == rules.TRIANGULAR:
        return rules.Cost(line.net if line.net is not None else line.gross or 0, "O", 0, 0, 0, line.gross)
    if line.net is None:
        raise Refusal(
            "value_of_goods", "Of goods whose import tax is declared with the return, give the amount without tax.", field=f"{path}.net"
        )
    return rules.Cost(line.net, "AE", 0, rates.standard_bp, deductible_bp)
