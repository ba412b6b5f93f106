"""Terms of payment: chosen, frozen, printed; the discount that was agreed; instalments that are due one after the other."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.back.billing import rules
from enfilade.back.billing.agreed import sentences
from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import (
    TermsPart,
    allocate_payment,
    change_draft,
    credit_invoice,
    divide_terms,
    issue_invoice,
    issue_invoices,
    receive_payment,
    refund_payment,
    release_allocation,
    take_payment,
    void_transfer,
    write_off,
)
from enfilade.back.billing.models import Allocation, Instalment, Invoice, Payment, PaymentTerms, WriteOff
from enfilade.back.billing.printing import invoice_pdf
from enfilade.back.billing.proof import differences
from enfilade.back.billing.proving import owed_by_customers
from enfilade.back.billing.queries import due_parts, overdue_invoices
from enfilade.back.billing.standing import open_items
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
THIRDS = ((Decimal(30), 0), (Decimal(30), 30), (Decimal(40), 60))


def agree(shop: Shop, name: str = "2 % in 10 days", **more: Any) -> PaymentTerms:
    """Terms of the company, through the entrance that page and API have."""
    asked = {"name": name, "term_days": 30, "early_percent": "2", "early_days": 10, **more}
    return run_raw(shop.ctx, "billing.add_paymentterms", asked)


def divided(shop: Shop, *parts: tuple[Decimal, int]) -> PaymentTerms:
    """Terms with instalments."""
    terms = agree(shop, "Thirds", early_percent="0", early_days=0)
    return divide_terms(shop.ctx, terms=terms, parts=[TermsPart(*part) for part in parts or THIRDS])


def issue(shop: Shop, terms: PaymentTerms | None, *lines: Line, days_ago: int = 0) -> Invoice:
    """An issued invoice with terms; 173.80 where nothing else is said."""
    return issue_invoice(shop.ctx, invoice=shop.draft(*lines, terms=terms), on=shop.ctx.today - timedelta(days=days_ago))


def agreed(shop: Shop) -> None:
    """Documents and ledger say the same."""
    with scope(shop.company.pk):
        assert differences(shop.ctx) == []
        assert owed_by_customers(shop.ctx) == []


def refused(code: str, call: Any, *args: Any, **values: Any) -> str:
    """The sentence of a refusal."""
    with pytest.raises(Refusal) as caught:
        call(*args, **values)
    assert caught.value.code == code
    return str(caught.value)


def test_the_terms_of_the_customer_come_before_those_for_everybody(shop: Shop) -> None:
    """What an invoice was drafted with stays, whatever becomes of the terms."""
    assert shop.invoice().term_days == 14
    usual = agree(shop, "30 days", early_percent="0", early_days=0, standard=True)
    own = agree(shop, end_of_month=True, term_days=10)
    assert shop.draft().terms_id == usual.pk
    run_raw(shop.ctx, "billing.add_customerterms", {"customer": shop.party.pk, "terms": own.pk})
    draft = shop.draft()
    assert (draft.terms_id, draft.end_of_month, draft.steps) == (own.pk, True, ((10, Decimal(2)),))
    change_draft(shop.ctx, invoice=draft, lines=[Line(shop.check)], terms=usual)
    run_raw(shop.ctx, "billing.change_paymentterms", {"paymentterms": usual.pk, "term_days": 60})
    bill = issue_invoice(shop.ctx, invoice=draft, on=shop.ctx.today)
    assert (bill.terms_id, bill.due_on) == (usual.pk, shop.ctx.today + timedelta(days=30))
    with scope(shop.company.pk), pytest.raises(IntegrityError, match="An issued invoice does not change"), transaction.atomic():
        Invoice.objects.visible_to(shop.ctx).filter(pk=bill.pk).update(early_percent=50, early_days=9)


@pytest.mark.parametrize(
    ("issued", "days", "due"),
    [(date(2026, 1, 5), 10, date(2026, 2, 10)), (date(2024, 2, 1), 0, date(2024, 2, 29)), (date(2026, 12, 31), 14, date(2027, 1, 14))],
)
def test_days_from_the_end_of_the_month(issued: date, days: int, due: date) -> None:
    """Whatever the length of the month."""
    assert rules.due_on(issued, days, end_of_month=True) == due


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"early_percent": "0"}, "A discount has a percentage"),
        ({"early_days": 31}, "before the days to pay"),
        ({"later_percent": "3", "later_days": 20}, "a second one is lower"),
        ({"later_percent": "1", "later_days": 5}, "a second one is lower"),
        ({"name": "30 days"}, "this name already"),
        ({"standard": True}, "for everybody already"),
        ({"term_days": 400}, "at most 365"),
    ],
)
def test_terms_that_make_no_sense_are_refused_with_a_sentence(shop: Shop, more: dict[str, Any], said: str) -> None:
    """By the database, whoever writes."""
    agree(shop, "30 days", early_percent="0", early_days=0, standard=True)
    with pytest.raises(Exception, match=said):
        agree(shop, **{"name": "Other", **more})


def test_a_payment_in_time_that_leaves_the_discount_open_settles_the_invoice_with_its_tax(shop: Shop) -> None:
    """2 % of 173.80 are 3.48; the tax on it is no longer owed (§ 17(1) UStG)."""
    bill = issue(shop, agree(shop), days_ago=10)
    take_payment(shop.ctx, invoice=bill, method="card", amount=17_032)
    found = shop.fresh(bill)
    with scope(shop.company.pk):
        [kept] = WriteOff.objects.visible_to(shop.ctx).filter(invoice=bill)
    assert (found.state, found.deducted_minor, kept.kind, kept.tax_minor) == ("paid", 348, "discount", 8)
    assert (kept.reason, shop.balance("tax_output")) == ("2 % for paying within 10 days, as agreed", -372)
    agreed(shop)


@pytest.mark.parametrize(
    ("amount", "days_ago", "without"), [(17_032, 11, False), (17_033, 10, False), (17_031, 10, False), (17_032, 10, True)]
)
def test_nothing_is_given_beyond_the_terms(shop: Shop, amount: int, days_ago: int, without: bool) -> None:
    """Too late, a cent too much or too little, or not wanted: what is left stays owed."""
    bill = issue(shop, agree(shop), days_ago=days_ago)
    take_payment(shop.ctx, invoice=bill, method="card", amount=amount, without_discount=without)
    assert (shop.fresh(bill).state, shop.fresh(bill).deducted_minor) == ("part_paid", 0)


def test_the_lower_discount_holds_longer_and_a_credit_note_lowers_both(shop: Shop) -> None:
    """3 % in 7 days, 1 % in 20; of 173.80 less 73.80 that is 1.00."""
    bill = issue(shop, agree(shop, early_percent="3", early_days=7, later_percent="1", later_days=20), days_ago=15)
    credit_invoice(shop.ctx, invoice=bill, on=shop.ctx.today, reason="Not done", amount=7_380)
    bill = shop.fresh(bill)
    assert [(d.days, d.amount_minor) for d in bill.discounts] == [(7, 300), (20, 100)]
    take_payment(shop.ctx, invoice=bill, method="card", amount=9_700)
    assert shop.fresh(bill).open_minor == 300
    take_payment(shop.ctx, invoice=shop.fresh(bill), method="card", amount=200)
    assert (shop.fresh(bill).state, shop.fresh(bill).deducted_minor) == ("paid", 100)
    agreed(shop)


def test_money_on_account_that_came_in_time_takes_the_discount_when_it_is_allocated(shop: Shop) -> None:
    """The day on which it came counts, not the one on which somebody gets to it."""
    bill = issue(shop, agree(shop), days_ago=30)
    payment = receive_payment(shop.ctx, party=shop.party, method="card", amount=17_032, on=shop.ctx.today - timedelta(days=20))
    allocate_payment(shop.ctx, payment=payment)
    assert (shop.fresh(bill).state, shop.fresh(bill).deducted_minor) == ("paid", 348)
    agreed(shop)


@pytest.mark.parametrize("how", ["refund", "release", "void"])
def test_the_discount_goes_with_the_payment_that_earned_it(shop: Shop, how: str) -> None:
    """All of it is owed again with its tax; who pays in time again keeps it again."""
    bill = issue(shop, agree(shop))
    payment = take_payment(shop.ctx, invoice=bill, method="transfer", amount=17_032)
    if how == "refund":
        refund_payment(shop.ctx, payment=payment, amount=17_032, reason="Bounced")
    elif how == "void":
        void_transfer(shop.ctx, payment=payment, reason="Another house", on=shop.ctx.today)
    else:
        with scope(shop.company.pk):
            [part] = Allocation.objects.visible_to(shop.ctx).filter(invoice=bill)
        release_allocation(shop.ctx, allocation=part, reason="Was for another")
    assert (shop.fresh(bill).state, shop.fresh(bill).open_minor, shop.balance("tax_output")) == ("issued", 17_380, -380)
    agreed(shop)
    take_payment(shop.ctx, invoice=shop.fresh(bill), method="card", amount=17_032)
    assert (shop.fresh(bill).state, shop.fresh(bill).deducted_minor) == ("paid", 348)
    agreed(shop)


def test_a_credit_note_leaves_the_discount_that_was_kept(shop: Shop) -> None:
    """What comes back is credited, and its money is on account; nothing is owed again."""
    bill = issue(shop, agree(shop))
    take_payment(shop.ctx, invoice=bill, method="card", amount=17_032)
    credit_invoice(shop.ctx, invoice=shop.fresh(bill), on=shop.ctx.today, reason="Brushes came back", amount=2_000)
    assert (shop.fresh(bill).open_minor, shop.fresh(bill).deducted_minor) == (0, 348)
    agreed(shop)


def test_what_was_given_up_once_is_not_kept_twice(shop: Shop) -> None:
    """After a write-off there is no discount any more."""
    bill = issue(shop, agree(shop))
    write_off(shop.ctx, invoice=bill, kind="small", reason="Rounding", on=shop.ctx.today, amount=1)
    assert shop.fresh(bill).discounts == ()


def test_instalments_are_the_total_and_due_one_after_the_other(shop: Shop) -> None:
    """30, 30 and 40 percent of 173.80; a payment settles the oldest first."""
    bill = issue(shop, divided(shop), days_ago=40)
    today = shop.ctx.today
    with scope(shop.company.pk):
        rows = list(Instalment.objects.visible_to(shop.ctx).filter(invoice=bill).values_list("number", "amount_minor", "up_to_minor"))
    assert rows == [(1, 5_214, 5_214), (2, 5_214, 10_428), (3, 6_952, 17_380)]
    assert bill.due_on == today + timedelta(days=20)
    take_payment(shop.ctx, invoice=bill, method="card", amount=6_000)
    with scope(shop.company.pk):
        parts = due_parts(shop.ctx, [shop.fresh(bill)])[bill.pk]
        assert [(p.due_on, p.open_minor) for p in parts] == [(today - timedelta(days=10), 4_428), (bill.due_on, 6_952)]
        assert [(i.due_on, i.open_minor) for i in open_items(shop.ctx, today)] == [(p.due_on, p.open_minor) for p in parts]
        assert [i.pk for i in overdue_invoices(shop.ctx, today)] == [bill.pk]
        before = open_items(shop.ctx, today - timedelta(days=1))
        assert [i.open_minor for i in before] == [5_214, 5_214, 6_952]
        report = report_named("billing.receivables").build(shop.ctx, on=today)
    assert (report["totals"]["age_0_minor"], report["totals"]["age_1_minor"]) == (6_952, 4_428)
    take_payment(shop.ctx, invoice=shop.fresh(bill), method="card", amount=4_428)
    with scope(shop.company.pk):
        assert list(overdue_invoices(shop.ctx, today)) == []
    agreed(shop)


def test_money_on_account_settles_what_is_due_first_over_all_invoices(shop: Shop) -> None:
    """The first instalment, then the other invoice, then what is due later."""
    bill, other = issue(shop, divided(shop)), issue(shop, agree(shop, "Soon", term_days=15, early_percent="0", early_days=0))
    payment = receive_payment(shop.ctx, party=shop.party, method="card", amount=20_000)
    allocate_payment(shop.ctx, payment=payment)
    assert [shop.fresh(i).paid_minor for i in (bill, other)] == [5_214, 14_786]


def test_instalments_are_refused_where_they_are_not_all_of_it(shop: Shop) -> None:
    """By the command with a sentence, by the database in the end."""
    terms = agree(shop)
    half = TermsPart(Decimal(50), 10)
    assert "50 percent" in refused("parts_not_whole", divide_terms, shop.ctx, terms=terms, parts=[half])
    refused("one_part", divide_terms, shop.ctx, terms=terms, parts=[TermsPart(Decimal(100), 3)])
    refused("parts_out_of_order", divide_terms, shop.ctx, terms=terms, parts=[half, half])
    refused("payment_terms_discount_or_parts", divide_terms, shop.ctx, terms=terms, parts=[half, TermsPart(Decimal(50), 20)])
    refused("due_with_instalments", shop.draft, terms=divided(shop), due_on=shop.ctx.today + timedelta(days=9))
    with scope(shop.company.pk), pytest.raises(IntegrityError, match="together 100 percent"), transaction.atomic():
        PaymentTerms.objects.visible_to(shop.ctx).filter(pk=terms.pk).update(
            early_percent=0, early_days=0, parts=[{"percent": "99", "days": 1}]
        )


def test_the_database_keeps_the_instalments_of_an_issued_invoice(shop: Shop) -> None:
    """Nobody changes, adds or takes one away; and none is issued without."""
    bill = issue(shop, divided(shop))
    with scope(shop.company.pk):
        rows = Instalment.objects.visible_to(shop.ctx).filter(invoice=bill)
        for attack in (lambda: rows.update(amount_minor=1), rows.delete):
            with pytest.raises(IntegrityError, match="do not change"), transaction.atomic():
                attack()
        draft = shop.draft(terms=PaymentTerms.objects.visible_to(shop.ctx).get(name="Thirds"))
    with pytest.raises(IntegrityError, match="are its total"), scope(shop.company.pk), transaction.atomic():
        Instalment.objects.create(
            company=shop.company, invoice=draft, number=1, due_on=shop.ctx.today, amount_minor=17_379, up_to_minor=17_379
        )


def test_many_drafts_are_divided_at_once(shop: Shop) -> None:
    """The bulk way makes the same instalments."""
    terms = divided(shop)
    drafts = [shop.draft(terms=terms), shop.draft(terms=terms), shop.draft()]
    issue_invoices(shop.ctx, invoices=drafts, on=shop.ctx.today)
    with scope(shop.company.pk):
        assert Instalment.objects.visible_to(shop.ctx).count() == 6
        assert shop.fresh(drafts[0]).due_on == shop.ctx.today + timedelta(days=60)
    agreed(shop)


def test_the_terms_stand_on_the_paper(shop: Shop) -> None:
    """In sentences that the paper says in the language of the customer."""
    bill = issue(shop, agree(shop, later_percent="1", later_days=20))
    said = sentences(bill, shop.ctx.today)
    assert [s.split(" payable")[0] for s in said] == ["With 2 % discount", "With 1 % discount", "Without discount"]
    assert "170.32" in said[0]
    assert "172.06" in said[1]
    parts = issue(shop, divided(shop))
    assert [s.split(" by ")[0] for s in sentences(parts, shop.ctx.today)] == [
        f"Instalment {n}: €{a}" for n, a in ((1, "52.14"), (2, "52.14"), (3, "69.52"))
    ]
    with scope(shop.company.pk):
        assert invoice_pdf(shop.ctx, shop.fresh(bill)).startswith(b"%PDF")


PAYMENTS = st.lists(st.integers(1, 120), max_size=5)
PARTS = st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True).map(sorted)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(percent=st.integers(0, 2_000), ago=st.integers(0, 40), cuts=PARTS, paid=PAYMENTS, quantity=st.integers(1, 40), exact=st.booleans())
def test_open_is_what_was_neither_paid_nor_kept(
    shop: Shop, percent: int, ago: int, cuts: list[int], paid: list[int], quantity: int, exact: bool
) -> None:
    """Over random terms and payments: open = total - paid - discounts, the parts sum to it, and the ledger says the same."""
    with scope(shop.company.pk):
        number = PaymentTerms.objects.visible_to(shop.ctx).count()
    terms = agree(shop, f"T{number}", early_percent=str(Decimal(percent) / 100), early_days=10 if percent else 0)
    if not percent:
        bounds = [0, *cuts, 100]
        parts = [TermsPart(Decimal(b - a), 10 * n) for n, (a, b) in enumerate(pairwise(bounds))]
        terms = divide_terms(shop.ctx, terms=terms, parts=parts)
    bill = issue(shop, terms, Line(shop.brush, quantity=Decimal(quantity)), Line(shop.check), days_ago=ago)
    payments = [bill.total_minor * share // 100 for share in paid]
    payments += [bill.open_minor - d.amount_minor for d in bill.discounts[:1] if exact]
    for amount in payments:
        bill = shop.fresh(bill)
        if 0 < amount <= bill.open_minor:
            take_payment(shop.ctx, invoice=bill, method="card", amount=amount)
    bill = shop.fresh(bill)
    assert bill.open_minor == bill.total_minor - bill.paid_minor - bill.deducted_minor
    assert bill.deducted_minor in {0, *(rules.discount_of(bill.total_minor, p) for _, p in bill.steps if ago <= 10)}
    with scope(shop.company.pk):
        assert sum(part.open_minor for part in due_parts(shop.ctx, [bill]).get(bill.pk, [])) == bill.open_minor
        assert sum(i.open_minor for i in open_items(shop.ctx, shop.ctx.today) if i.invoice == bill.pk) == bill.open_minor
    agreed(shop)


def test_a_day_that_is_named_goes_before_instalments_that_nobody_chose(shop: Shop) -> None:
    """The customer's usual instalments don't hold for a draft with a day; other terms take the day away again."""
    terms = divided(shop)
    run_raw(shop.ctx, "billing.add_customerterms", {"customer": shop.party.pk, "terms": terms.pk})
    day = shop.ctx.today + timedelta(days=9)
    draft = shop.draft(due_on=day)
    assert (draft.parts, draft.due_on) == ([], day)
    other = agree(shop)
    changed = change_draft(shop.ctx, invoice=draft, lines=[Line(shop.check)], terms=other)
    assert (changed.terms_id, changed.due_on) == (other.pk, None)


@pytest.mark.races
def test_twenty_payments_at_once_keep_one_discount(shop: Shop) -> None:
    """One pays the invoice less the discount; to the others nothing is open."""
    bill = issue(shop, agree(shop))
    found = race(20, lambda i: take_payment(shop.ctx, invoice=bill.pk, method="card", amount=17_032))
    assert sum(isinstance(f, Payment) for f in found) == 1, [f for f in found if not isinstance(f, Refusal)][:3]
    assert {f.code for f in found if isinstance(f, Refusal)} <= {"already_paid", "busy"}
    assert (shop.fresh(bill).paid_minor, shop.fresh(bill).deducted_minor) == (17_032, 348)
    agreed(shop)
