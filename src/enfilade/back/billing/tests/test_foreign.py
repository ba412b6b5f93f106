"""Documents in foreign currencies: their worth, exchange gains and losses; open items are the ledger to the cent in each currency."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import (
    InvoicePart,
    allocate_payment,
    allow_discount,
    credit_invoice,
    draft_invoice,
    issue_invoice,
    issue_invoices,
    receive_payment,
    refund_payment,
    release_allocation,
    reverse_write_off,
    take_payment,
    void_transfer,
    write_off,
)
from enfilade.back.billing.models import Allocation, Invoice, InvoiceLine, Payment, WriteOff
from enfilade.back.billing.printing import invoice_pdf
from enfilade.back.billing.proof import differences
from enfilade.back.billing.proving import owed_by_customers
from enfilade.back.billing.standing import balances_on_account, moves_of, open_items
from enfilade.back.ledger.commands import revalue_currencies
from enfilade.back.ledger.queries import ledger_book
from enfilade.back.tax.parts import taxed_parts
from enfilade.base.books import commands as books
from enfilade.base.books.models import Account
from enfilade.base.books.queries import totals_on
from enfilade.base.money.models import Rate
from enfilade.base.money.rules import worth_of_part
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def abroad(shop: Shop) -> Shop:
    """A shop that knows the dollar: 1.25 for a euro ten days ago, 1.20 today; and has a bank account in it."""
    for days, value in ((10, "1.25"), (0, "1.20")):
        rate(shop, days, value)
    book = None
    with scope(shop.company.pk):
        book = ledger_book(shop.ctx)
    books.add_accounts(shop.ctx, book=book, accounts=[books.AccountIn("1805", "Dollars", "asset")])
    return shop


def rate(shop: Shop, days_ago: int, value: str, quote: str = "USD") -> None:
    """Record what one euro is worth."""
    with scope(shop.company.pk):
        on = shop.ctx.today - timedelta(days=days_ago)
        Rate.objects.create(company=shop.company, base="EUR", quote=quote, on=on, rate=Decimal(value), source="ECB")


def dollars(shop: Shop) -> Account:
    """The bank account in dollars."""
    with scope(shop.company.pk):
        return Account.objects.get(company=shop.company, code="1805")


def bill(shop: Shop, price: int = 10_000, days_ago: int = 10, **more: Any) -> Invoice:
    """An invoice over 119 dollars, ten days ago: worth 95.20."""
    line = Line(description="Advice", unit_price=price, tax_class="standard")
    draft = draft_invoice(shop.ctx, party=more.pop("party", shop.party), lines=[line], currency="USD", **more)
    return issue_invoice(shop.ctx, invoice=draft, on=shop.ctx.today - timedelta(days=days_ago))


def held(shop: Shop, code: str, unit: str) -> int:
    """What an account holds of a unit."""
    with scope(shop.company.pk):
        account = Account.objects.get(company=shop.company, code=code)
        totals = totals_on(shop.ctx, ledger_book(shop.ctx), shop.ctx.today + timedelta(days=40), accounts=[account.pk])
        return sum(t.balance_minor for t in totals if t.unit == unit)


def code_of(shop: Shop, purpose: str) -> str:
    """The account of a purpose."""
    from enfilade.back.ledger.models import AccountPurpose

    with scope(shop.company.pk):
        return str(AccountPurpose.objects.get(company=shop.company, purpose=purpose).account.code)


def agree(shop: Shop, *others: Party) -> None:
    """Open items less what is on account are the ledger, in the company's currency and in dollars."""
    with scope(shop.company.pk):
        assert differences(shop.ctx) == []
        assert owed_by_customers(shop.ctx) == []
        items, kept = open_items(shop.ctx, shop.ctx.today), balances_on_account(shop.ctx, shop.ctx.today)
        before, moves = moves_of(shop.ctx, [p.pk for p in (shop.party, *others)], shop.ctx.today, shop.ctx.today, "USD")
        for item in items:
            row = Invoice.objects.get(pk=item.invoice)
            assert (row.open_minor, row.open_worth_minor) == (item.open_minor, item.worth_minor)
    receivable = code_of(shop, "receivable")
    assert sum(i.worth_minor for i in items) - sum(b.worth_minor for b in kept) == held(shop, receivable, "EUR")
    in_dollars = sum(i.open_minor for i in items if i.currency == "USD") - sum(b.amount_minor for b in kept if b.currency == "USD")
    assert in_dollars == held(shop, receivable, "USD") == before + sum(m.amount_minor for m in moves)
    worth = sum(i.worth_minor for i in items if i.currency == "USD") - sum(b.worth_minor for b in kept if b.currency == "USD")
    assert worth == held(shop, receivable, "EUR@USD")


def sound(shop: Shop) -> None:
    """The whole house proves itself."""
    with scope(shop.company.pk):
        assert [f for f in verify_all(shop.ctx) if f.code != "unsealed"] == []


def test_an_invoice_in_dollars_counts_at_the_rate_of_its_day(abroad: Shop) -> None:
    """119.00 dollars at 1.25 are 95.20 euros: 80.00 of revenue and 15.20 of tax."""
    invoice = abroad.fresh(bill(abroad))
    assert (invoice.currency, invoice.total_minor, invoice.worth_minor, invoice.rate) == ("USD", 11_900, 9_520, Decimal("1.25"))
    assert abroad.balances("receivable", "revenue", "tax_output") == [9_520, -8_000, -1_520]
    assert held(abroad, code_of(abroad, "receivable"), "USD") == 11_900
    with scope(abroad.company.pk):
        [part] = [p for p in taxed_parts(abroad.ctx, abroad.ctx.today - timedelta(days=20), abroad.ctx.today) if p.sale]
        line = InvoiceLine.objects.get(invoice=invoice)
        assert b"%PDF" in invoice_pdf(abroad.ctx, invoice)[:8]
    assert (part.base_minor, part.owed_minor, line.net_worth_minor, line.tax_worth_minor) == (8_000, 1_520, 8_000, 1_520)
    agree(abroad)


def test_paid_in_dollars_the_difference_is_a_gain(abroad: Shop) -> None:
    """95.20 came back as 99.17 (119.00 at 1.20): a gain of 3.97, in parts without a lost cent."""
    invoice = bill(abroad)
    for amount in (3_333, 3_333, 5_234):
        take_payment(abroad.ctx, invoice=invoice.pk, method="transfer", amount=amount, account=dollars(abroad))
        agree(abroad)
    assert (abroad.fresh(invoice).state, abroad.balance("receivable")) == ("paid", 0)
    # Each payment counts at its own rounded worth: 27.78 twice and 43.62.
    assert abroad.balance("exchange_gain") + abroad.balance("exchange_loss") == -(2_778 + 2_778 + 4_362 - 9_520)
    assert (held(abroad, "1805", "USD"), held(abroad, "1805", "EUR")) == (11_900, 9_918)
    sound(abroad)


def test_paid_in_euros_the_amount_is_given_in_both(abroad: Shop) -> None:
    """The bank changed 119 dollars into 94.00 euros: a loss of 1.20; given back as 93.00, a gain of 1.00."""
    invoice = bill(abroad)
    payment = take_payment(abroad.ctx, invoice=invoice.pk, method="transfer", amount=11_900, own_amount=9_400)
    assert abroad.balances("receivable", "bank", "exchange_loss") == [0, 9_400, 120]
    with pytest.raises(Refusal) as no:
        refund_payment(abroad.ctx, payment=payment.pk, amount=11_900, reason="x")
    assert no.value.code == "which_account"
    refund_payment(abroad.ctx, payment=payment.pk, amount=11_900, reason="x", own_amount=9_300)
    assert abroad.balances("receivable", "bank", "exchange_loss", "exchange_gain") == [9_520, 100, 0, -100]
    agree(abroad)
    sound(abroad)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"method": "transfer"}, "which_account"), ({"method": "cash"}, "which_account"), ({"method": "card"}, "which_account"),
        ({"method": "card", "account": True}, "not_a_transfer"), ({"method": "transfer", "own_amount": 0}, "nothing_paid"),
        ({"method": "transfer", "own_amount": 9_000, "amount": 20_000}, "too_much"),
    ],
)  # fmt: skip
def test_how_it_came_has_to_be_clear(abroad: Shop, inputs: dict[str, Any], code: str) -> None:
    """Nothing is taken while it is not."""
    invoice = bill(abroad)
    given = {"amount": 11_900} | inputs | ({"account": dollars(abroad)} if inputs.get("account") else {})
    before = abroad.rows()
    with pytest.raises(Refusal) as no:
        take_payment(abroad.ctx, invoice=invoice.pk, **given)
    assert (no.value.code, abroad.rows()) == (code, before)


def test_cash_in_euros_pays_an_invoice_in_dollars(abroad: Shop) -> None:
    """The drawer counts what is in it."""
    invoice, drawer = bill(abroad), abroad.drawer()
    take_payment(abroad.ctx, invoice=invoice.pk, method="cash", amount=11_900, own_amount=9_500)
    with scope(abroad.company.pk):
        from enfilade.back.billing.queries import expected_cash, takings

        assert expected_cash(drawer) == 20_000 + 9_500
        assert takings(abroad.ctx, abroad.ctx.today)[0].in_minor == 9_500
    agree(abroad)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"currency": "XYZ"}, "unknown_currency"), ({"rate": Decimal(2)}, "no_currency"),
     ({"currency": "USD", "rate": Decimal(0)}, "no_rate")],
)  # fmt: skip
def test_currencies_that_are_not_clear_are_refused(abroad: Shop, inputs: dict[str, Any], code: str) -> None:
    before = abroad.rows()
    with pytest.raises(Refusal) as no:
        abroad.draft(**inputs)
    assert (no.value.code, abroad.rows()) == (code, before)


def test_without_a_rate_nothing_is_issued_and_with_its_own_it_is(abroad: Shop) -> None:
    """Francs are not known; a rate of its own stands on the draft, and the price of an item is converted at it."""
    line = Line(description="Advice", unit_price=10_000, tax_class="standard")
    draft = draft_invoice(abroad.ctx, party=abroad.party, lines=[line], currency="CHF")
    with pytest.raises(Refusal) as no:
        issue_invoice(abroad.ctx, invoice=draft.pk, on=abroad.ctx.today)
    assert no.value.code == "no_rate"
    own = draft_invoice(abroad.ctx, party=abroad.party, lines=[Line(abroad.brush)], currency="CHF", rate=Decimal("0.95"))
    assert own.net_minor == 950
    outcomes = issue_invoices(abroad.ctx, invoices=[draft, own, abroad.draft()], on=abroad.ctx.today)
    assert [(o.kind, o.code) for o in outcomes] == [("refused", "no_rate"), ("done", ""), ("done", "")]
    assert (abroad.fresh(own).worth_minor, abroad.fresh(own).total_minor) == (1_191, 1_131)
    agree(abroad)


def test_a_draft_changes_its_currency(abroad: Shop) -> None:
    """Typed through the door of programs, in the currency that is named."""
    draft = abroad.draft()
    lines = [{"description": "Advice", "unit_price": "10.00", "tax_class": "standard"}]
    run_raw(abroad.ctx, "billing.change_draft", {"invoice": draft.pk, "lines": lines, "currency": "usd"})
    assert (abroad.fresh(draft).currency, abroad.fresh(draft).total_minor) == ("USD", 1_190)
    run_raw(abroad.ctx, "billing.change_draft", {"invoice": draft.pk, "lines": lines})
    assert abroad.fresh(draft).currency == "USD"
    run_raw(abroad.ctx, "billing.change_draft", {"invoice": draft.pk, "lines": lines, "currency": "EUR"})
    assert abroad.invoice().worth_minor is None


def test_credits_discounts_and_write_offs_go_at_the_rate_of_the_invoice(abroad: Shop) -> None:
    """Whatever the dollar is worth today: revenue and tax of what was given up are gone to the cent, and there is no exchange gain."""
    invoice = bill(abroad, price=9_999)
    credit_invoice(abroad.ctx, invoice=invoice.pk, on=abroad.ctx.today, reason="x", amount=3_333)
    agree(abroad)
    allow_discount(abroad.ctx, invoice=invoice.pk, amount=119, on=abroad.ctx.today)
    lost = write_off(abroad.ctx, invoice=invoice.pk, kind="bad_debt", reason="x", on=abroad.ctx.today)
    assert abroad.balances("receivable", "tax_output", "exchange_gain", "exchange_loss") == [0, 0, 0, 0]
    agree(abroad)
    reverse_write_off(abroad.ctx, write_off=lost.pk, reason="x", on=abroad.ctx.today)
    credit_invoice(abroad.ctx, invoice=invoice.pk, on=abroad.ctx.today, reason="x")
    assert abroad.balances("receivable", "tax_output") == [0, 0]
    assert abroad.fresh(invoice).open_worth_minor == 0
    with scope(abroad.company.pk):
        parts = taxed_parts(abroad.ctx, abroad.ctx.today - timedelta(days=20), abroad.ctx.today)
    assert sum(p.owed_minor for p in parts) == 0
    agree(abroad)
    sound(abroad)


def test_a_paid_invoice_is_credited_and_the_money_settles_the_next(abroad: Shop) -> None:
    """Its gain is taken back with the allocation, and comes again with the next one; others may pay as well."""
    insurer = run_raw(abroad.ctx, "party.add_party", {"kind": "organisation", "name": "Insurer"})
    invoice = bill(abroad)
    payment = take_payment(abroad.ctx, invoice=invoice.pk, method="transfer", amount=11_900, account=dollars(abroad))
    assert abroad.balance("exchange_gain") == -397
    credit_invoice(abroad.ctx, invoice=invoice.pk, on=abroad.ctx.today, reason="x", amount=11_900)
    assert (abroad.fresh(invoice).state, abroad.balance("exchange_gain"), abroad.balance("receivable")) == ("void", 0, -9_917)
    agree(abroad)
    other = bill(abroad, party=insurer, days_ago=0)
    allocate_payment(abroad.ctx, payment=payment.pk, invoices=[InvoicePart(other.pk)])
    assert (abroad.fresh(other).state, abroad.balance("receivable"), abroad.balance("exchange_gain")) == ("paid", 0, 0)
    agree(abroad, insurer)
    void_transfer(abroad.ctx, payment=payment.pk, reason="x", on=abroad.ctx.today)
    assert (abroad.fresh(other).state, held(abroad, "1805", "USD"), held(abroad, "1805", "EUR")) == ("issued", 0, 0)
    agree(abroad, insurer)
    sound(abroad)


def test_money_in_one_currency_settles_no_invoice_in_another(abroad: Shop) -> None:
    """Said in a sentence, and held by the database."""
    at_home = receive_payment(abroad.ctx, party=abroad.party, method="card", amount=11_900)
    invoice, home = bill(abroad), abroad.invoice()
    there = receive_payment(abroad.ctx, party=abroad.party, method="transfer", amount=11_900, currency="USD", account=dollars(abroad))
    for payment, other in ((at_home, invoice), (there, home)):
        with pytest.raises(Refusal) as no:
            allocate_payment(abroad.ctx, payment=payment.pk, invoices=[InvoicePart(other.pk)])
        assert no.value.code == "other_currency"
    allocate_payment(abroad.ctx, payment=there.pk)
    assert (abroad.fresh(invoice).state, abroad.fresh(home).state) == ("paid", "issued")
    agree(abroad)


def test_revaluing_leaves_documents_and_ledger_agreed(abroad: Shop) -> None:
    """On the day itself the account stands at the rate of the day, which the report knows; on the next one it is back."""
    bill(abroad)
    revalue_currencies(abroad.ctx, on=abroad.ctx.today)
    assert abroad.balance("receivable") == 9_917
    with scope(abroad.company.pk):
        assert differences(abroad.ctx) == []
        assert owed_by_customers(abroad.ctx) == []
        assert report_named("billing.receivables_proof").build(abroad.ctx)["difference_minor"] == 0


def test_reports_show_the_currency_and_what_it_is_worth(abroad: Shop) -> None:
    """Ages in the company's currency, a column in dollars; the account of a customer by currency."""
    bill(abroad)
    abroad.invoice()
    with scope(abroad.company.pk):
        found = report_named("billing.receivables").build(abroad.ctx, on=abroad.ctx.today)
        account = report_named("billing.customer_statement").build(
            abroad.ctx, customer=abroad.party, from_on=abroad.ctx.today.replace(month=1, day=1), to_on=abroad.ctx.today
        )
    assert [(r["currency"], r["open_minor"], r["foreign_minor"]) for r in found["rows"]] == [
        ("EUR", 17_380, 17_380),
        ("USD", 9_520, 11_900),
    ]
    assert found["totals"]["open_minor"] == 26_900
    assert [(r["currency"], r["owed_minor"]) for r in account["rows"] if r.get("emphasis")] == [
        ("EUR", 0), ("EUR", 17_380), ("USD", 0), ("USD", 11_900)
    ]  # fmt: skip


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.integers(0, 10**9))
def test_parts_are_together_worth_the_whole(parts: list[int], worth: int) -> None:
    """Taken one after the other, in any order."""
    left, left_worth, found = sum(parts), worth, 0
    for part in parts:
        of_part = worth_of_part(part, left, left_worth)
        assert 0 <= of_part <= left_worth
        left, left_worth, found = left - part, left_worth - of_part, found + of_part
    assert (left, left_worth, found) == (0, 0, worth)


@pytest.mark.races
def test_twenty_hands_take_no_more_worth_than_there_is(abroad: Shop) -> None:
    """20 threads allocate 10 dollars each of a payment over 100 to ten invoices."""
    there = receive_payment(abroad.ctx, party=abroad.party, method="transfer", amount=10_001, currency="USD", account=dollars(abroad))
    invoices = [bill(abroad, price=1_001).pk for _ in range(10)]
    found = race(20, lambda i: allocate_payment(abroad.ctx, payment=there.pk, invoices=[InvoicePart(invoices[i % 10], 1_000)]))
    assert sum(isinstance(f, Payment) for f in found) == 10, [f for f in found if not isinstance(f, Payment)][:3]
    agree(abroad)


ACTIONS = ("invoice", "pay", "receive", "allocate", "release", "credit", "refund", "write_off", "reverse")


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 10**6)), min_size=8, max_size=18))
def test_whatever_happens_open_items_are_the_ledger_in_each_currency(abroad: Shop, steps: list[tuple[str, int]]) -> None:
    """Random sequences in euros and dollars at two rates; refusals among them change nothing. In the end nothing is left anywhere."""
    for action, seed in steps:
        try:
            act(abroad, action, random.Random(seed))
        except Refusal:
            continue
    agree(abroad)
    undo_everything(abroad)
    assert (abroad.balance("receivable"), held(abroad, code_of(abroad, "receivable"), "USD")) == (0, 0)
    assert held(abroad, code_of(abroad, "receivable"), "EUR@USD") == 0
    agree(abroad)


def act(shop: Shop, action: str, chance: random.Random) -> None:
    """One step on rows chosen by chance; what does not fit is refused."""
    amount, account = chance.choice([1, 7, 380, 5_001, 11_900, 40_000]), dollars(shop)
    with scope(shop.company.pk):
        rows = {
            model: list(model.objects.visible_to(shop.ctx).filter(**of).order_by("pk"))
            for model, of in ((Invoice, {"kind": "invoice"}), (Payment, {"kind": "payment"}), (Allocation, {}), (WriteOff, {}))
        }
    if action == "invoice" or not rows[Invoice]:
        bill(shop, price=chance.choice([3, 9_999, 10_000]), days_ago=chance.choice([0, 10])) if chance.random() < 0.8 else shop.invoice()
    elif action == "receive" or not rows[Payment]:
        how = {"own_amount": max(amount * 8 // 10, 1)} if chance.random() < 0.5 else {"account": account}
        receive_payment(shop.ctx, party=shop.party, method="transfer", amount=amount, currency="USD", **how)
    elif action == "pay":
        invoice = chance.choice(rows[Invoice])
        how = {"account": account} if chance.random() < 0.5 and invoice.currency == "USD" else {}
        own = {} if how or invoice.currency == "EUR" else {"own_amount": max(amount * 8 // 10, 1)}
        take_payment(shop.ctx, invoice=invoice.pk, method="transfer", amount=amount, keep_rest=bool(amount % 2), **how, **own)
    elif action == "allocate":
        several = chance.sample(rows[Invoice], min(2, len(rows[Invoice])))
        allocate_payment(shop.ctx, payment=chance.choice(rows[Payment]).pk, invoices=[InvoicePart(i.pk) for i in several])
    elif action == "credit":
        credit_invoice(shop.ctx, invoice=chance.choice(rows[Invoice]).pk, on=shop.ctx.today, reason="x", amount=amount)
    elif action == "refund":
        give_back(shop, chance.choice(rows[Payment]), amount)
    elif action == "write_off":
        kind = chance.choice(["small", "bad_debt"])
        write_off(shop.ctx, invoice=chance.choice(rows[Invoice]).pk, kind=kind, reason="x", on=shop.ctx.today, amount=amount)
    elif action == "release" and rows[Allocation]:
        release_allocation(shop.ctx, allocation=chance.choice(rows[Allocation]).pk, reason="x")
    elif action == "reverse" and rows[WriteOff]:
        reverse_write_off(shop.ctx, write_off=chance.choice(rows[WriteOff]).pk, reason="x", on=shop.ctx.today)


def give_back(shop: Shop, payment: Payment, amount: int) -> None:
    """As it came."""
    own = {"own_amount": max(amount * 9 // 10, 1)} if payment.own_minor is not None else {}
    refund_payment(shop.ctx, payment=payment.pk, amount=amount, reason="x", **own)


def undo_everything(shop: Shop) -> None:
    """Reverse write-offs, give every payment back, credit every invoice."""
    with scope(shop.company.pk):
        given_up = list(WriteOff.objects.visible_to(shop.ctx).filter(state="standing"))
        payments = list(Payment.objects.visible_to(shop.ctx).filter(kind="payment", state="taken"))
    for row in given_up:
        reverse_write_off(shop.ctx, write_off=row.pk, reason="x", on=shop.ctx.today)
    for payment in payments:
        give_back(shop, payment, payment.refundable_minor)
    with scope(shop.company.pk):
        invoices = list(Invoice.objects.visible_to(shop.ctx).filter(kind="invoice", open_minor__gt=0))
    for invoice in invoices:
        credit_invoice(shop.ctx, invoice=invoice.pk, on=shop.ctx.today, reason="x")
