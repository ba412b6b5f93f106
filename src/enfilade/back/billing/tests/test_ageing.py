"""What was open on a day, whatever happened to it later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from enfilade.back.billing.commands import credit_invoice, issue_invoice, refund_payment, take_payment
from enfilade.back.billing.reports import receivables
from enfilade.core.context import Context
from enfilade.core.scope import scope

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_ageing_of_a_past_day_knows_nothing_of_what_came_after(shop: Shop) -> None:
    """One invoice is paid in June and refunded in July, one is credited in June, one stays open: three days, three answers."""
    year = shop.ctx.today.year

    def at(month: int) -> Context:
        return replace(shop.ctx, now=shop.ctx.now.replace(year=year, month=month, day=10))

    def owed(month: int) -> int:
        with scope(shop.company.pk, read_only=True):
            return int(receivables(shop.ctx, on=date(year, month, 20))["totals"].get("open_minor", 0))

    paid, credited, _ = [issue_invoice(at(5), invoice=shop.draft(), on=date(year, 5, 10)) for _ in range(3)]
    payment = take_payment(at(6), invoice=paid, method="card", amount=17_380)
    credit_invoice(at(6), invoice=credited, on=date(year, 6, 10), reason="Wrong")
    refund_payment(at(7), payment=payment, amount=7_380, reason="Too much")
    assert [owed(month) for month in (4, 5, 6, 7)] == [0, 3 * 17_380, 17_380, 17_380 + 7_380]
