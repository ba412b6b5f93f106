"""Pure rules of money that went out: which transfers or bills a line of the bank may be, how sure that is and why.

What a line may be is said with the words of banking, so that one page shows all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from enfilade.back.banking.rules import LineFacts, Proposal, numbers_in, same_name

from .rules import plain_number

MODULE = "payables"
# A bank may book a day or two after the discount ended that was kept in time.
LATE_DAYS = 3
_SHORT_NUMBER = 4
# A reference, how much of it is settled, and what it is in words.
Item = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A transfer of a run that the bank has not paid yet. run: number of its run; run_minor: what is still to be paid of the whole run.

    iban: or the number of an account in the United States. trace: of an ACH credit.
    """

    key: int
    end_to_end: str
    run: str
    run_minor: int
    supplier: str
    iban: str
    amount_minor: int
    trace: str = ""

    @property
    def item(self) -> Item:
        """As a proposal names it."""
        return f"payables.paymentorder:{self.key}", self.amount_minor, f"{self.end_to_end} · {self.supplier}"


@dataclass(frozen=True, slots=True)
class BillFacts:
    """An open bill that no run has. ibans: where its supplier is paid. pay_minor: what leaves the account when it is paid whole.

    early_minor: the same with its discount, which may be kept until discount_until; both without what is withheld.
    """

    key: int
    number: str
    supplier: str
    ibans: frozenset[str]
    open_minor: int
    pay_minor: int
    early_minor: int
    discount_until: date | None
    currency: str = ""

    @property
    def item(self) -> Item:
        """As a proposal names it."""
        return f"payables.bill:{self.key}", self.open_minor, f"{self.number} · {self.supplier}"


@dataclass(frozen=True, slots=True)
class BothFacts:
    """A party that owes us and is owed: key, number and what is open of each invoice and of each bill that no run has."""

    name: str
    ibans: frozenset[str]
    currency: str
    invoices: tuple[tuple[int, str, int], ...]
    bills: tuple[tuple[int, str, int], ...]


def of_difference(line: LineFacts, parties: Sequence[BothFacts]) -> list[Proposal]:
    """What a line may be with which somebody who is a customer and a supplier paid, or was paid, only the difference."""
    found: dict[str, Proposal] = {}
    text, numbers = plain_number(line.text), numbers_in(line.text)
    for party in parties:
        if party.currency != line.currency:
            continue
        ours = tuple(i for i in party.invoices if i[1] in numbers)
        theirs = tuple(b for b in party.bills if len(plain_number(b[1])) >= _SHORT_NUMBER and plain_number(b[1]) in text)
        for invoices, bills in ((ours or party.invoices, theirs or party.bills), (party.invoices, party.bills)):
            if sum(i[2] for i in invoices) - sum(b[2] for b in bills) != line.open_minor:
                continue
            percent, reasons = _how_sure(line, party, bool(ours and invoices is ours), bool(theirs and bills is theirs))
            items = [(f"billing.invoice:{key}", minor, f"{number} · {party.name}") for key, number, minor in invoices]
            items += [(f"payables.bill:{key}", -minor, f"{number} · {party.name}") for key, number, minor in bills]
            proposal = Proposal(
                percent,
                tuple(reasons),
                shown=tuple((shown, minor) for _, minor, shown in items),
                settler=MODULE,
                items=tuple((reference, minor) for reference, minor, _ in items),
            )
            found.setdefault(proposal.code, proposal)
    return list(found.values())


def _how_sure(line: LineFacts, party: BothFacts, invoices_named: bool, bills_named: bool) -> tuple[int, list[str]]:
    reasons, percent = ["The amount is what they owe us less what we owe them; the rest is set off."], 60
    if invoices_named or bills_named:
        reasons, percent = [*reasons, "The text names invoices or bills."], 90 if invoices_named and bills_named else 82
    if line.iban in party.ibans:
        reasons, percent = [*reasons, f"It is the account of {party.name}."], percent + 7
    elif same_name(party.name, line.name):
        reasons, percent = [*reasons, f"The name is that of {party.name}."], percent + 6
    return percent, reasons


def guesses(line: LineFacts, orders: Sequence[OrderFacts], bills: Sequence[BillFacts]) -> list[Proposal]:
    """What money that went out may be. Those of other lines may be among the orders and bills."""
    if line.open_minor >= 0:
        return []
    return [*_of_orders(line, orders), *_of_runs(line, orders), *_of_bills(line, bills)]


def _of_orders(line: LineFacts, orders: Sequence[OrderFacts]) -> Iterable[Proposal]:
    text = plain_number(line.text)
    for order in orders:
        if order.amount_minor != -line.open_minor:
            continue
        reasons, percent = ["A transfer of a payment run is over this amount."], 55
        if plain_number(order.end_to_end) in text:
            reasons, percent = [*reasons, f"The bank names it: {order.end_to_end}."], 98
        elif order.trace and order.trace in text:
            reasons, percent = [*reasons, f"The bank names it: {order.trace}."], 98
        elif order.iban == line.iban:
            reasons, percent = [*reasons, f"It went to the account of {order.supplier}."], 96
        elif same_name(order.supplier, line.name):
            reasons, percent = [*reasons, f"The name is that of {order.supplier}."], 85
        yield _proposal(percent, reasons, [order.item])


def _of_runs(line: LineFacts, orders: Sequence[OrderFacts]) -> Iterable[Proposal]:
    """A bank may book a whole run as one line."""
    text = plain_number(line.text)
    for run in dict.fromkeys(o.run for o in orders if o.run_minor == -line.open_minor):
        mine = [o for o in orders if o.run == run]
        if len(mine) > 1 and sum(o.amount_minor for o in mine) == -line.open_minor:
            reasons, percent = [f"All transfers of {run} together are the amount."], 80
            if plain_number(run) in text:
                reasons, percent = [*reasons, "The bank names the run."], 97
            yield _proposal(percent, reasons, [o.item for o in mine])


def _of_bills(line: LineFacts, bills: Sequence[BillFacts]) -> Iterable[Proposal]:
    text = plain_number(line.text)
    for bill in bills:
        if bill.currency != line.currency:
            continue
        reasons = ["The amount is what is open of the bill."]
        if bill.pay_minor < bill.open_minor:
            reasons = ["The amount is the bill less the tax that is withheld."]
        if bill.pay_minor != -line.open_minor:
            in_time = bill.discount_until is not None and line.booked_on <= bill.discount_until + timedelta(days=LATE_DAYS)
            if not in_time or bill.early_minor != -line.open_minor:
                continue
            reasons = ["The amount is the bill less its discount."]
        key = plain_number(bill.number)
        named = len(key) >= _SHORT_NUMBER and key in text
        known, called = line.iban in bill.ibans, same_name(bill.supplier, line.name)
        percent = 40
        if named:
            reasons, percent = [*reasons, f"The text names {bill.number}."], 97 if known or called else 90
        if known:
            reasons, percent = [*reasons, f"{bill.supplier} is paid to this account."], max(percent, 88)
        elif called:
            reasons, percent = [*reasons, f"The name is that of {bill.supplier}."], max(percent, 78)
        yield _proposal(percent, reasons, [bill.item], -line.open_minor)


def _proposal(percent: int, reasons: Sequence[str], items: Sequence[Item], shown_minor: int | None = None) -> Proposal:
    shown = tuple((text, -(amount if shown_minor is None else shown_minor)) for _, amount, text in items)
    settled = tuple((reference, amount) for reference, amount, _ in items)
    return Proposal(percent, tuple(reasons), shown=shown, settler=MODULE, items=settled)
