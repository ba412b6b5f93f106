"""Prices from a file: a row is known by list, item, quantity and first day, so that a list that was exported and changed comes in again."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from enfilade.core.context import Context
from enfilade.core.resource import Resource
from enfilade.core.resource.intake import Intake, Intaken, Options, register_intake
from enfilade.core.tabular import Table

from .models import ListPrice


class ListPriceIntake(Intake):
    """Tables with list, item, from quantity, price or percentage, and days."""

    def rows(self, resource: Resource, ctx: Context, table: Table, mapping: list[str], options: Options) -> Intaken:
        """The rows of a table, each with the number of the price that it is, where there is one."""
        made = super().rows(resource, ctx, table, mapping, options)
        names = {row.inputs.get("price_list", "").strip() for row in made.rows}
        rows = ListPrice.objects.visible_to(ctx).filter(price_list__name__in=names)
        known: dict[tuple[str, str, Decimal | None, str], str] = {
            (name, code, quantity, first.isoformat() if first else ""): str(pk)
            for pk, name, code, quantity, first in rows.values_list("pk", "price_list__name", "item__code", "from_quantity", "valid_from")
        }
        for row in made.rows:
            found = {name: str(row.inputs.get(name) or "").strip() for name in ("price_list", "item", "from_quantity", "valid_from")}
            key = (found["price_list"], found["item"], _quantity(found["from_quantity"]), found["valid_from"])
            row.inputs["id"] = known.get(key, "")
        return made


def _quantity(text: str) -> Decimal | None:
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return None


register_intake("pricing.listprice", ListPriceIntake())
