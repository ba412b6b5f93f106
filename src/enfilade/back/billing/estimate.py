"""What an item would cost: price, tax and total for a customer and a quantity, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from enfilade.back.tax.choosing import Wish
from enfilade.back.tax.queries import setting_on, taxes_for
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.base.pricing.queries import Ask, breaks_above
from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.resource.hooks import Column
from enfilade.core.ui.format import format_amount

from . import rules
from .commands.pricing import net_prices
from .commands.taxing import buyer_of, chosen_taxes, supply_of

BREAKS_MAX = 5
Wanted = Annotated[Item, Input(shared=True, query="active=true")]
Customer = Annotated[Party | None, Input(shared=True, label="Customer")]
Quantity = Annotated[Decimal, Input(min_value=0, max_value=1_000_000, decimals=3)]
Today = Annotated[date | None, Input(prefill="ctx.today", seldom=True)]


@dataclass(frozen=True)
class Cost:
    """What a quantity of an item costs. why: where the price comes from."""

    price: rules.Price
    totals: rules.Totals
    why: str


@report(title="What would it cost?", permission="billing.view_charge", icon="calculator", order=5)
def what_it_costs(
    ctx: Context, *, item: Wanted, customer: Customer = None, quantity: Quantity = Decimal(1), on: Today = None
) -> dict[str, Any]:
    """What an item would cost a customer, with tax, and why; and what it costs from larger quantities on.

    customer: anybody when left out.
    quantity: more of one item may be cheaper.
    on: day of supply; today when left out.
    Shape: one row for the quantity, and one for each larger one from which another price holds.
    """
    day = on or ctx.today
    larger = breaks_above(ctx, item, customer, quantity, day)[:BREAKS_MAX]
    costs, tax_why = _costs(ctx, item, customer, [quantity, *larger], day)
    first, currency = costs[0], ctx.company.currency
    tax = f"{Decimal(first.price.rate_bp) / 100:f} %"
    columns: list[Column] = [
        {"name": "quantity", "label": "Quantity", "kind": "number"},
        {"name": "price_minor", "label": "Price of one", "kind": "amount"},
        {"name": "net_minor", "label": "Without tax", "kind": "amount"},
        {"name": "tax_minor", "label": "Tax", "kind": "amount"},
        {"name": "total_minor", "label": "Total", "kind": "amount"},
        {"name": "why", "label": "Why this price", "kind": "text"},
    ]
    return {
        "columns": columns,
        "rows": [_row(cost) for cost in costs],
        "tiles": [
            {"label": "To pay", "value": format_amount(first.totals.total_minor, currency)},
            {"label": "Without tax", "value": format_amount(first.totals.net_minor, currency)},
            {"label": "Tax", "value": format_amount(first.totals.tax_minor, currency), "hint": tax},
        ],
        "notes": [first.why, tax_why],
    }


def _row(cost: Cost) -> dict[str, Any]:
    return {
        "quantity": cost.price.quantity,
        "price_minor": cost.price.unit_price_minor,
        "net_minor": cost.totals.net_minor,
        "tax_minor": cost.totals.tax_minor,
        "total_minor": cost.totals.total_minor,
        "why": cost.why,
    }


def _costs(ctx: Context, item: Item, customer: Party | None, quantities: list[Decimal], on: date) -> tuple[list[Cost], str]:
    """What each quantity costs, and why it is taxed as it is; what is sold is done or handed over here, as charges are."""
    found = net_prices(ctx, [Ask(item, quantity) for quantity in quantities], customer, on)
    if customer is None:
        code = taxes_for(ctx, [item.tax_class], on)[item.tax_class]
        rate_bp, category, why, rounding = code.rate_bp, code.category, code.exemption_reason, setting_on(ctx, on).rounding
    else:
        buyer = buyer_of(ctx, customer)
        tax = chosen_taxes(ctx, buyer, [Wish(supply_of(item, item.tax_class, stays=True), found[0].price_minor)], on)[0]
        rate_bp, category, why, rounding = tax.rate_bp, tax.category, tax.why, buyer.rounding
    costs = []
    for quantity, price in zip(quantities, found, strict=True):
        line = rules.Price(quantity, price.price_minor, 0, rate_bp, category)
        costs.append(Cost(line, rules.add_up([line], rounding), price.why))
    return costs, why or "No customer is named: taxed here."
