"""“I need ...”: asked by anybody, ordered by a buyer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.purchasing.events import RequisitionMade
from enfilade.back.purchasing.models import OrderLine, PurchaseOrder, Requisition
from enfilade.back.purchasing.queries import lines_of_order
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input, LongText, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .common import Dimensions, Supplier, set_totals
from .ordering import OrderLineIn, Price, draft_order, priced

From = Annotated[Party, Input(shared=True, query="party_roles__role=supplier", prefill="row.supplier")]
Needed = Annotated[date | None, Input(label="Needed by")]


@command(permission="purchasing.request_purchase", label="I need …", tone="primary", target="")
def request_purchase(
    ctx: Context,
    *,
    what: Annotated[str, Input(label="What do you need?", max_length=300)],
    quantity: Annotated[Decimal, Input(label="How many?", min_value=0, max_value=1_000_000, decimals=3)] = Decimal(1),
    needed_on: Needed = None,
    why: Annotated[str, Input(widget="textarea", label="What for?", max_length=2_000)] = "",
    item: Annotated[Item | None, Input(shared=True, query="active=true", seldom=True)] = None,
    unit: Annotated[str, Choice(*Item.Unit.choices, seldom=True)] = "",
    supplier: Annotated[Party | None, Input(shared=True, label="Where from?", query="party_roles__role=supplier", seldom=True)] = None,
    dimensions: Dimensions = "",
) -> Requisition:
    """Ask for something to be bought. Whoever buys sees it; you are told what becomes of it.

    what: in your own words, for example printer paper, A4.
    needed_on: the day on which you need it at the latest.
    why: helps the buyer to choose.
    item: where it is in the list of items.
    unit: that of the item, else pieces, when left out.
    supplier: where you saw it.
    Refuses: no_quantity, date_out_of_range; requisition_says_what (database).
    """
    require_date(needed_on, "needed_on")
    if quantity <= 0:
        raise Refusal("no_quantity", "Say how many you need: more than zero.", field="quantity")
    made = Requisition.objects.create(
        company=ctx.company,
        what=what,
        item=item,
        quantity=quantity,
        unit=unit or (item.unit if item else Item.Unit.PIECE),
        needed_on=needed_on,
        why=why,
        supplier=supplier,
        dimensions=dimensions,
        asked_by=ctx.user,
        asked_at=ctx.now,
    )
    publish(ctx, RequisitionMade(requisition=made.pk, what=what))
    return made


@command(permission="purchasing.request_purchase", label="Withdraw")
def withdraw_requisition(ctx: Context, *, requisition: Requisition) -> Requisition:
    """Say that you do not need it any more.

    Refuses: not_open, already_ordered.
    """
    requisition.state = Requisition.State.WITHDRAWN
    requisition.save(update_fields=["state"])
    return requisition


@command(permission="purchasing.decline_requisition", label="Decline", tone="danger")
def decline_requisition(ctx: Context, *, requisition: Requisition, reason: LongText) -> Requisition:
    """Say that it is not bought. Who asked is told why.

    Refuses: not_open.
    """
    requisition.state, requisition.reason, requisition.decided_by = Requisition.State.DECLINED, reason, ctx.user
    requisition.save(update_fields=["state", "reason", "decided_by"])
    tell(ctx, [requisition.asked_by], f"{requisition.what} is not bought: {reason}", ref(requisition))
    return requisition


@command(permission="purchasing.draft_order", label="Order it", tone="primary", target="requisition")
def order_requisition(
    ctx: Context,
    *,
    requisition: Requisition,
    supplier: From,
    price: Price = None,
) -> Requisition:
    """Draw up an order with what somebody asked for; on the order that is being drawn up for this supplier, where there is one.

    price: without tax, for one unit; what it cost last from this supplier when left out.
    Refuses: not_open, already_ordered, no_price.
    """
    order = PurchaseOrder.objects.visible_to(ctx).filter(supplier=supplier, state=PurchaseOrder.State.DRAFT, drawn_up_by=ctx.user).first()
    if order is None:
        order = draft_order(ctx, supplier=supplier, lines=[_line(requisition, price)], wanted_on=requisition.needed_on)
        row = lines_of_order(ctx, order)[0]
    else:
        row = _add(ctx, order, _line(requisition, price))
    _ordered(ctx, requisition, row)
    return requisition


@command(permission="purchasing.draft_order", label="Order what was asked for", target="")
def order_requisitions(
    ctx: Context,
    *,
    requisitions: Annotated[list[Requisition], Input(query="state=open")],
    supplier: Supplier,
) -> PurchaseOrder:
    """Draw up one order with what several people asked for, each as a line of it, at the prices of the last orders from this supplier.

    Refuses: already_ordered, no_price (of an item that was not ordered from this supplier before: order it by itself with its price).
    """
    for one in requisitions:
        if one.state != Requisition.State.OPEN:
            raise Refusal("already_ordered", f"{one.what} is ordered, declined or withdrawn already.", field="requisitions")
    days = [one.needed_on for one in requisitions if one.needed_on]
    order: PurchaseOrder = draft_order(
        ctx, supplier=supplier, lines=[_line(one, None) for one in requisitions], wanted_on=min(days, default=None)
    )
    for one, row in zip(requisitions, lines_of_order(ctx, order), strict=True):
        _ordered(ctx, one, row)
    return order


def _line(requisition: Requisition, price: int | None) -> OrderLineIn:
    return OrderLineIn(
        item=requisition.item,
        text=requisition.what,
        quantity=requisition.quantity,
        unit=requisition.unit,
        price=price,
        wanted_on=requisition.needed_on,
        dimensions=requisition.dimensions,
    )


def _add(ctx: Context, order: PurchaseOrder, line: OrderLineIn) -> OrderLine:
    order = PurchaseOrder.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).select_related("supplier").get(pk=order.pk)
    rows: Sequence[OrderLine] = lines_of_order(ctx, order)
    [row] = priced(ctx, order, [line], max((one.position for one in rows), default=0) + 1)
    row.save()
    set_totals(order, [*rows, row])
    order.save(update_fields=["net_minor", "tax_minor"])
    return row


def _ordered(ctx: Context, requisition: Requisition, row: OrderLine) -> None:
    requisition.state, requisition.order_line, requisition.decided_by = Requisition.State.ORDERED, row, ctx.user
    requisition.save(update_fields=["state", "order_line", "decided_by"])
    tell(ctx, [requisition.asked_by], f"{requisition.what} is being ordered.", ref(requisition))
