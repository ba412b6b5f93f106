"""Advances: asked for, paid, deducted in the final invoice, handed back; books, tax and open items say the same all the while."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import (
    ask_advance,
    credit_invoice,
    deduct_advances,
    issue_invoice,
    issue_invoices,
    leave_out_advance,
    refund_payment,
    release_allocation,
    reverse_write_off,
    take_payment,
    void_draft,
    void_transfer,
    write_off,
)
from enfilade.back.billing.models import AdvancePlan, Allocation, Invoice, WriteOff
from enfilade.back.billing.proof import differences
from enfilade.back.billing.proving import owed_by_customers
from enfilade.back.billing.queries import free_advances, taken_advances
from enfilade.back.tax.parts import TaxedPart, by_account, taxed_parts
from enfilade.back.tax.proving import tax_of_documents
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
BOOKS = ("receivable", "advance_asked", "prepayment", "tax_output", "revenue")


def big(shop: Shop) -> Invoice:
    """A draft over 1,000.00 and 190.00 tax."""
    return shop.draft(Line(shop.brush, quantity=Decimal(100)))


def asked(shop: Shop, draft: Invoice, amount: int = 35_700) -> Invoice:
    """An advance over a part of a draft."""
    return ask_advance(shop.ctx, invoice=draft, amount=amount, on=shop.ctx.today)


def pay(shop: Shop, invoice: Invoice, amount: int | None = None, **how: Any) -> Any:
    """Money by transfer, all that is open when left out."""
    return take_payment(shop.ctx, invoice=invoice, method="transfer", amount=amount or shop.fresh(invoice).open_minor, **how)


def issue(shop: Shop, draft: Invoice) -> Invoice:
    """The draft, issued today."""
    return issue_invoice(shop.ctx, invoice=draft, on=shop.ctx.today)


def taxed(shop: Shop, *, cash: bool = False) -> list[TaxedPart]:
    """What is taxed today."""
    with scope(shop.company.pk):
        return taxed_parts(shop.ctx, shop.ctx.today, shop.ctx.today, cash=cash)


def agree(shop: Shop) -> None:
    """Documents, ledger, tax and rows say the same."""
    with scope(shop.company.pk):
        assert differences(shop.ctx) == []
        assert owed_by_customers(shop.ctx) == []
        assert tax_of_documents(shop.ctx) == []
        assert verify_all(shop.ctx) == []


def test_an_advance_is_asked_for_paid_and_deducted(shop: Shop) -> None:
    """Nothing is earned and no tax is owed until money comes; the final invoice is over everything and asks for the rest."""
    draft = big(shop)
    advance = asked(shop, draft)
    assert (advance.advance, advance.net_minor, advance.tax_minor, advance.state) == (True, 30_000, 5_700, "issued")
    assert shop.balances(*BOOKS) == [35_700, -35_700, 0, 0, 0]
    assert taxed(shop) == [] == taxed(shop, cash=True)
    pay(shop, advance)
    assert shop.balances(*BOOKS) == [0, 0, -30_000, -5_700, 0]
    assert [(p.base_minor, p.owed_minor, p.owed_on) for p in taxed(shop)] == [(30_000, 5_700, "tax_output")]
    agree(shop)
    final = issue(shop, draft)
    assert (final.total_minor, final.paid_minor, final.open_minor, final.state) == (119_000, 35_700, 83_300, "part_paid")
    assert shop.balances(*BOOKS) == [83_300, 0, 0, -19_000, -100_000]
    assert (shop.fresh(advance).state, shop.fresh(advance).open_minor) == ("paid", 0)
    with scope(shop.company.pk):
        [taken] = taken_advances(shop.ctx, final)
    assert (taken.kind, taken.net_minor, taken.tax_minor, taken.invoice) == ("deducted", 30_000, 5_700, advance)
    pay(shop, final)
    assert shop.balances(*BOOKS) == [0, 0, 0, -19_000, -100_000]
    for cash in (False, True):
        parts = taxed(shop, cash=cash)
        assert (sum(p.base_minor for p in parts), by_account(parts)) == (100_000, {"tax_output": -19_000})
    agree(shop)
