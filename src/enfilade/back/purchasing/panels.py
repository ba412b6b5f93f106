"""What the pages of orders, bills, suppliers and items say of purchasing beside their facts, and how an order is entered by people."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from enfilade.back.payables.models import Bill
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import flow, panel
from enfilade.core.resource.hooks import Step

from .models import PurchaseOrder
from .queries import asked_for, check, claims, orders_of, prices_paid, proposals, receipts_of, versions_of
from .wording import sentence_of

_VERBS = ("match_bill", "accept_difference", "receive_order")


@panel(
    on=PurchaseOrder,
    title="Papers and versions",
    permission="purchasing.view_purchaseorder",
    template="purchasing/panel_versions.html",
    icon="file-text",
)
def versions_of_order(ctx: Context, order: PurchaseOrder) -> dict[str, Any] | None:
    """The order as PDF, its versions, and who asked for what."""
    return {"order": order, "versions": versions_of(ctx, order), "asked": asked_for(ctx, order)}


@panel(
    on=PurchaseOrder,
    title="What came",
    permission="purchasing.view_goodsreceipt",
    template="purchasing/panel_receipts.html",
    icon="package-check",
)
def receipts_of_order(ctx: Context, order: PurchaseOrder) -> dict[str, Any] | None:
    """Receipts and returns with their lines."""
    found = receipts_of(ctx, order)
    return {"receipts": found} if found else None


@panel(on=Bill, title="Ordered and received", permission="purchasing.view_ordermatch", template="purchasing/panel_match.html", icon="scale")
def match_of_bill(ctx: Context, bill: Bill) -> dict[str, Any] | None:
    """What a bill was matched with and how it differs; what is proposed, where it is not matched; claims that a credit note may settle."""
    return compared(ctx, bill)


def compared(ctx: Context, bill: Bill) -> dict[str, Any] | None:
    """A bill against its orders as panels and pages show it; None where nothing was ordered from its supplier."""
    waits, checked = bill.state == Bill.State.DRAFT, check(ctx, bill)
    proposed = proposals(ctx, bill) if waits and not checked.matched else []
    open_claims = claims(ctx, bill.supplier) if bill.kind == Bill.Kind.CREDIT_NOTE else []
    if not (checked.matched or proposed or open_claims):
        return None
    rows = [
        {
            "number": number,
            "line": one.line,
            "matches": one.matches,
            "decision": one.decision,
            "differences": [{"sentence": sentence_of(ctx, bill, one, d), "open": d in one.open, "kind": d.kind} for d in one.differences],
        }
        for number, one in enumerate(checked.lines, 1)
    ]
    return {
        "bill": bill,
        "rows": rows,
        "matched": checked.matched,
        "fits": checked.fits,
        "waits": waits,
        "missing": sorted({one.matches[0].order_line.order for one, d in checked.open if d.missing}, key=lambda order: order.pk)
        if waits
        else [],
        "open_count": len(checked.open),
        "proposed": [{"line": line, "row": row, "quantity": one.quantity, "sure": one.sure} for line, row, one in proposed],
        "claims": open_claims,
        "may": {name: ctx.may(f"purchasing.{name}") for name in _VERBS},
        "key": token_hex(12),
    }


@panel(on=Party, title="Orders", permission="purchasing.view_purchaseorder", template="purchasing/panel_orders.html", icon="shopping-cart")
def orders_to_supplier(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last orders to a supplier."""
    found = orders_of(ctx, party)
    return {"orders": found, "party": party} if found else None


@panel(on=Item, title="Bought at", permission="purchasing.view_orderline", template="purchasing/panel_prices.html", icon="tag")
def prices_of_item(ctx: Context, item: Item) -> dict[str, Any] | None:
    """At which prices an item was ordered, newest first."""
    found = prices_paid(ctx, item=item)[:8]
    return {"lines": found, "item": item} if found else None


@flow(on=PurchaseOrder)
def way_of_an_order(_ctx: Context, order: PurchaseOrder) -> list[Step]:
    """Drawn up, approved, with the supplier, here."""
    state = PurchaseOrder.State
    if order.state == state.CANCELLED:
        return []
    approved, sent = order.number is not None, order.sent_version > 0 or order.state in {state.PART_RECEIVED, state.RECEIVED, state.CLOSED}
    here = order.state in {state.RECEIVED, state.CLOSED}
    part = str(order.get_state_display()) if order.state == state.PART_RECEIVED else ""
    return [
        Step("Drawn up", "back", "done", who=str(order.drawn_up_by), since=order.drawn_up_at),
        Step("Approved", "back", "done" if approved else "now", who=str(order.approved_by or ""), since=order.approved_at),
        Step("With the supplier", "back", "done" if sent else "now" if approved else "todo", since=order.sent_at),
        Step("Received", "back", "done" if here else "now" if sent else "todo", note=part),
    ]
