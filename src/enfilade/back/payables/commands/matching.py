"""Money that went out at the bank pays a transfer of a run, or bills directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from enfilade.back.banking.commands import require_open, write_match
from enfilade.back.banking.models import LineMatch, StatementLine
from enfilade.back.banking.rules import Proposal
from enfilade.back.payables import rules
from enfilade.back.payables.models import Bill, OrderPart, PaymentOrder, PaymentRun, SupplierPayment
from enfilade.back.payables.queries import bills_taken, payment_of
from enfilade.back.payables.withheld import withheld_of
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of
from enfilade.core.command import Amount, Input, command, primary_key
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref, split

from .common import Row, lock_bills, money, one_supplier
from .paying import Part, keep_back, pay, take_back
from .runs import finish
from .setting_off import match_difference

OpenBill = Annotated[Row, Input(shared=True, query="kind=bill&state=open")]


@dataclass(frozen=True)
class BillPart:
    """A bill, and how much of it is settled by a line, the discount and what is withheld included; left out, as much as the line pays.

    discount: kept for early payment; what left the account is the amount less this, and less what is withheld.
    """

    bill: OpenBill[Bill]
    amount: Amount | None = None
    discount: Amount = 0


def _went_out(line: StatementLine) -> bool:
    return line.open_minor < 0


@command(permission="payables.match_bills", label="Match with bills", target="line", offered=_went_out)
def match_bills(ctx: Context, *, line: StatementLine, bills: list[BillPart]) -> StatementLine:
    """Take money that went out as payment of bills of one supplier; what is left of the line stays open.

    Refuses: already_matched, came_in, other_currency, nothing_given, several_suppliers, more_than_line, too_much; settlement_not_in_run,
    bill_never_overpaid, line_never_overmatched, entry_period_open (database).
    """
    require_open(line)
    if line.open_minor > 0:
        raise Refusal("came_in", "This money came in; it pays no bill of a supplier.")
    if not bills:
        raise Refusal("nothing_given", "Name at least one bill.", field="bills")
    locked = lock_bills(ctx, {primary_key(part.bill) for part in bills}, "bills")
    one_supplier(locked.values(), "bills")
    parts = []
    for number, part in enumerate(bills):
        bill = locked[primary_key(part.bill)]
        if bill.currency != line.currency:
            said = f"This line is in {line.currency}, the bill in {bill.currency}: note what was paid on the bill, then match that entry."
            raise Refusal("other_currency", said, field=f"bills[{number}].bill")
        amount = part.discount + _settled_by(ctx, line, bill, part.discount) if part.amount is None else part.amount
        if not 0 < amount <= bill.open_minor:
            raise Refusal(
                "too_much", f"Only {money(ctx, bill.open_minor, bill.currency)} of {bill} is open.", field=f"bills[{number}].amount"
            )
        parts.append(Part(bill, amount, part.discount))
    _pay(ctx, line, parts)
    return line


def _settled_by(ctx: Context, line: StatementLine, bill: Bill, discount_minor: int) -> int:
    """How much of a bill is settled by what is left of a line, without the discount: what is withheld of it did not leave the account."""
    open_minor = bill.open_minor - discount_minor
    standing = withheld_of(ctx, [bill.pk]).get(bill.pk)
    return min(open_minor, -line.open_minor) if standing is None else standing.settled_by(-line.open_minor, max(open_minor, 0))


def settle_proposal(ctx: Context, line: StatementLine, chosen: Proposal) -> None:
    """Book what was proposed for a line and accepted.

    Refuses: what match_bills refuses; proposal_gone.
    """
    named = [(*split(reference), amount) for reference, amount in chosen.items]
    if named[0][0] == "billing.invoice":
        ours = {key: amount for kind, key, amount in named if kind == "billing.invoice"}
        theirs = {key: -amount for kind, key, amount in named if kind != "billing.invoice"}
        match_difference(ctx, line, ours, theirs)
        return
    if named[0][0] == "payables.bill":
        bills = lock_bills(ctx, {key for _, key, _ in named}, "proposal")
        kept = sum(keep_back(ctx, [rules.Piece(key, amount) for _, key, amount in named]).values())
        short = sum(amount for _, _, amount in named) - kept + line.open_minor
        _pay(ctx, line, [Part(bills[key], amount, bills[key].discount_minor if short > 0 else 0) for _, key, amount in named])
        return
    for _, key, _ in named:
        _pay_order(ctx, line, key, chosen.percent, " ".join(chosen.reasons))


def undo_entry(ctx: Context, entry: Entry, on: date, reason: str) -> Entry:
    """Take back what a match booked: the payment, and with it what it settled; its transfer waits for the bank again."""
    payment = payment_of(ctx, split(entry.origin)[1])
    undo = take_back(ctx, payment, on, reason)
    if payment.order_id is not None:
        _wait_again(ctx, payment.order_id)
    return undo


def _pay(ctx: Context, line: StatementLine, parts: Sequence[Part]) -> None:
    kept = keep_back(ctx, [rules.Piece(p.bill.pk, p.amount_minor, p.discount_minor) for p in parts])
    paid = sum(p.amount_minor - p.discount_minor for p in parts) - sum(kept.values())
    if paid > -line.open_minor:
        raise Refusal("more_than_line", "This is more than is left of the line.", field="bills")
    place = line.bank_account.account.code
    payment = pay(ctx, parts, on=line.booked_on, method=SupplierPayment.Method.TRANSFER, place=place)
    _match(ctx, line, payment)


def _match(ctx: Context, line: StatementLine, payment: SupplierPayment, percent: int | None = None, reason: str = "") -> None:
    [entry] = entries_of(ctx, ref(payment))
    write_match(ctx, line, LineMatch.Kind.ACCOUNT, -payment.amount_minor, entry, percent=percent, reason=reason)


def _pay_order(ctx: Context, line: StatementLine, key: int, percent: int, reason: str) -> None:
    """A transfer was executed: it settles its bills and its credit notes, which leave the run."""
    order = PaymentOrder.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).filter(pk=key).first()
    if order is None or order.state != PaymentOrder.State.PLANNED:
        raise Refusal("proposal_gone", "This proposal does not hold any more; look at the line again.", field="proposal")
    run = PaymentRun.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=order.run_id)
    if run.state == PaymentRun.State.RELEASED:
        # The bank has executed it, so it was sent, whether somebody said so or not.
        run.state, run.sent_by, run.sent_at = PaymentRun.State.SENT, ctx.user, ctx.now
        run.save(update_fields=["state", "sent_by", "sent_at"])
    taken = bills_taken(ctx, order)
    bills = lock_bills(ctx, {part.bill_id for part in taken}, "proposal")
    OrderPart.objects.visible_to(ctx).filter(order=order, live=True).update(live=False)
    parts = [Part(bills[p.bill_id], p.amount_minor, p.discount_minor) for p in taken if bills[p.bill_id].kind == Bill.Kind.BILL]
    notes = [bills[p.bill_id] for p in taken if bills[p.bill_id].kind == Bill.Kind.CREDIT_NOTE]
    order.state = PaymentOrder.State.PAID
    order.save(update_fields=["state"])
    place = line.bank_account.account.code
    payment = pay(ctx, parts, on=line.booked_on, method=SupplierPayment.Method.TRANSFER, place=place, order=order, notes=notes)
    _match(ctx, line, payment, percent, reason)
    finish(ctx, run)


def _wait_again(ctx: Context, key: int) -> None:
    order = PaymentOrder.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=key)
    run = PaymentRun.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=order.run_id)
    order.state = PaymentOrder.State.PLANNED
    order.save(update_fields=["state"])
    OrderPart.objects.visible_to(ctx).filter(order=order).update(live=True)
    finish(ctx, run)
