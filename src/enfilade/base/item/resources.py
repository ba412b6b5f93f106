"""Lists and forms of items and prices."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import commands, verify  # noqa: F401 - they register themselves
from .models import Item, ItemPrice

department("item", "Items", "package", 50)


class ItemResource(Resource):
    """Services and products."""

    model = Item
    columns = ("code", "name", "kind", "unit", "price_minor", "tax_class", "active")
    filters = ("kind", "tax_class", "unit", "active", "price_minor")
    search = ("code", "name", "description")
    fields = ("code", "name", "kind", "unit", "price_minor", "tax_class", "place", "description", "active")
    import_key = "code"
    lines = {"prices": ("valid_from", "price_minor")}
    ordering = "code"
    icon = "package"
    order = 10
    empty = "Add what you sell: each service and product once, with its price. Or import your price list from a CSV file."


class ItemPriceResource(Resource):
    """Prices by date."""

    model = ItemPrice
    columns = ("item", "valid_from", "price_minor")
    filters = ("item", "valid_from")
    ordering = "-valid_from"
    menu = False
