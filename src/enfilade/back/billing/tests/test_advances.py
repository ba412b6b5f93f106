"""Advances: asked for, paid, deducted in the final invoice, handed back; books, tax and open items say the same all the while."""

from datetime import timedelta
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
from enfilade.back.billing.models import Allocation, Invoice, WriteOff
from enfilade.back.billing.proof import differences
from enfilade.back.billing.proving import owed_by_customers
from enfilade.back.billing.queries import free_advances, overdue_invoices, taken_advances
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


def test_an_advance_has_a_line_for_each_way_in_which_the_draft_is_taxed(shop: Shop) -> None:
    """Half of a check-up without tax and of two brushes with it: each with its share, to the cent."""
    draft = shop.draft()
    advance = ask_advance(shop.ctx, invoice=draft, percent=Decimal(50), on=shop.ctx.today)
    with scope(shop.company.pk):
        lines = [(x.tax_class, x.net_minor, x.tax_minor, x.description) for x in advance.lines.visible_to(shop.ctx).order_by("pk")]
    assert lines == [("exempt", 7_500, 0, "Advance of 50 % on: Check-up"), ("standard", 1_000, 190, "Advance of 50 % on: Toothbrush")]
    pay(shop, advance, 4_000)
    pay(shop, advance)
    assert (shop.balance("prepayment"), shop.balance("tax_output")) == (-8_500, -190)
    agree(shop)


def test_what_was_not_paid_is_claimed_by_the_final_invoice(shop: Shop) -> None:
    """A part was paid: that is deducted; the rest of the advance is closed without a credit note, because the final is over everything."""
    draft = big(shop)
    advance = asked(shop, draft)
    pay(shop, advance, 11_900)
    final = issue(shop, draft)
    assert (final.open_minor, shop.fresh(advance).open_minor) == (107_100, 0)
    with scope(shop.company.pk):
        assert [(t.kind, t.amount_minor, t.tax_minor) for t in taken_advances(shop.ctx, final)] == [
            ("deducted", 11_900, 1_900), ("replaced", 23_800, 3_800),
        ]  # fmt: skip
    assert shop.balances(*BOOKS) == [107_100, 0, 0, -19_000, -100_000]
    assert (shop.fresh(advance).state, shop.fresh(advance).get_state_display()) == ("replaced", "Replaced by the final invoice")
    with scope(shop.company.pk):
        assert not overdue_invoices(shop.ctx, shop.ctx.today + timedelta(days=400)).filter(pk=advance.pk).exists()
    agree(shop)
    for command, inputs in (
        (take_payment, {"method": "transfer", "amount": 5}),
        (credit_invoice, {"on": shop.ctx.today, "reason": "x", "amount": 5}),
    ):
        with pytest.raises(Refusal) as no:
            command(shop.ctx, invoice=shop.fresh(advance), **inputs)
        assert no.value.code == "replaced"
    credit_invoice(shop.ctx, invoice=shop.fresh(final), amount=final.total_minor, on=shop.ctx.today, reason="Wrong")
    assert (shop.fresh(advance).state, shop.fresh(advance).open_minor) == ("part_paid", 23_800)
    agree(shop)


def test_more_was_received_than_the_final_invoice_is_over(shop: Shop) -> None:
    """It takes what it needs; the rest of the advance is free for the next one, and can be credited and given back."""
    draft = big(shop)
    advance = asked(shop, draft)
    payment = pay(shop, advance)
    leave_out_advance(shop.ctx, invoice=draft, advance=advance)
    small = shop.draft(Line(shop.brush, quantity=Decimal(10)))
    deduct_advances(shop.ctx, invoice=small)
    final = issue(shop, small)
    assert (final.state, shop.fresh(advance).paid_minor, shop.balance("prepayment")) == ("paid", 23_800, -20_000)
    with scope(shop.company.pk):
        assert free_advances(shop.ctx, shop.party) == [advance]
    agree(shop)
    credit_invoice(shop.ctx, invoice=advance, amount=23_800, on=shop.ctx.today, reason="Not needed")
    assert (shop.balance("prepayment"), shop.fresh(payment).rest_minor) == (0, 23_800)
    refund_payment(shop.ctx, payment=payment, amount=23_800, reason="Not needed")
    assert shop.balances(*BOOKS) == [0, 0, 0, -1_900, -10_000]
    agree(shop)


def test_a_final_invoice_that_is_credited_hands_its_advances_back(shop: Shop) -> None:
    """The advance is received again, taxed again, and the next final invoice deducts it."""
    draft = big(shop)
    advance = asked(shop, draft)
    pay(shop, advance)
    final = issue(shop, draft)
    credit_invoice(shop.ctx, invoice=final, amount=119_000, on=shop.ctx.today, reason="Wrong")
    assert (shop.fresh(final).state, shop.fresh(advance).paid_minor, shop.fresh(advance).state) == ("void", 35_700, "paid")
    assert shop.balances(*BOOKS) == [0, 0, -30_000, -5_700, 0]
    agree(shop)
    again = big(shop)
    deduct_advances(shop.ctx, invoice=again)
    assert issue(shop, again).open_minor == 83_300
    agree(shop)


def test_a_payment_that_is_taken_back_opens_what_it_settles_now(shop: Shop) -> None:
    """Before the final invoice the advance, after it the final invoice; the tax of the advance goes with its money."""
    draft = big(shop)
    advance = asked(shop, draft)
    payment = pay(shop, advance)
    with scope(shop.company.pk):
        [row] = Allocation.objects.visible_to(shop.ctx).filter(invoice=advance)
    release_allocation(shop.ctx, allocation=row, reason="Was for something else")
    assert shop.balances(*BOOKS) == [0, -35_700, 0, 0, 0]
    void_transfer(shop.ctx, payment=payment, reason="Not ours", on=shop.ctx.today)
    second = pay(shop, advance)
    final = issue(shop, draft)
    void_transfer(shop.ctx, payment=second, reason="Came back", on=shop.ctx.today)
    assert (shop.fresh(final).open_minor, shop.balance("receivable"), shop.balance("tax_output")) == (119_000, 119_000, -19_000)
    agree(shop)


def test_many_are_issued_together_and_each_takes_its_own(shop: Shop) -> None:
    """As one by one."""
    drafts = [big(shop), big(shop), shop.draft()]
    for draft in drafts[:2]:
        pay(shop, asked(shop, draft))
    issue_invoices(shop.ctx, invoices=drafts, on=shop.ctx.today)
    assert [shop.fresh(d).open_minor for d in drafts] == [83_300, 83_300, 17_380]
    agree(shop)


def test_what_is_refused(shop: Shop) -> None:
    """Each with its sentence, and nothing changes."""
    draft = big(shop)
    advance = asked(shop, draft)
    ordinary = shop.invoice()
    other = shop.draft()
    abroad = run_raw(shop.ctx, "billing.draft_invoice", {
        "party": shop.party.pk, "currency": "USD", "rate": "1.1",
        "lines": [{"description": "x", "unit_price": "5", "tax_class": "standard"}],
    })  # fmt: skip
    before = shop.rows()
    tried = (
        (ask_advance, {"invoice": draft, "amount": 90_000, "on": shop.ctx.today}, "too_much"),
        (ask_advance, {"invoice": draft, "amount": 0, "on": shop.ctx.today}, "nothing_asked"),
        (ask_advance, {"invoice": draft, "on": shop.ctx.today}, "percent_or_amount"),
        (ask_advance, {"invoice": draft, "on": shop.ctx.today, "percent": Decimal(5), "amount": 5}, "percent_or_amount"),
        (ask_advance, {"invoice": advance, "amount": 100, "on": shop.ctx.today}, "not_draft"),
        (ask_advance, {"invoice": abroad, "amount": 100, "on": shop.ctx.today}, "other_currency"),
        (deduct_advances, {"invoice": other}, "no_advances"),
        (deduct_advances, {"invoice": other, "advance": ordinary}, "other_party"),
        (deduct_advances, {"invoice": other, "advance": advance}, "advance_planned_once"),
        (leave_out_advance, {"invoice": other, "advance": advance}, "not_planned"),
        (write_off, {"invoice": advance, "kind": "bad_debt", "reason": "x", "on": shop.ctx.today}, "is_advance"),
    )
    for command, inputs, code in tried:
        with pytest.raises(Refusal) as refused:
            command(shop.ctx, **inputs)
        assert refused.value.code == code, refused.value
    assert shop.rows() == before
    pay(shop, advance)
    final = issue(shop, draft)
    with scope(shop.company.pk):
        [taken] = taken_advances(shop.ctx, final)
    with pytest.raises(Refusal) as refused:
        reverse_write_off(shop.ctx, write_off=taken, reason="x", on=shop.ctx.today)
    assert refused.value.code == "of_final"
    with pytest.raises(Refusal) as refused:
        deduct_advances(shop.ctx, invoice=other, advance=advance)
    assert refused.value.code == "already_deducted"


def test_a_draft_thrown_away_lets_its_advances_go(shop: Shop) -> None:
    """Another one can deduct them."""
    draft = big(shop)
    advance = asked(shop, draft)
    void_draft(shop.ctx, invoice=draft)
    with scope(shop.company.pk):
        assert free_advances(shop.ctx, shop.party) == [advance]


def test_two_final_invoices_want_one_advance(shop: Shop) -> None:
    """One gets it, whether they plan it or are issued at once."""
    draft = big(shop)
    advance = asked(shop, draft)
    pay(shop, advance)
    leave_out_advance(shop.ctx, invoice=draft, advance=advance)
    drafts = [big(shop) for _ in range(4)]
    won = race(4, lambda n: deduct_advances(shop.ctx, invoice=drafts[n], advance=advance))
    assert [type(x) for x in won].count(Invoice) == 1
    for draft in drafts:
        issue(shop, draft)
    with scope(shop.company.pk):
        taken = WriteOff.objects.visible_to(shop.ctx).filter(invoice=advance, state="standing")
        assert sum(t.amount_minor for t in taken) == 35_700
    assert sorted(shop.fresh(d).open_minor for d in drafts) == [83_300, 119_000, 119_000, 119_000]
    agree(shop)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asks=st.lists(st.tuples(st.integers(1, 40_000), st.integers(0, 100)), min_size=1, max_size=3),
    more=st.integers(0, 100),
    credit=st.sampled_from([0, 1, 33, 100]),
)
def test_whatever_is_asked_and_paid_the_final_invoice_is_what_counts(asks: list[tuple[int, int]], more: int, credit: int) -> None:
    """Revenue is the net of the final invoice less its credit, tax its tax, and what is owed what nobody paid."""
    shop = Shop()
    draft = shop.draft(Line(shop.check, quantity=Decimal(7)), Line(shop.brush, quantity=Decimal("13.7"), unit_price=999))
    for amount, part in asks:
        advance = asked(shop, draft, amount)
        if amount * part // 100:
            pay(shop, advance, amount * part // 100)
    paid = sum(amount * part // 100 for amount, part in asks)
    final = issue(shop, draft)
    if final.open_minor * more // 100:
        paid += final.open_minor * more // 100
        pay(shop, final, final.open_minor * more // 100)
    credited = final.total_minor * credit // 100
    if credited:
        note = credit_invoice(shop.ctx, invoice=shop.fresh(final), amount=credited, on=shop.ctx.today, reason="x")
    net, tax = (final.net_minor - note.net_minor, final.tax_minor - note.tax_minor) if credited else (final.net_minor, final.tax_minor)
    earned = shop.balance("revenue") + shop.balance("revenue_exempt")
    received = shop.balance("prepayment") + shop.balance("advance_asked")
    if credit < 100:
        assert (earned, shop.balance("tax_output"), received) == (-net, -tax, 0)
        assert shop.balance("receivable") == net + tax - paid
    else:
        # The advances are asked for again, and what was paid for them settles them.
        asked_minor = sum(amount for amount, _ in asks)
        assert (earned, received + shop.balance("tax_output")) == (0, -asked_minor)
        assert shop.balance("receivable") == asked_minor - paid
    agree(shop)
