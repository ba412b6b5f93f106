"""What comes of an order, what goes back, and counter-receipts of what was written down wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.purchasing import rules
from enfilade.back.purchasing.events import GoodsReceived, GoodsReturned
from enfilade.back.purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder, ReceiptLine
from enfilade.back.purchasing.queries import asked_for, lines_of_order, receipt_lines
from enfilade.core.command import Input, LongText, Ref, Today, command, primary_key, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .common import OfOrder, Quantity, follow_receipts, lock_lines, number_of

Kind = GoodsReceipt.Kind
DeliveryNote = Annotated[str, Input(label="Number of the delivery note", max_length=100)]


@dataclass(frozen=True)
class ReceivedLine:
    """How much of a line of an order came, or goes back.

    line: of the order.
    quantity: in the unit of the line.
    """

    line: OfOrder
    quantity: Quantity = Decimal(1)


@command(permission="purchasing.receive_order", label="It came", tone="primary", target="order")
def receive_order(
    ctx: Context,
    *,
    order: PurchaseOrder,
    lines: Annotated[list[ReceivedLine] | None, Input(prefill="row.awaited_lines")] = None,
    on: Today,
    delivery_note: DeliveryNote = "",
    file: Annotated[StoredFile | None, Input(shared=True, label="The delivery note itself")] = None,
    note: Annotated[str, Input(widget="textarea", max_length=2_000, seldom=True)] = "",
) -> GoodsReceipt:
    """Take in what came of an order: goods, or a service that was done. Whoever asked for it is told.

    lines: what came; all that is still awaited when left out.
    on: the day on which it came.
    delivery_note: as it stands on the paper.
    note: what is worth knowing, for example that a box was damaged.
    Refuses: not_approved, order_cancelled, nothing_awaited, no_line, line_twice, no_quantity, more_than_ordered (beyond the tolerance),
    in_future, date_out_of_range; order_line_received_ordered (database).
    """
    _require_day(ctx, on)
    rows = _locked(ctx, order)
    given = {row.pk: row.open_quantity for row in rows.values() if row.open_quantity > 0} if not lines else _given(rows, lines)
    if not given:
        raise Refusal("nothing_awaited", "All of this order is here; say which line more came of.", field="lines")
    for key, quantity in given.items():
        _require_room(rows[key], quantity)
    receipt = _write(ctx, order, Kind.RECEIPT, on, given, delivery_note=delivery_note, file=file, note=note)
    complete = _follow(ctx, order)
    whose = [one.asked_by for one in asked_for(ctx, order) if one.order_line_id in given]
    tell(ctx, whose, f"What you asked for came: {order} of {order.supplier}.", ref(receipt))
    publish(ctx, GoodsReceived(receipt=receipt.pk, order=order.pk, complete=complete))
    return receipt


@command(permission="purchasing.return_goods", label="Send back", target="order")
def return_goods(
    ctx: Context,
    *,
    order: PurchaseOrder,
    lines: Annotated[list[ReceivedLine], Input(prefill="row.received_lines")],
    reason: LongText,
    on: Today,
    delivery_note: DeliveryNote = "",
) -> GoodsReceipt:
    """Write down what goes back to the supplier. It is awaited again; what was billed of it is to be credited.

    reason: stays with the return.
    Refuses: no_line, line_twice, no_quantity, more_than_came, in_future; order_line_received_positive (database).
    """
    _require_day(ctx, on)
    rows = _locked(ctx, order)
    given = _given(rows, lines)
    for row in rows.values():
        if given.get(row.pk, rules.NONE) > row.received_quantity:
            here = rules.plain(row.received_quantity)
            raise Refusal("more_than_came", f"Of line {row.position}, only {here} are here.", field="lines")
    back = {key: -quantity for key, quantity in given.items()}
    receipt = _write(ctx, order, Kind.RETURN, on, back, delivery_note=delivery_note, note=reason)
    _follow(ctx, order)
    publish(ctx, GoodsReturned(receipt=receipt.pk, order=order.pk, reason=reason))
    return receipt


@command(
    permission="purchasing.receive_order",
    label="Take back",
    tone="danger",
    target="receipt",
    offered=lambda receipt: receipt.kind != Kind.CORRECTION,
)
def correct_receipt(ctx: Context, *, receipt: Ref[GoodsReceipt], reason: LongText) -> GoodsReceipt:
    """Take back a receipt, or a return, that was written down wrongly, by a counter-receipt of the same day; then write the right one.

    reason: stays with the counter-receipt.
    Refuses: no_counter_of_counter, already_reversed; goods_receipt_reversed_once, goods_receipt_not_billed (database).
    """
    if receipt.kind == Kind.CORRECTION:
        raise Refusal("no_counter_of_counter", "This is a counter-receipt itself; write a new receipt.")
    if GoodsReceipt.objects.visible_to(ctx).filter(reverses=receipt).exists():
        raise Refusal("already_reversed", "This receipt was taken back already.")
    order = PurchaseOrder.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=receipt.order_id)
    lines = receipt_lines(ctx, receipt)
    lock_lines(ctx, [line.order_line_id for line in lines])
    back = {line.order_line_id: -line.quantity for line in lines}
    counter = _write(ctx, order, Kind.CORRECTION, receipt.on, back, reverses=receipt, note=reason)
    _follow(ctx, order)
    return counter


def _locked(ctx: Context, order: PurchaseOrder) -> dict[int, OrderLine]:
    """The lines of an order by their keys, locked."""
    return lock_lines(ctx, [row.pk for row in lines_of_order(ctx, order)])


def _given(rows: Mapping[int, OrderLine], lines: Sequence[ReceivedLine]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for n, line in enumerate(lines):
        row = rows.get(primary_key(line.line))
        if row is None:
            raise Refusal("no_line", "This line is of another order.", field=f"lines[{n}].line")
        if row.pk in found:
            raise Refusal("line_twice", f"Line {row.position} is named twice.", field=f"lines[{n}].line")
        if line.quantity <= 0:
            raise Refusal("no_quantity", "Give a quantity above zero.", field=f"lines[{n}].quantity")
        found[row.pk] = line.quantity.quantize(rules.QUANTUM)
    return found


def _require_room(row: OrderLine, quantity: Decimal) -> None:
    most = row.quantity + row.quantity * row.over_bp / 10_000
    if row.received_quantity + quantity > most:
        room = rules.plain(max(most - row.received_quantity, rules.NONE))
        said = f"Of line {row.position}, no more than {room} can come; the rest was not ordered. Amend the order, or send it back."
        raise Refusal("more_than_ordered", said, field="lines")


def _require_day(ctx: Context, on: date) -> None:
    require_date(on, "on")
    if on > ctx.today:
        raise Refusal("in_future", "What has not come yet can't be taken in.", field="on")


def _write(ctx: Context, order: PurchaseOrder, kind: Kind, on: date, given: Mapping[int, Decimal], **more: object) -> GoodsReceipt:
    receipt = GoodsReceipt.objects.create(
        company=ctx.company,
        number=number_of(ctx, "receipt", "GR", on.year),
        order=order,
        kind=kind,
        on=on,
        received_by=ctx.user,
        received_at=ctx.now,
        **more,
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(company=ctx.company, receipt=receipt, order_line_id=key, quantity=quantity) for key, quantity in sorted(given.items())
    )
    return receipt


def _follow(ctx: Context, order: PurchaseOrder) -> bool:
    """How far the order has come now; what was closed is open again where something is awaited."""
    complete = follow_receipts(order, lines_of_order(ctx, order))
    order.closed_on, order.reason = None, ""
    order.save(update_fields=["state", "closed_on", "reason"])
    return complete
