"""Prices that change on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, cast

from enfilade.core.command import Amount, Input, command
from enfilade.core.context import Context

from .models import Item, ItemPrice


def _facts(*, item: Item, price: int, valid_from: date, **_: object) -> dict[str, Any]:
    rise = 0 if not item.price_minor else round((price - item.price_minor) * 100 / item.price_minor, 2)
    return {"price": price, "previous_price": item.price_minor, "change_percent": rise, "valid_from": valid_from.isoformat()}


@command(permission="item.set_price", door=_facts)
def set_price(ctx: Context, *, item: Item, price: Amount, valid_from: Annotated[date, Input(prefill="ctx.today")]) -> Item:
    """Say what an item costs from a day on.

    price: for one unit, without tax.
    valid_from: a past day corrects what is charged for that day; a future one waits.
    Refuses: item_price_row_not_negative (database).
    """
    ItemPrice.objects.update_or_create(company=ctx.company, item=item, valid_from=valid_from, defaults={"price_minor": price})
    return cast("Item", take_up_price(ctx, item=item))


@command(permission="item.set_price", hidden=True)
def take_up_price(ctx: Context, *, item: Item) -> Item:
    """Show the price that holds today on the item."""
    rows = ItemPrice.objects.visible_to(ctx).filter(item=item, valid_from__lte=ctx.today).order_by("-valid_from")
    price_minor = rows.values_list("price_minor", flat=True).first()
    if price_minor is not None and price_minor != item.price_minor:
        item.price_minor = price_minor
        item.save(update_fields=["price_minor"])
    return item
