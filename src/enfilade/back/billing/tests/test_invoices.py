"""Drafts, issued invoices, credit notes."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.billing.commands import (
    InvoiceLineIn as Line,
)
from enfilade.back.billing.commands import (
    change_draft,
    credit_invoice,
    give_discount,
    invoice_charges,
    issue_invoice,
    take_payment,
    void_draft,
)
from enfilade.back.billing.models import Invoice
from enfilade.base.books.models import Entry
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import EventEntry
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def amounts(invoice: Invoice) -> tuple[int, int, int, int, int, int]:
    """Net, tax, total, paid, credited, open."""
    return (invoice.net_minor, invoice.tax_minor, invoice.total_minor, invoice.paid_minor, invoice.credited_minor, invoice.open_minor)


def test_a_draft_has_totals_and_no_number(shop: Shop) -> None:
    """Nothing is posted for it."""
    draft = shop.fresh(shop.draft())
    assert (draft.state, draft.number, draft.issued_on, amounts(draft)) == ("draft", None, None, (17_000, 380, 17_380, 0, 0, 17_380))
    with scope(shop.company.pk):
        lines = list(
            draft.lines.visible_to(shop.ctx)
            .order_by("pk")
            .values_list("description", "net_minor", "tax_minor", "tax_category", "tax_reason")
        )
        assert not Entry.objects.exists()
    assert [line[:4] for line in lines] == [("Check-up", 15_000, 0, "E"), ("Toothbrush", 2_000, 380, "S")]
    assert "UStG" in lines[0][4]


def test_issuing_numbers_and_posts(shop: Shop) -> None:
    """Receivable against revenue by tax class and tax; the entry names the invoice."""
    year = shop.ctx.today.year
    first, second = shop.invoice(), shop.invoice(Line(shop.brush, quantity=Decimal(10), discount=1_000))
    assert [first.number, second.number] == [f"INV-{year}-00001", f"INV-{year}-00002"]
    assert (first.state, first.issued_on, first.due_on) == ("issued", shop.ctx.today, shop.ctx.today + timedelta(days=14))
    assert amounts(shop.fresh(second)) == (9_000, 1_710, 10_710, 0, 0, 10_710)
    found = shop.balances("receivable", "revenue_exempt", "revenue", "discount", "tax_output")
    assert found == [17_380 + 10_710, -15_000, -12_000, 1_000, -2_090]
    with scope(shop.company.pk):
        entry = Entry.objects.get(origin=ref(first))
        assert (entry.on, entry.text, sum(line.quantity_minor for line in entry.lines.all())) == (
            shop.ctx.today,
            "Invoice to Ada Lindqvist",
            0,
        )
        event = EventEntry.objects.filter(name="billing.InvoiceIssued").order_by("pk").first().payload
    assert (event["invoice"], event["number"], event["party"], event["total_minor"]) == (first.pk, first.number, shop.party.pk, 17_380)
    assert (event["on"], event["origin"]) == (shop.ctx.today.isoformat(), "")


def test_an_issued_invoice_is_not_issued_again(shop: Shop) -> None:
    """Nor changed, nor thrown away."""
    invoice = shop.invoice()
    before = shop.rows()
    attempts: tuple[Any, ...] = (
        lambda: issue_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today),
        lambda: change_draft(shop.ctx, invoice=invoice, lines=[Line(shop.brush)]),
        lambda: void_draft(shop.ctx, invoice=invoice),
    )
    for attempt in attempts:
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "not_draft"
    assert shop.rows() == before


def test_a_refused_issue_leaves_no_gap(shop: Shop) -> None:
    """A closed month refuses; the next invoice takes the next number."""
    shop.invoice()
    draft = shop.draft(due_on=date(2100, 1, 1))
    before = shop.rows()
    for on, code in (
        (date(1990, 5, 5), "entry_period_open"),
        (date(9999, 1, 1), "date_out_of_range"),
        (date(2150, 1, 1), "due_before_issue"),
    ):
        with pytest.raises(Refusal) as refused:
            issue_invoice(shop.ctx, invoice=draft, on=on)
        assert refused.value.code == code
    assert (shop.rows(), shop.fresh(draft).state) == (before, "draft")
    assert issue_invoice(shop.ctx, invoice=draft, on=shop.ctx.today).number.endswith("-00002")


def test_charges_become_one_invoice(shop: Shop) -> None:
    """With the discounts they have; of one origin where asked; each once."""
    charge = shop.charge(origin="appointments.visit:1")
    give_discount(shop.ctx, charge=charge, discount=5_000, reason="Waited")
    shop.charge(shop.brush, quantity=Decimal(3), origin="appointments.visit:1")
    other = shop.charge(origin="appointments.visit:2")
    invoice = invoice_charges(shop.ctx, party=shop.party, origin="appointments.visit:1")
    assert (invoice.state, invoice.origin, amounts(shop.fresh(invoice))) == (
        "issued",
        "appointments.visit:1",
        (13_000, 570, 13_570, 0, 0, 13_570),
    )
    assert (shop.fresh(charge).state, shop.fresh(charge).invoice_id, shop.fresh(other).state) == ("invoiced", invoice.pk, "open")
    with pytest.raises(Refusal) as refused:
        invoice_charges(shop.ctx, party=shop.party, origin="appointments.visit:1")
    assert refused.value.code == "no_open_charges"
    assert shop.balances("discount", "revenue_exempt") == [5_000, -15_000]


def test_tax_is_that_of_the_day_of_supply(shop: Shop) -> None:
    """Half a year with 16 % in Germany in 2020 stays 16 % on a bill written today."""
    shop.charge(shop.brush, on=date(2020, 8, 1), unit_price=1_000)
    shop.charge(shop.brush, unit_price=1_000)
    invoice = invoice_charges(shop.ctx, party=shop.party)
    with scope(shop.company.pk):
        assert list(invoice.lines.visible_to(shop.ctx).order_by("pk").values_list("tax_rate_bp", "tax_minor")) == [(1600, 160), (1900, 190)]


def test_a_voided_draft_gives_its_charges_back(shop: Shop) -> None:
    """It keeps its lines to look at, and never had a number."""
    lines = [Line(shop.brush)]
    draft = void_draft(shop.ctx, invoice=shop.draft(*lines))
    assert (draft.state, draft.number) == ("void", None)
    assert shop.balance("receivable") == 0


def test_a_draft_changes_until_it_is_issued(shop: Shop) -> None:
    """New lines, new totals."""
    draft = change_draft(shop.ctx, invoice=shop.draft(), lines=[Line(shop.brush, quantity=Decimal(5), description="Brushes")])
    assert amounts(shop.fresh(draft)) == (5_000, 950, 5_950, 0, 0, 5_950)
    assert issue_invoice(shop.ctx, invoice=draft, on=shop.ctx.today).total_minor == 5_950


def test_an_invoice_over_nothing_is_paid_at_once(shop: Shop) -> None:
    """It has its number; there is nothing to post but what was given off."""
    invoice = shop.invoice(Line(shop.check, discount=15_000))
    assert (invoice.state, invoice.total_minor) == ("paid", 0)
    assert shop.balances("revenue_exempt", "discount", "receivable") == [-15_000, 15_000, 0]
    assert shop.invoice(Line(description="Nothing", unit_price=0, tax_class="exempt")).state == "paid"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ({"item": 999_999_999}, "lines[1].item"),
        ({"description": "Words only"}, "lines[1].unit_price"),
        ({"description": "No class", "unit_price": "1.00"}, "lines[1].tax_class"),
        ({"unit_price": "1.00", "tax_class": "exempt"}, "lines[1].description"),
        ({"description": "x", "unit_price": "1.00", "tax_class": "luxury"}, "lines[1].tax_class"),
        ({"description": "x", "unit_price": "1.00", "tax_class": "exempt", "discount": "1.01"}, "lines[1].quantity"),
        ({"description": "x", "unit_price": "1.00", "tax_class": "exempt", "quantity": "0"}, "lines[1].quantity"),
        ({"description": "x", "unit_price": "1.00", "tax_class": "exempt", "colour": "red"}, "lines[1].colour"),
    ],
)
def test_lines_are_refused_with_their_path(shop: Shop, line: dict[str, Any], path: str) -> None:
    """The first line is fine, the second is not; nothing is written."""
    before = shop.rows()
    with pytest.raises(Refusal) as refused:
        run_raw(shop.ctx, "billing.draft_invoice", {"party": shop.party.pk, "lines": [{"item": shop.check.pk}, line]})
    assert (refused.value.field, shop.rows()) == (path, before)


def test_an_invoice_has_lines(shop: Shop) -> None:
    """At least one."""
    with pytest.raises(Refusal) as refused:
        run_raw(shop.ctx, "billing.draft_invoice", {"party": shop.party.pk, "lines": []})
    assert refused.value.field == "lines"


def test_a_credit_note_takes_an_unpaid_invoice_back(shop: Shop) -> None:
    """Its own series, positive amounts, the posting with opposite signs; the invoice is void."""
    invoice = shop.invoice()
    note = credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="Wrong patient")
    assert (note.kind, note.state, note.cancels_id, note.number) == ("credit_note", "paid", invoice.pk, f"CN-{shop.ctx.today.year}-00001")
    assert amounts(shop.fresh(note)) == (17_000, 380, 17_380, 17_380, 0, 0)
    assert (shop.fresh(invoice).state, amounts(shop.fresh(invoice))) == ("void", (17_000, 380, 17_380, 0, 17_380, 0))
    assert shop.balances("receivable", "revenue_exempt", "revenue", "tax_output", "discount") == [0, 0, 0, 0, 0]


def test_partial_credits_and_payments_settle_to_the_cent(shop: Shop) -> None:
    """Never more than is open, and the books are even at the end."""
    invoice = shop.invoice()
    note = credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="Goodwill", amount=3_333)
    assert (note.total_minor, shop.fresh(invoice).state, shop.fresh(invoice).open_minor) == (3_333, "issued", 14_047)
    take_payment(shop.ctx, invoice=invoice, method="card", amount=10_000)
    assert shop.fresh(invoice).state == "part_paid"
    with pytest.raises(Refusal) as refused:
        credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="x", amount=14_048)
    assert refused.value.code == "credit_too_large"
    credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="The rest")
    assert (shop.fresh(invoice).state, shop.balance("receivable")) == ("paid", 0)
    with pytest.raises(Refusal) as refused:
        credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="x")
    assert refused.value.code == "already_paid"


def test_a_credit_note_is_no_invoice(shop: Shop) -> None:
    """It is neither paid nor credited, and not older than what it is for."""
    invoice = shop.invoice()
    with pytest.raises(Refusal) as refused:
        credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today - timedelta(days=1), reason="x")
    assert refused.value.code == "before_invoice"
    note = credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="x")
    for attempt in (
        lambda: take_payment(shop.ctx, invoice=note, method="card", amount=1),
        lambda: credit_invoice(shop.ctx, invoice=note, on=shop.ctx.today, reason="x"),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "already_paid"


@pytest.mark.races
def test_numbers_have_no_gaps_when_a_third_is_refused(shop: Shop) -> None:
    """60 real threads, every third in a month that is not open."""
    drafts = [shop.draft(Line(shop.brush)) for _ in range(60)]
    days = [date(1990, 1, 1) if i % 3 == 0 else shop.ctx.today for i in range(60)]
    found = race(60, lambda i: issue_invoice(shop.ctx, invoice=drafts[i].pk, on=days[i]))
    numbers = sorted(int(re.sub(r".*-", "", f.number)) for f in found if isinstance(f, Invoice))
    assert numbers == list(range(1, 41)), [f for f in found if isinstance(f, Exception)][:3]
    assert {f.code for f in found if isinstance(f, Refusal)} == {"entry_period_open"}


@pytest.mark.races
def test_charges_are_invoiced_once(shop: Shop) -> None:
    """20 people press the button."""
    for _ in range(3):
        shop.charge()
    found = race(20, lambda i: invoice_charges(shop.ctx, party=shop.party.pk))
    assert [type(f).__name__ for f in found if not isinstance(f, Refusal)] == ["Invoice"]
    assert {f.code for f in found if isinstance(f, Refusal)} == {"no_open_charges"}
    assert shop.balance("receivable") == 45_000
