"""Prices by date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from enfilade.core.context import Context

from .models import Item, ItemPrice


def price_of(ctx: Context, item: Item, on: date) -> int:
    """What one unit cost, costs or will cost on a day, in minor units of the company's currency."""
    rows = ItemPrice.objects.visible_to(ctx).filter(item=item, valid_from__lte=on).order_by("-valid_from")
    found = rows.values_list("price_minor", flat=True).first()
    return item.price_minor if found is None else found


def prices_of(ctx: Context, items: list[Item], on: date) -> dict[int, int]:
    """The same for many items in one query. Shape: primary key -> minor units."""
    rows = ItemPrice.objects.visible_to(ctx).filter(item__in=items, valid_from__lte=on).order_by("item", "-valid_from").distinct("item")
    found = dict(rows.values_list("item_id", "price_minor"))
    return {item.pk: found.get(item.pk, item.price_minor) for item in items}


def item_by_code(ctx: Context, code: str) -> Item | None:
    """The item of a code, active or not."""
    return Item.objects.visible_to(ctx).filter(code=code).first()


def items_by_id(ctx: Context, keys: Iterable[int]) -> dict[int, Item]:
    """Items by primary key, in one query."""
    return {item.pk: item for item in Item.objects.visible_to(ctx).filter(pk__in=list(keys))}


def items_in_use(ctx: Context, kind: str = "") -> list[Item]:
    """What is sold now, in order of entry. kind: services or products only."""
    return list(Item.objects.visible_to(ctx).filter(active=True, **({"kind": kind} if kind else {})).order_by("pk"))
