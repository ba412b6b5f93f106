"""What several commands of purchasing share."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated

from enfilade.back.purchasing import rules
from enfilade.back.purchasing.models import OrderLine, PurchaseOrder
from enfilade.base.books.inputs import dimension_codes
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input
from enfilade.core.context import Context
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw_number

Supplier = Annotated[Party, Input(shared=True, query="party_roles__role=supplier")]
Quantity = Annotated[Decimal, Input(min_value=0, max_value=1_000_000_000, decimals=3)]
OfOrder = Annotated[OrderLine | int, Input(shared=True, label="Line")]
Unit = Annotated[str, Choice(*Item.Unit.choices)]
Dimensions = Annotated[str, dimension_codes(label="Department or project", seldom=True)]


def number_of(ctx: Context, series: str, prefix: str, year: int) -> str:
    """The next number of a series of a year."""
    return draw_number(ctx, f"purchasing.{series}", prefix, year)


def lock_lines(ctx: Context, keys: Collection[int]) -> dict[int, OrderLine]:
    """Lines of orders, fresh, locked in the order of their keys, with their orders and items."""
    rows = OrderLine.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk").select_related("order__supplier", "item")
    return {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}


def set_totals(order: PurchaseOrder, lines: Collection[OrderLine]) -> None:
    """Sum up an order. The tax is rounded once per rate, as on an invoice (EN 16931)."""
    order.net_minor = sum(line.net_minor for line in lines)
    by_rate: dict[int, int] = {}
    for line in lines:
        by_rate[line.tax_rate_bp] = by_rate.get(line.tax_rate_bp, 0) + line.net_minor
    order.tax_minor = sum(rules.percent_of(net, rate) for rate, net in by_rate.items())


def content_of(lines: Collection[OrderLine]) -> list[dict[str, object]]:
    """The lines of an order as a version keeps them."""
    return [
        {
            "position": line.position,
            "text": line.text,
            "quantity": rules.plain(line.quantity),
            "unit": line.unit,
            "price": str(to_major(line.price_minor, line.order.currency)),
            "per": line.per,
            "net": str(to_major(line.net_minor, line.order.currency)),
            "wanted_on": line.wanted_on.isoformat() if line.wanted_on else "",
        }
        for line in lines
    ]


def follow_receipts(order: PurchaseOrder, lines: Collection[OrderLine]) -> bool:
    """Say how far an order has come by what was received of its lines. Gives whether all of it is there."""
    state = PurchaseOrder.State
    complete = all(line.received_quantity >= line.quantity for line in lines)
    if complete:
        order.state = state.RECEIVED
    elif any(line.received_quantity > 0 for line in lines):
        order.state = state.PART_RECEIVED
    elif order.state != state.APPROVED:
        order.state = state.SENT
    return complete
