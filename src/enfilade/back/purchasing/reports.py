"""Reports: open orders, expected deliveries, prices, what came and is not billed, credit notes awaited, and orders against the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Today
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.resource.hooks import Column

from . import rules
from .proof import differences
from .queries import awaited_lines, claims, not_billed_on, open_orders, prices_paid, returned_and_billed, worth

_ORDER: Column = {"name": "order", "label": "Order", "kind": "text"}
_SUPPLIER: Column = {"name": "supplier", "label": "Supplier", "kind": "text"}
_WHAT: Column = {"name": "what", "label": "What", "kind": "text"}


@report(title="Open orders", permission="purchasing.view_purchaseorder", icon="shopping-cart", order=10)
def orders_open(ctx: Context) -> dict[str, Any]:
    """Orders that are not closed: what they are over, what of it is still to come, and what came and is not billed, without tax.

    Shape: one row per order, oldest first.
    """
    columns: list[Column] = [
        _ORDER,
        _SUPPLIER,
        {"name": "ordered_on", "label": "Ordered", "kind": "date"},
        {"name": "wanted_on", "label": "Wanted by", "kind": "date"},
        {"name": "net_minor", "label": "Net", "kind": "amount"},
        {"name": "open_minor", "label": "To come", "kind": "amount"},
        {"name": "unbilled_minor", "label": "Not billed", "kind": "amount"},
        {"name": "state", "label": "State", "kind": "text"},
    ]
    rows = []
    for order in open_orders(ctx):
        lines = list(order.lines.all())
        rows.append(
            {
                "order": str(order),
                "supplier": order.supplier.name,
                "ordered_on": order.ordered_on,
                "wanted_on": order.wanted_on,
                "net_minor": order.net_minor,
                "open_minor": sum(rules.net_of(line.open_quantity, line.price_minor, line.per) for line in lines),
                "unbilled_minor": sum(rules.net_of(line.billable_quantity, line.price_minor, line.per) for line in lines),
                "state": order.get_state_display(),
                "currency": order.currency,
                "url": f"/purchasing/orders/{order.pk}/",
            }
        )
    return {"columns": columns, "rows": rows}


@report(title="Expected deliveries", permission="purchasing.view_purchaseorder", icon="truck", order=20)
def deliveries_expected(ctx: Context, *, until_on: date | None = None) -> dict[str, Any]:
    """What is still to come, the earliest first, and how many days it is late.

    until_on: wanted until this day; everything when left out.
    Shape: one row per line of an order.
    """
    columns: list[Column] = [
        {"name": "wanted_on", "label": "Wanted by", "kind": "date"},
        {"name": "late_days", "label": "Days late", "kind": "number"},
        _SUPPLIER,
        _ORDER,
        _WHAT,
        {"name": "quantity", "label": "To come", "kind": "number"},
        {"name": "unit", "label": "Unit", "kind": "text"},
    ]
    rows = []
    for line in awaited_lines(ctx, until_on):
        day = line.wanted_on or line.order.wanted_on
        rows.append(
            {
                "wanted_on": day,
                "late_days": max((ctx.today - day).days, 0) if day else 0,
                "supplier": line.order.supplier.name,
                "order": str(line.order),
                "what": line.text,
                "quantity": _number(line.open_quantity),
                "unit": line.get_unit_display(),
                "url": f"/purchasing/orders/{line.order_id}/",
            }
        )
    return {"columns": columns, "rows": rows}


@report(title="Prices of purchases", permission="purchasing.view_purchaseorder", icon="tag", order=30)
def purchase_prices(
    ctx: Context,
    *,
    item: Annotated[Item | None, Input(shared=True)] = None,
    supplier: Annotated[Party | None, Input(shared=True, query="party_roles__role=supplier")] = None,
) -> dict[str, Any]:
    """At which prices something was ordered, newest first, and by how much that differs from the order of the same before.

    item, supplier: only these.
    Shape: one row per line of an order.
    """
    columns: list[Column] = [
        {"name": "ordered_on", "label": "Ordered", "kind": "date"},
        _WHAT,
        _SUPPLIER,
        _ORDER,
        {"name": "quantity", "label": "Quantity", "kind": "number"},
        {"name": "price_minor", "label": "Price", "kind": "amount"},
        {"name": "per", "label": "Price for", "kind": "number"},
        {"name": "change", "label": "Change (%)", "kind": "number"},
    ]
    rows: list[dict[str, Any]] = []
    before: dict[tuple[object, ...], Decimal] = {}
    for line in reversed(prices_paid(ctx, item, supplier)):
        same = (line.item_id or line.text.casefold(), line.order.supplier_id, line.order.currency)
        price = Decimal(line.price_minor) / line.per
        change = round((price - before[same]) * 100 / before[same], 1) if before.get(same) else None
        before[same] = price
        rows.append(
            {
                "ordered_on": line.order.ordered_on,
                "what": str(line.item or line.text),
                "supplier": line.order.supplier.name,
                "order": str(line.order),
                "quantity": _number(line.quantity),
                "price_minor": line.price_minor,
                "per": line.per,
                "change": change,
                "currency": line.order.currency,
                "url": f"/purchasing/orders/{line.order_id}/",
            }
        )
    return {"columns": columns, "rows": rows[::-1]}


@report(title="Came and not billed", permission="purchasing.view_accrual", icon="calendar-clock", order=40)
def not_billed(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What had come until a day and was billed by nobody until then: the cost of it, with the tax that is not deducted.

    Shape: one row per line of an order, in the company's currency at the rate of that day.
    """
    columns: list[Column] = [
        _SUPPLIER,
        _ORDER,
        _WHAT,
        {"name": "quantity", "label": "Quantity", "kind": "number"},
        {"name": "amount_minor", "label": "Cost", "kind": "amount"},
    ]
    rows: list[dict[str, Any]] = [
        {
            "supplier": one.line.order.supplier.name,
            "order": str(one.line.order),
            "what": one.line.text,
            "quantity": _number(one.quantity),
            "amount_minor": worth(ctx, one.line.order.currency, one.cost_minor, on),
            "url": f"/purchasing/orders/{one.line.order_id}/",
        }
        for one in not_billed_on(ctx, on)
    ]
    return {"columns": columns, "rows": rows, "totals": {"amount_minor": sum(row["amount_minor"] for row in rows)}}


@report(title="Credit notes awaited", permission="purchasing.view_matchdecision", icon="undo-2", order=50)
def credits_awaited(ctx: Context) -> dict[str, Any]:
    """What was claimed of bills, and what went back to suppliers after it was billed: without tax.

    Shape: one row per claim, then one per line of an order.
    """
    columns: list[Column] = [
        _SUPPLIER,
        _WHAT,
        {"name": "why", "label": "Why", "kind": "text"},
        {"name": "amount_minor", "label": "Amount", "kind": "amount"},
    ]
    rows: list[dict[str, Any]] = [
        {
            "supplier": one.bill_line.bill.supplier.name,
            "what": f"{one.bill_line.bill.supplier_number}: {one.bill_line}",
            "why": one.reason,
            "amount_minor": one.amount_minor,
            "currency": one.currency,
            "url": f"/payables/bills/{one.bill_line.bill_id}/",
        }
        for one in claims(ctx)
    ]
    rows += [
        {
            "supplier": line.order.supplier.name,
            "what": f"{line.order}: {line.text}",
            "why": "Sent back after it was billed",
            "amount_minor": rules.net_of(line.invoiced_quantity - line.received_quantity, line.price_minor, line.per),
            "currency": line.order.currency,
            "url": f"/purchasing/orders/{line.order_id}/",
        }
        for line in returned_and_billed(ctx)
    ]
    return {"columns": columns, "rows": rows}


@report(title="Orders against the ledger", permission="purchasing.view_accrual", icon="scale", order=60)
def purchasing_proof(ctx: Context) -> dict[str, Any]:
    """Accruals that the ledger does not confirm, and lines of orders that receipts and bills do not; an empty list is what is expected.

    Shape: one row per difference.
    """
    columns: list[Column] = [
        {"name": "ref", "label": "Record", "kind": "text"},
        {"name": "sentence", "label": "What is wrong", "kind": "text"},
    ]
    return {"columns": columns, "rows": [{"ref": one.ref, "sentence": one.sentence} for one in differences(ctx)]}


def _number(quantity: Decimal) -> Decimal:
    return Decimal(rules.plain(quantity))
