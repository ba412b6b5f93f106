"""A bill is matched with orders and what came of them, and counts as billed when it is approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.payables.commands import LineFor, say_what_lines_were_for
from enfilade.back.payables.models import Bill
from enfilade.back.payables.queries import lines_of_bill
from enfilade.back.purchasing import rules
from enfilade.back.purchasing.events import BillMatched
from enfilade.back.purchasing.models import MatchDecision, OrderLine, OrderMatch, PurchaseOrder
from enfilade.back.purchasing.queries import (
    Checked,
    alone,
    check,
    is_of_an_order,
    lines_of_order,
    matchable,
    matches_of,
    proposals,
    setting_of,
)
from enfilade.back.purchasing.wording import sentence_of
from enfilade.core.command import Input, Ref, command, primary_key
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

from .common import Quantity, lock_lines
from .ordering import end_order


def waits(bill: Bill) -> bool:
    """Whether a bill waits for approval: only then it is matched."""
    return bill.state == Bill.State.DRAFT


@dataclass(frozen=True)
class MatchLineIn:
    """That so much of a line of the bill is for a line of an order.

    number: of the line in the bill, from 1.
    order_line: of an order to this supplier.
    quantity: what the bill charges of it; what came and was not billed yet when left out.
    """

    number: Annotated[int, Input(min_value=1, max_value=1_000, label="Line of the bill")]
    order_line: Annotated[OrderLine | int, Input(shared=True, label="Line of an order")]
    quantity: Quantity | None = None


@command(permission="purchasing.match_bill", label="Match with orders", target="bill", offered=waits)
def match_bill(ctx: Context, *, bill: Ref[Bill], lines: list[MatchLineIn]) -> Bill:
    """Say of the lines of a bill that waits for approval for which lines of orders they are; what was matched before is forgotten.

    Refuses: bill_not_waiting, no_line, other_order (of another supplier, in another currency, or with nothing left), no_quantity;
    line_match_once (database).
    """
    _require_waiting(bill)
    own, known = lines_of_bill(ctx, bill), {row.pk: row for row in matchable(ctx, bill)}
    found = []
    for n, line in enumerate(lines):
        if line.number > len(own):
            raise Refusal("no_line", f"This bill has no line {line.number}.", field=f"lines[{n}].number")
        row = known.get(primary_key(line.order_line))
        if row is None:
            said = "Choose a line of an order to this supplier, in the currency of the bill, that is not billed yet."
            raise Refusal("other_order", said, field=f"lines[{n}].order_line")
        quantity = line.quantity if line.quantity is not None else row.billable_quantity or row.quantity - row.invoiced_quantity
        if quantity <= 0:
            raise Refusal("no_quantity", "Give a quantity above zero.", field=f"lines[{n}].quantity")
        found.append((own[line.number - 1].pk, row.pk, quantity.quantize(rules.QUANTUM)))
    return _match(ctx, bill, found)


@command(permission="purchasing.match_bill", label="Match as proposed", tone="primary", target="bill", offered=waits)
def confirm_match(ctx: Context, *, bill: Ref[Bill]) -> Bill:
    """Match a bill as it is proposed: by the number of the order that it names, items, quantities, prices and words.

    Refuses: bill_not_waiting, nothing_proposed.
    """
    _require_waiting(bill)
    found = proposals(ctx, bill)
    if not found:
        raise Refusal("nothing_proposed", "No order to this supplier looks like this bill. Match it by hand, or order it first.")
    return _match(ctx, bill, [(line.pk, row.pk, one.quantity) for line, row, one in found])


@command(permission="purchasing.match_bill", label="Forget the match", target="bill", hidden=True)
def unmatch_bill(ctx: Context, *, bill: Ref[Bill]) -> Bill:
    """Take back what a bill that waits for approval was matched with.

    Refuses: bill_not_waiting, not_matched.
    """
    _require_waiting(bill)
    if not matches_of(ctx, bill):
        raise Refusal("not_matched", "This bill is not matched with an order.")
    _forget(ctx, bill)
    return bill


def _match(ctx: Context, bill: Bill, found: Sequence[tuple[int, int, Decimal]]) -> Bill:
    _forget(ctx, bill)
    OrderMatch.objects.bulk_create(
        OrderMatch(
            company=ctx.company, bill_line_id=line, order_line_id=row, quantity=quantity, matched_by=ctx.user, matched_at=ctx.now
        )
        for line, row, quantity in found
    )  # fmt: skip
    checked = check(ctx, bill)
    _say_what_for(ctx, checked)
    by_itself = alone(setting_of(ctx), checked, ctx.company.currency)
    publish(ctx, BillMatched(bill=bill.pk, fits=checked.fits, alone=by_itself))
    return bill


def _say_what_for(ctx: Context, checked: Checked) -> None:
    """The order said what it is for: nobody has to say it again."""
    known = [(n, line.matches[0].order_line) for n, line in enumerate(checked.lines, 1) if line.matches and line.line.account_id is None]
    lines = [LineFor(number, row.account_id, row.dimensions) for number, row in known if row.account_id is not None]
    if lines:
        say_what_lines_were_for(ctx, bill=checked.bill, lines=lines)


def _forget(ctx: Context, bill: Bill) -> None:
    MatchDecision.objects.visible_to(ctx).filter(bill_line__bill=bill).delete()
    OrderMatch.objects.visible_to(ctx).filter(bill_line__bill=bill, counted_on=None).delete()


def _require_waiting(bill: Bill) -> None:
    if bill.state != Bill.State.DRAFT:
        raise Refusal("bill_not_waiting", "Only a bill that waits for approval is matched.", field="bill")


def fitting(ctx: Context, bill: Bill) -> Checked:
    """A bill that is being approved, against its orders.

    Refuses: not_matched (it names an order of ours), differs (with the first difference, in a sentence).
    """
    checked = check(ctx, bill)
    if not checked.matched:
        if bill.kind == Bill.Kind.BILL and is_of_an_order(ctx, bill):
            raise Refusal("not_matched", f"This bill names our order {checked.order}: match it first.")
        return checked
    if checked.open:
        line, difference = checked.open[0]
        raise Refusal("differs", f"{sentence_of(ctx, bill, line, difference)} Settle it first.")
    return checked


@command(permission="purchasing.match_bill", label="Count as billed", target="", hidden=True)
def count_bill(ctx: Context, *, bill: Ref[Bill]) -> Bill:
    """What was matched with a bill that was just approved is billed from now on; an order that came and is billed as a whole is closed.

    Refuses: not_approved, not_matched, differs; order_line_invoiced_received, order_line_invoiced_positive (database).
    """
    if bill.number is None:
        raise Refusal("not_approved", "This bill is not approved yet.", field="bill")
    checked = fitting(ctx, bill)
    matches = [match for line in checked.lines for match in line.matches]
    if not matches:
        return bill
    lock_lines(ctx, {match.order_line_id for match in matches})
    missing = {line.line.pk: line.decision.missing_quantity for line in checked.lines if line.decision is not None}
    for match in sorted(matches, key=lambda one: one.order_line_id):
        lost = min(missing.get(match.bill_line_id, rules.NONE), match.quantity)
        missing[match.bill_line_id] = missing.get(match.bill_line_id, rules.NONE) - lost
        match.counted_quantity, match.counted_on = bill.sign * (match.quantity - lost), bill.posted_on
        match.save(update_fields=["counted_quantity", "counted_on"])
    for order in _orders(ctx, {match.order_line.order_id for match in matches}):
        rows = lines_of_order(ctx, order)
        if order.state == PurchaseOrder.State.RECEIVED and all(row.invoiced_quantity == row.received_quantity for row in rows):
            end_order(ctx, order, PurchaseOrder.State.CLOSED, "")
    return bill


@command(permission="purchasing.match_bill", label="Not billed any more", target="", hidden=True)
def uncount_bill(ctx: Context, *, bill: Ref[Bill], on: date) -> Bill:
    """What was matched with a bill that was made void is not billed any more.

    Refuses: not_void.
    """
    if bill.state != Bill.State.VOID:
        raise Refusal("not_void", "This bill is not void.", field="bill")
    matches = [match for match in matches_of(ctx, bill) if match.counted_on is not None]
    lock_lines(ctx, {match.order_line_id for match in matches})
    for match in matches:
        match.uncounted_on = on
        match.save(update_fields=["uncounted_on"])
    for order in _orders(ctx, {match.order_line.order_id for match in matches}):
        if order.state == PurchaseOrder.State.CLOSED:
            order.state, order.closed_on, order.reason = PurchaseOrder.State.RECEIVED, None, ""
            order.save(update_fields=["state", "closed_on", "reason"])
    MatchDecision.objects.visible_to(ctx).filter(bill_line__bill=bill, state="claimed").update(state=MatchDecision.State.DROPPED)
    return bill


def _orders(ctx: Context, keys: set[int]) -> list[PurchaseOrder]:
    rows = PurchaseOrder.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))
