"""What price lists add to pages: the lists of a customer, the prices of an item, and what a rehearsal makes of prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import panel, rehearsal, resource_for

from .models import ListPrice, PriceList
from .queries import lists_of

ROWS_MAX = 50


def _table(ctx: Context, rows: Sequence[Any], columns: tuple[str, ...]) -> dict[str, Any]:
    """The context of a table of rows of one resource."""
    resource = resource_for(rows[0])
    if resource is None:
        raise LookupError(f"{type(rows[0])} has no resource")
    heads = [{"label": resource.label_of(c), "kind": "amount" if c.endswith("_minor") else "text"} for c in columns]
    cells = [{"url": resource.url(row), "cells": [vars(c) for c in resource.cells(ctx, row, columns)]} for row in rows]
    return {"columns": heads, "rows": cells, "count": len(rows)}


@panel(on=Party, title="Price lists", permission="pricing.view_pricelist", template="pricing/panel_lists.html", icon="tags")
def party_lists(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The lists that are asked for a customer today, in their order."""
    found = lists_of(ctx, party, ctx.today)
    resource = resource_for(PriceList())
    return {"rows": [{"list": made, "url": resource.url(made) if resource else "", "why": why} for made, why in found]} if found else None


@panel(on=Item, title="Price lists", permission="pricing.view_listprice", template="pricing/panel_prices.html", icon="tags")
def item_prices(ctx: Context, item: Item) -> dict[str, Any] | None:
    """What an item costs in which list."""
    rows = ListPrice.objects.visible_to(ctx).filter(item=item).select_related("price_list", "item", "company")
    found = list(rows.order_by("price_list__name", "from_quantity", "valid_from")[:ROWS_MAX])
    columns = ("price_list", "from_quantity", "price_minor", "percent_off", "valid_from", "valid_until")
    return _table(ctx, found, columns) if found else None


@rehearsal("prices", template="pricing/rehearsed_prices.html", permission="pricing.view_listprice")
def prices_rehearsed(ctx: Context) -> dict[str, Any] | None:
    """The first prices that a rehearsal wrote."""
    keys = ctx.work.written.get("pricing.listprice", []) if ctx.work else []
    if not keys:
        return None
    rows = ListPrice.objects.visible_to(ctx).filter(pk__in=keys[:ROWS_MAX]).select_related("price_list", "item", "company")
    found = list(rows.order_by("item__code", "from_quantity"))
    return _table(ctx, found, ("item", "from_quantity", "price_minor", "valid_from")) | {"count": len(keys)}
