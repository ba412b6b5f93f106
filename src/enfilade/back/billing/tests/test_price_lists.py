"""Prices of lists on charges, drafts and in what something would cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import change_draft, invoice_charges
from enfilade.back.billing.models import Invoice, InvoiceLine
from enfilade.back.billing.panels import invoice_prices
from enfilade.core.command import run_raw
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def listed(shop: Shop, price: str, quantity: str = "0", **more: Any) -> Any:
    """A list for everybody with a price of the brush."""
    made = run_raw(shop.ctx, "pricing.add_pricelist", {"name": "Retail", "is_default": True, **more})
    run_raw(shop.ctx, "pricing.add_listprice", {"price_list": made.pk, "item": shop.brush.pk, "price": price, "from_quantity": quantity})
    return made


def lines_of(shop: Shop, invoice: Invoice) -> list[tuple[int, str]]:
    """Price of each line, and why."""
    with scope(shop.company.pk):
        return list(InvoiceLine.objects.filter(invoice=invoice).order_by("pk").values_list("unit_price_minor", "price_why"))


def test_drafts_ask_the_list_and_leave_what_was_typed(shop: Shop) -> None:
    """By the quantity of the line; a price that somebody typed stands, and has no reason."""
    listed(shop, "8.00", "3")
    made = shop.draft(Line(shop.brush), Line(shop.brush, quantity=Decimal(3)), Line(shop.brush, quantity=Decimal(3), unit_price=950))
    assert lines_of(shop, made) == [(1_000, "The item's price."), (800, "8.00 EUR by the price list Retail, from 3 on."), (950, "")]
    assert made.net_minor == 1_000 + 2_400 + 2_850
    with scope(shop.company.pk):
        shown = invoice_prices(shop.ctx, made)
    assert shown is not None
    assert [row["why"] for row in shown["rows"]][-1] == "Typed by hand."
    change_draft(shop.ctx, invoice=made, lines=[Line(shop.brush, quantity=Decimal(4))])
    assert lines_of(shop, made) == [(800, "8.00 EUR by the price list Retail, from 3 on.")]


def test_charges_keep_their_price_and_its_reason_until_they_are_billed(shop: Shop) -> None:
    """The list may change in between."""
    made = listed(shop, "8.00")
    charge = shop.charge(shop.brush)
    run_raw(shop.ctx, "pricing.raise_prices", {"price_list": made.pk, "percent": "50", "from_on": shop.ctx.today.isoformat()})
    assert (charge.unit_price_minor, charge.price_why) == (800, "8.00 EUR by the price list Retail.")
    assert shop.charge(shop.brush, unit_price=1).price_why == ""
    invoice = invoice_charges(shop.ctx, party=shop.party)
    assert lines_of(shop, invoice) == [(800, "8.00 EUR by the price list Retail."), (1, "")]


def test_prices_with_tax_hold_that_of_the_country(shop: Shop) -> None:
    """11.90 with 19 % is 10.00 without."""
    listed(shop, "11.90", with_tax=True)
    made = shop.draft(Line(shop.brush, quantity=Decimal(2)))
    assert (made.net_minor, made.total_minor) == (2_000, 2_380)
    assert lines_of(shop, made) == [(1_000, "11.90 EUR with tax by the price list Retail.")]


def test_what_it_would_cost(shop: Shop) -> None:
    """Price, tax, total and why; and what more of it would cost."""
    listed(shop, "8.00", "3")
    with scope(shop.company.pk):
        inputs = {"item": shop.brush, "customer": shop.party, "quantity": Decimal(2), "on": None}
        found = report_named("billing.what_it_costs").figures(shop.ctx, inputs)
        alone = report_named("billing.what_it_costs").figures(shop.ctx, {**inputs, "customer": None})
    assert [(r["quantity"], r["price_minor"], r["net_minor"], r["tax_minor"], r["total_minor"]) for r in found["rows"]] == [
        (2, 1_000, 2_000, 380, 2_380),
        (3, 800, 2_400, 456, 2_856),
    ]
    assert found["notes"][0] == "The item's price."
    assert alone["rows"] == found["rows"]
    assert alone["notes"][1] == "No customer is named: taxed here."
