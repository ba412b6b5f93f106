"""What items cost a customer without tax: from price lists, or from the items themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from enfilade.back.tax.queries import rates_on
from enfilade.base.money.rules import split_tax
from enfilade.base.party.models import Party
from enfilade.base.pricing.queries import Ask, FoundPrice, price_of_each
from enfilade.core.context import Context


def net_prices(
    ctx: Context, asks: Sequence[Ask], party: Party | None, on: date, currency: str = "", rate: Decimal | None = None
) -> list[FoundPrice]:
    """What one unit of each item costs a customer without tax. As `price_of_each`, in which prices may hold the tax.

    Why: the tax of the company's own country is taken out whatever tax is on the sale, since that is what such a list promises.
    """
    found = price_of_each(ctx, asks, party, on, currency, rate)
    rates = rates_on(ctx, on) if any(price.with_tax for price in found) else {}
    return [
        FoundPrice(split_tax(price.price_minor, rates.get(ask.item.tax_class, 0))[0], price.why, price_list=price.price_list)
        if price.with_tax
        else price
        for ask, price in zip(asks, found, strict=True)
    ]
