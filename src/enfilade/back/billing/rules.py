"""Arithmetic of a bill in integer minor units. Pure: no database, no clock, no float.

Every amount here is zero or more; whether it is owed to us or by us is told by the kind of document (see the ADR on
credit notes). Tax is worked out per rate on the sum of the lines and then handed to the lines, or on every line as the
company wants it; either way lines and document agree to the cent.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from enfilade.back.tax.rules import Rounding, tax_lines
from enfilade.base.money.rules import allocate, multiply, percent_of, split_tax
from enfilade.core.fields import AMOUNT_MAX_MINOR
from enfilade.core.minor import minor_digits

AGES = ((0, "Not due yet"), (30, "1–30 days"), (60, "31–60 days"), (90, "61–90 days"))
OLDEST = "Over 90 days"
# Legal tender that a drawer holds, from the central banks' lists.
CASH = {
    "EUR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (10_000, 5_000, 2_000, 1_000, 500, 100, 25, 10, 5, 1),
    "GBP": (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "CHF": (100_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
    "JPY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1),
}
# Of other currencies; of those with three decimals ten times as much, and the smaller coins.
CASH_GENERAL = (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass(frozen=True)
class Price:
    """A line before tax is known. rate_bp: basis points; category: EN 16931 (S, Z, E ...)."""

    quantity: Decimal
    unit_price_minor: int
    discount_minor: int
    rate_bp: int
    category: str

    @property
    def gross_minor(self) -> int:
        """Quantity times price, before the discount, without tax; rounded half up once."""
        return multiply(self.unit_price_minor, self.quantity)

    @property
    def net_minor(self) -> int:
        """What the line costs without tax."""
        return self.gross_minor - self.discount_minor


@dataclass(frozen=True)
class Totals:
    """Sums of a document; taxes: tax of each line, in their order."""

    net_minor: int
    tax_minor: int
    discount_minor: int
    taxes: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.tax_minor


def price_problem(price: Price) -> str:
    """What is wrong with a line; "" when nothing is."""
    if price.quantity <= 0:
        return "A quantity is more than zero."
    if price.unit_price_minor < 0 or price.discount_minor < 0:
        return "Prices and discounts are zero or more."
    if price.gross_minor >= AMOUNT_MAX_MINOR:
        return "This amount is out of range."
    if price.discount_minor > price.gross_minor:
        return "A discount can't be more than the line costs."
    return ""


def add_up(prices: Sequence[Price], rounding: str = Rounding.DOCUMENT) -> Totals:
    """The totals of a document. rounding: the tax of a rate once, and shared out to its lines; or on every line."""
    taxed = tax_lines([(p.category, p.rate_bp, p.net_minor) for p in prices], Rounding(rounding))
    taxes = tuple(line.tax_minor for line in taxed)
    return Totals(sum(p.net_minor for p in prices), sum(taxes), sum(p.discount_minor for p in prices), taxes)


def state_of(total_minor: int, paid_minor: int, credited_minor: int, deducted_minor: int = 0, written_off_minor: int = 0) -> str:
    """The state of an issued document, which its amounts alone decide; the database says the same (billing_state_of)."""
    if total_minor > paid_minor + credited_minor + deducted_minor + written_off_minor:
        return "part_paid" if paid_minor else "issued"
    if written_off_minor:
        return "written_off"
    return "void" if credited_minor == total_minor and total_minor else "paid"


def share_of_credit(amount_minor: int, left: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Net and tax of a partial credit for each tax rate; together exactly the amount.

    left: (net, tax, rate_bp) that each rate still has. No share is more than what is left, so that several credits, the last
    of which takes the rest, make exactly the invoice.
    """
    parts = allocate(amount_minor, [net + tax for net, tax, _ in left])
    shares = []
    for part, (net_left, tax_left, rate_bp) in zip(parts, left, strict=True):
        tax = min(max(split_tax(part, rate_bp)[1], part - net_left), tax_left)
        shares.append((part - tax, tax))
    return shares


def spread(amount_minor: int, debts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """How an amount settles debts, in their order, until it is used up. Shape: (key, amount) of those that get something.

    debts: (key, what is open of it).
    """
    found = []
    for key, open_minor in debts:
        part = min(amount_minor, open_minor)
        if part > 0:
            found.append((key, part))
            amount_minor -= part
    return found


def percent(part_minor: int, whole_minor: int) -> Decimal:
    """How many percent of the whole a part is, with two decimals; 0 of nothing is 0."""
    return (Decimal(100 * part_minor) / Decimal(whole_minor)).quantize(Decimal("0.01")) if whole_minor else Decimal(0)


def due_on(issued_on: date, days: int, end_of_month: bool = False) -> date:
    """The day until which to pay. end_of_month: the days count from the last day of the month."""
    start = issued_on.replace(day=monthrange(issued_on.year, issued_on.month)[1]) if end_of_month else issued_on
    return start + timedelta(days=days)


def discount_of(total_minor: int, percent: Decimal) -> int:
    """What is kept of a total with tax for paying early, rounded half up."""
    return percent_of(total_minor, int(percent * 100))


def instalments(total_minor: int, issued_on: date, parts: Sequence[tuple[Decimal, int]]) -> list[tuple[date, int]]:
    """When which part of a total is due; together exactly the total. A part of less than a cent is left out.

    parts: (percent, days after the issue), together 100 percent.
    """
    amounts = allocate(total_minor, [percent for percent, _ in parts])
    dated = [(issued_on + timedelta(days=days), amount) for (_, days), amount in zip(parts, amounts, strict=True)]
    return [(day, amount) for day, amount in dated if amount]


def age_of(due: date, on: date) -> str:
    """The ageing bucket of an open item."""
    late = (on - due).days
    return next((name for limit, name in AGES if late <= limit), OLDEST)


def age_names() -> list[str]:
    """All buckets, youngest first."""
    return [*(name for _, name in AGES), OLDEST]


def count_cash(counts: Iterable[tuple[int, int]]) -> int:
    """The sum of coins and notes. counts: (value_minor, how many)."""
    return sum(value * number for value, number in counts)


def denominations(currency: str) -> tuple[int, ...]:
    """Notes and coins that are counted, in minor units, largest first; a general series where the currency's own is not known."""
    general = (*(10 * value for value in CASH_GENERAL), 5, 2, 1) if minor_digits(currency) == 3 else CASH_GENERAL
    return CASH.get(currency, general)
