"""Lists and forms of prices."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import commands, importing, panels
from .models import CustomerGroup, GroupMember, ListFor, ListPrice, PriceList

department("pricing", "Prices", "tags", 51)
__all__ = ["CustomerGroupResource", "GroupMemberResource", "ListForResource", "ListPriceResource", "PriceListResource", "commands"]
_REGISTERED = (importing, panels)


class PriceListResource(Resource):
    """Price lists."""

    model = PriceList
    columns = ("name", "currency", "with_tax", "is_default", "basis", "base_list", "percent_off", "valid_from", "valid_until")
    filters = ("currency", "with_tax", "is_default", "basis", "valid_from", "valid_until")
    search = ("name",)
    fields = (
        "name", "currency", "with_tax", "basis", "base_list", "percent_off", "rounding", "is_default", "rank", "valid_from", "valid_until",
    )  # fmt: skip
    import_key = "name"
    lines = {
        "prices": ("item", "from_quantity", "price_minor", "percent_off", "valid_from", "valid_until"),
        "given_to": ("party", "group"),
    }
    ordering = "name"
    verbs = ("raise_item_prices",)
    icon = "tags"
    order = 10
    empty = "Without a list everybody pays the items' prices. Add a list for everybody, for a group, or for one customer."


class ListPriceResource(Resource):
    """Prices in lists."""

    model = ListPrice
    columns = ("price_list", "item", "from_quantity", "price_minor", "percent_off", "valid_from", "valid_until")
    filters = ("price_list", "item", "from_quantity", "price_minor", "valid_from", "valid_until")
    search = ("item__code", "item__name", "price_list__name")
    fields = ("price_list", "item", "from_quantity", "price_minor", "percent_off", "valid_from", "valid_until")
    import_key = "id"
    ordering = "price_list"
    icon = "tag"
    order = 20
    empty = "Say on a price list what items cost, or import prices from a CSV file: list, item, from quantity, price."


class ListForResource(Resource):
    """Who has which list."""

    model = ListFor
    columns = ("price_list", "party", "group")
    filters = ("price_list", "party", "group")
    fields = ("price_list", "party", "group")
    ordering = "price_list"
    icon = "user-check"
    order = 30
    empty = "Give a list to a customer or to a group of customers."


class CustomerGroupResource(Resource):
    """Groups of customers."""

    model = CustomerGroup
    columns = ("name", "note")
    fields = ("name", "note")
    search = ("name", "note")
    import_key = "name"
    lines = {"members": ("party",)}
    ordering = "name"
    icon = "users"
    order = 40
    empty = "Add a group, such as families or the trade, put customers into it, and give it a price list."


class GroupMemberResource(Resource):
    """Who is in which group."""

    model = GroupMember
    columns = ("group", "party")
    filters = ("group", "party")
    fields = ("group", "party")
    ordering = "group"
    menu = False
