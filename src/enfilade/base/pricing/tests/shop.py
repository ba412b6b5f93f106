"""A shop with an item of 100.00 and customers, for tests of prices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.base.pricing.models import ListPrice, PriceList
from enfilade.base.pricing.queries import FoundPrice, price_of
from enfilade.core.command import run_raw
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


class Shop:
    """`chair` costs 100.00; Ada and Ben are customers, Ben is in the group of the trade."""

    def __init__(self) -> None:
        self.company = make_company()
        self.ctx = make_ctx(self.company, "*")
        self.chair: Item = self.do("item.add_item", code="CHAIR", name="Chair", kind="product", price="100.00")
        self.ada: Party = self.do("party.add_party", name="Ada", role="customer")
        self.ben: Party = self.do("party.add_party", name="Ben", role="customer")
        self.trade = self.do("pricing.add_customergroup", name="Trade")
        self.do("pricing.add_groupmember", group=self.trade.pk, party=self.ben.pk)

    def do(self, command: str, **inputs: Any) -> Any:
        """Run a command as a form would."""
        return run_raw(replace(self.ctx, key=""), command, {k: str(v) if isinstance(v, Decimal | date) else v for k, v in inputs.items()})

    def list(self, name: str, **more: Any) -> PriceList:
        """A price list."""
        made: PriceList = self.do("pricing.add_pricelist", name=name, **more)
        return made

    def price(self, of: PriceList, price: str | None = None, **more: Any) -> ListPrice:
        """A price of the chair in a list."""
        given = {"price": price} if price is not None else {}
        made: ListPrice = self.do("pricing.add_listprice", price_list=of.pk, item=self.chair.pk, **given, **more)
        return made

    def give(self, of: PriceList, **to: Any) -> None:
        """Give a list to a customer or a group."""
        self.do("pricing.give_list", price_list=of.pk, **{k: v.pk for k, v in to.items()})

    def asked(self, party: Party | None, quantity: Any = 1, on: date | None = None, currency: str = "") -> FoundPrice:
        """What the chair costs somebody."""
        with scope(self.company.pk):
            return price_of(self.ctx, self.chair, party, Decimal(quantity), on or self.ctx.today, currency)

    def prices(self, of: PriceList) -> list[tuple[Any, ...]]:
        """All prices of a list: quantity, price, first and last day."""
        with scope(self.company.pk):
            rows = ListPrice.objects.filter(price_list=of).order_by("from_quantity", "valid_from")
            return list(rows.values_list("from_quantity", "price_minor", "valid_from", "valid_until"))
