"""E-invoices that name our order: matched at once, and not approved while they are not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.einvoice.rules import BillLine, Seat, TaxSum
from enfilade.back.einvoice.tests.test_entering import entered, invoice, taken
from enfilade.back.payables.commands import approve_bill
from enfilade.back.purchasing.commands import unmatch_bill
from enfilade.back.purchasing.queries import check
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .buyer import Buyer

pytestmark = pytest.mark.django_db(transaction=True)
DEPOT = Seat("Dental Depot", ("Werkstr. 9",), "80331", "München", "DE", "DE136695976", endpoint=("EM", "a@depot.example"))


def named(office: Buyer, order: Any, quantity: str = "10", code: str = "GLOVE") -> Any:
    """An e-invoice of the depot over gloves at 10.00 that names the order, entered as a bill."""
    net = Decimal(quantity) * 10
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    line = BillLine("Gloves", Decimal(quantity), "C62", Decimal("10.00"), net, "S", Decimal(19))
    sums = {"net": net, "tax": tax, "total": net + tax}
    content = invoice(
        office, DEPOT, order=order.number, lines=(replace(line, code=code),), taxes=(TaxSum("S", Decimal(19), net, tax),), **sums
    )  # fmt: skip
    return entered(office, taken(office, content), although_broken=True)


def test_what_names_order_and_item_is_matched_at_once(office: Buyer) -> None:
    order = office.sent()
    office.came(order)
    bill = named(office, order)
    with scope(office.company.pk):
        checked = check(office.ctx, bill)
    assert (checked.order, checked.fits) == (order.number, True)
    approve_bill(office.key(), bill=bill, on=office.today)
    assert office.line(order).invoiced_quantity == 10


def test_what_names_an_order_is_not_approved_without_it(office: Buyer) -> None:
    order = office.sent()
    office.came(order)
    bill = named(office, order)
    unmatch_bill(office.key(), bill=bill)
    with pytest.raises(Refusal, match=f"names our order {order.number}"):
        approve_bill(office.key(), bill=bill, on=office.today)
