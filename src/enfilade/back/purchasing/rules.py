"""Arithmetic of orders and of three-way matching. Pure: no database, no clock, no float."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from enfilade.base.money.rules import percent_of, round_half_up

QUANTUM = Decimal("0.001")
NONE = Decimal(0)
# A proposal of this many points names the line without doubt; below the other it is no proposal.
SURE, LIKELY = 100, 30


def net_of(quantity: Decimal, price_minor: int, per: int) -> int:
    """What a quantity costs without tax, rounded half up once.

    price_minor: for `per` units (EN 16931 BT-146, BT-149).
    """
    return round_half_up(quantity * price_minor / per)


def cost_of(net_minor: int, tax_rate_bp: int, deductible_bp: int) -> int:
    """What an amount costs with the part of its tax that is not deducted."""
    tax = percent_of(net_minor, tax_rate_bp)
    return net_minor + tax - percent_of(tax, deductible_bp)


def month_end(on: date) -> date:
    """The last day of the month of a day."""
    return on.replace(day=monthrange(on.year, on.month)[1])


def plain(quantity: Decimal) -> str:
    """A quantity without idle zeros."""
    return f"{quantity.normalize():f}"


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line of an order as a bill is compared with it. received, invoiced: quantities."""

    key: int
    order: str
    position: int
    code: str
    text: str
    quantity: Decimal
    price_minor: int
    per: int
    received: Decimal
    invoiced: Decimal

    @property
    def billable(self) -> Decimal:
        """What came and was not billed."""
        return max(self.received - self.invoiced, NONE)

    @property
    def likely(self) -> Decimal:
        """What a bill that says no quantity is most likely for: what came, else what is left of the order."""
        return self.billable or max(self.quantity - self.invoiced, NONE)

    def quantity_for(self, net_minor: int) -> Decimal:
        """What a bill over so much that says no quantity is for: what came if that is its price, else as many whole units as it pays for,
        where so many were ordered; else the likely quantity, so that what is dearer shows as that.
        """
        left = self.quantity - self.invoiced
        if self.net_of(self.likely) == net_minor or not self.price_minor:
            return self.likely
        units = Decimal(net_minor) * self.per / self.price_minor
        return units if units == units.to_integral_value() and 0 < units <= left else self.likely

    def net_of(self, quantity: Decimal) -> int:
        """What a quantity was ordered for."""
        return net_of(quantity, self.price_minor, self.per)


@dataclass(frozen=True, slots=True)
class Billed:
    """A line of a bill. quantity, order, position, codes: as an e-invoice says them (BT-129, BT-13, BT-132, BT-155 to BT-157)."""

    key: int
    text: str
    net_minor: int
    quantity: Decimal | None = None
    order: str = ""
    position: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """That so much of a line of a bill is for a line of an order."""

    billed: int
    ordered: int
    quantity: Decimal
    points: int

    @property
    def sure(self) -> bool:
        """Whether the bill names order and line, so that nobody has to look."""
        return self.points >= SURE


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much a line may be dearer than ordered, and what of a bill may be without an order."""

    price_bp: int = 0
    price_minor: int = 0
    extra_minor: int = 0

    def allows(self, over_minor: int, expected_minor: int) -> bool:
        """Whether so much more than expected is within it."""
        return over_minor <= max(percent_of(expected_minor, self.price_bp), self.price_minor)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a line of an order, matched with a line of a bill."""

    ordered: Ordered
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """What a line of a bill charges otherwise than ordered and received.

    kind: price, quantity (a part of it did not come), not_received (nothing of it came) or not_ordered. over_minor: charged beyond what was
    agreed. missing: billed and not there; by line of the order.
    """

    billed: int
    kind: str
    over_minor: int = 0
    expected_minor: int = 0
    missing: Decimal = NONE
    came: Decimal = NONE
    quantity: Decimal = NONE
    within: bool = False


def propose(billed: Sequence[Billed], ordered: Sequence[Ordered]) -> list[Proposal]:
    """For every line of a bill the line of an order that it is most likely for; each line of an order is proposed once.

    Where one line of a bill charges what several lines of one order came to, it is proposed for all of them.
    """
    if len(billed) == 1 and (whole := _whole(billed[0], ordered)):
        return whole
    pairs = sorted(
        ((_points(bill, line), -n, -m, bill, line) for n, bill in enumerate(billed) for m, line in enumerate(ordered)),
        key=lambda p: p[:3],
        reverse=True,
    )
    taken: set[int] = set()
    found: dict[int, Proposal] = {}
    for points, _, _, bill, line in pairs:
        if points < LIKELY or bill.key in found or line.key in taken:
            continue
        quantity = _quantity(bill, line)
        if quantity > 0:
            found[bill.key] = Proposal(bill.key, line.key, quantity.quantize(QUANTUM, ROUND_HALF_UP), points)
            taken.add(line.key)
    return [found[bill.key] for bill in billed if bill.key in found]


def _whole(bill: Billed, ordered: Sequence[Ordered]) -> list[Proposal]:
    """One line for all that came of an order: its amount is theirs."""
    if bill.quantity is not None:
        return []
    for order in dict.fromkeys(line.order for line in ordered):
        lines = [line for line in ordered if line.order == order and line.billable > 0]
        if len(lines) > 1 and sum(line.net_of(line.billable) for line in lines) == bill.net_minor:
            return [Proposal(bill.key, line.key, line.billable, LIKELY) for line in lines]
    return []


def _points(bill: Billed, line: Ordered) -> int:
    """How surely a line of a bill is for a line of an order."""
    if bill.order and bill.order != line.order:
        return 0
    points = 40 if bill.order else 0
    if bill.position:
        points += 60 if bill.order and bill.position == str(line.position) else 0
    if line.code and line.code in bill.codes:
        points += 60
    elif _words(bill.text) & _words(line.text):
        points += 20 + min(20, 10 * len(_words(bill.text) & _words(line.text)))
    if bill.quantity is not None and bill.quantity == line.likely:
        points += 15
    if bill.net_minor and bill.net_minor == line.net_of(_quantity(bill, line)):
        points += 30
    return points if bill.order else min(points, SURE - 1)


def _quantity(bill: Billed, line: Ordered) -> Decimal:
    return bill.quantity if bill.quantity is not None else line.quantity_for(bill.net_minor)


def _words(text: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() else " " for c in text.casefold()).split() if len(word) > 2}


def differences(bill: Billed, parts: Sequence[Part], tolerance: Tolerance) -> list[Difference]:
    """What a line of a bill charges otherwise than what of it was ordered and came. Cheaper than ordered is no difference."""
    if not parts:
        return [Difference(bill.key, "not_ordered", over_minor=bill.net_minor)]
    found = []
    for part in parts:
        came = part.ordered.billable
        if part.quantity > came:
            kind, missing = "quantity" if came else "not_received", part.quantity - came
            found.append(Difference(bill.key, kind, missing=missing, came=came, quantity=part.quantity))
    expected = sum(part.ordered.net_of(part.quantity) for part in parts)
    over = bill.net_minor - expected
    if over > 0:
        found.append(Difference(bill.key, "price", over, expected, within=tolerance.allows(over, expected)))
    return found


def extras_within(found: Iterable[Difference], tolerance: Tolerance) -> bool:
    """Whether what a bill charges without an order is little enough."""
    return sum(one.over_minor for one in found if one.kind == "not_ordered") <= tolerance.extra_minor


def decided(found: Sequence[Difference], over_minor: int, missing: Decimal) -> bool:
    """Whether a decision covers what differs of a line: the amount it was made for, and what is claimed as missing."""
    over = sum(one.over_minor for one in found)
    return over <= over_minor and sum((one.missing for one in found), NONE) <= missing
