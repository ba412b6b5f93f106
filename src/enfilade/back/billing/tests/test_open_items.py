"""Payments on account, allocation many to many, write-offs, void transfers; open items are always what the ledger says."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.back.billing.commands import (
    InvoicePart,
    allocate_payment,
    credit_invoice,
    receive_payment,
    receive_transfer,
    refund_payment,
    release_allocation,
    reverse_write_off,
    take_payment,
    void_transfer,
    write_off,
)
from enfilade.back.billing.models import Allocation, Invoice, Payment, WriteOff
from enfilade.back.billing.proof import differences
from enfilade.back.billing.proving import owed_by_customers
from enfilade.back.billing.standing import balances_on_account, moves_of, open_items
from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def owed(shop: Shop, on: Any = None) -> tuple[int, int]:
    """What is open of invoices, and what is on account."""
    day = on or shop.ctx.today
    with scope(shop.company.pk):
        return sum(i.open_minor for i in open_items(shop.ctx, day)), sum(b.amount_minor for b in balances_on_account(shop.ctx, day))


def agree(shop: Shop, *others: Party) -> None:
    """Open items less what is on account are what the ledger says, document by document."""
    with scope(shop.company.pk):
        assert differences(shop.ctx) == []
        before, moves = moves_of(shop.ctx, [p.pk for p in (shop.party, *others)], shop.ctx.today, shop.ctx.today)
    open_minor, kept = owed(shop)
    assert open_minor - kept == shop.balance("receivable") == before + sum(m.amount_minor for m in moves)


def standing(shop: Shop, **of: Any) -> list[Allocation]:
    """Allocations that stand."""
    with scope(shop.company.pk):
        return list(Allocation.objects.visible_to(shop.ctx).filter(state="standing", **of).order_by("pk"))


def test_what_is_paid_too_much_stays_on_account_and_pays_the_next_two(shop: Shop) -> None:
    """One payment over two invoices and a half; what is left goes back, and in the end nobody owes anything."""
    first = shop.invoice()
    payment = take_payment(shop.ctx, invoice=first, method="card", amount=40_000, keep_rest=True)
    assert (shop.fresh(first).state, shop.fresh(payment).rest_minor, shop.balance("receivable")) == ("paid", 22_620, -22_620)
    second, third = shop.invoice(), shop.invoice()
    allocate_payment(shop.ctx, payment=payment)
    assert [shop.fresh(i).open_minor for i in (second, third)] == [0, 12_140]
    assert (shop.fresh(payment).rest_minor, owed(shop)) == (0, (12_140, 0))
    with pytest.raises(Refusal) as refused:
        allocate_payment(shop.ctx, payment=payment)
    assert refused.value.code == "nothing_on_account"
    agree(shop)
    release_allocation(shop.ctx, allocation=standing(shop, invoice=second)[0], reason="Was for the third")
    allocate_payment(shop.ctx, payment=payment, invoices=[InvoicePart(third)])
    assert [(shop.fresh(i).open_minor, shop.fresh(i).state) for i in (second, third)] == [(17_380, "issued"), (0, "paid")]
    take_payment(shop.ctx, invoice=second, method="card", amount=17_380)
    refund_payment(shop.ctx, payment=payment, amount=5_240, reason="Paid too much")
    assert (owed(shop), shop.balance("receivable")) == ((0, 0), 0)
    agree(shop)


def test_a_payment_on_account_is_taken_allocated_and_given_back(shop: Shop) -> None:
    """From the API as well: `receive_payment` of a party, then several payments for one invoice."""
    raw = {"party": shop.party.pk, "method": "card", "amount": "100.00", "reason": "For the brace"}
    one = run_raw(shop.ctx, "billing.receive_payment", raw)
    other = receive_payment(shop.ctx, party=shop.party, method="card", amount=10_000)
    assert (one.invoice_id, one.rest_minor, owed(shop)) == (None, 10_000, (0, 20_000))
    invoice = shop.invoice()
    for payment in (one, other):
        allocate_payment(shop.ctx, payment=payment, invoices=[InvoicePart(invoice)])
    assert (shop.fresh(invoice).state, shop.fresh(other).rest_minor) == ("paid", 2_620)
    refund_payment(shop.ctx, payment=other, amount=5_000, reason="Half of it")
    assert (shop.fresh(invoice).open_minor, shop.fresh(other).rest_minor, owed(shop)) == (2_380, 0, (2_380, 0))
    agree(shop)


def test_money_that_somebody_else_paid_moves_between_the_accounts_of_both(shop: Shop) -> None:
    """The insurer pays for the patient; taking it back moves it again."""
    insurer = run_raw(shop.ctx, "party.add_party", {"kind": "organisation", "name": "Health Insurance"})
    payment = receive_payment(shop.ctx, party=insurer, method="card", amount=20_000)
    invoice = shop.invoice()
    allocate_payment(shop.ctx, payment=payment, invoices=[InvoicePart(invoice)])
    assert (shop.fresh(invoice).state, shop.fresh(payment).rest_minor) == ("paid", 2_620)
    agree(shop, insurer)
    with scope(shop.company.pk):
        assert {m.what for m in moves_of(shop.ctx, [insurer.pk], shop.ctx.today, shop.ctx.today)[1]} == {"paid_for_other", "payment"}
    release_allocation(shop.ctx, allocation=standing(shop)[0], reason="Not covered")
    assert (shop.fresh(invoice).open_minor, shop.fresh(payment).rest_minor) == (17_380, 20_000)
    agree(shop, insurer)


def test_a_paid_invoice_is_credited_and_the_money_is_on_account(shop: Shop) -> None:
    """In one step; what was paid is given back or kept for the next one."""
    invoice = shop.invoice()
    payment = take_payment(shop.ctx, invoice=invoice, method="card", amount=17_380)
    with pytest.raises(Refusal) as refused:
        credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="x")
    assert refused.value.code == "already_paid"
    note = credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="Brushes came back", amount=2_380)
    found = shop.fresh(invoice)
    assert (found.state, found.paid_minor, found.credited_minor, note.total_minor) == ("paid", 15_000, 2_380, 2_380)
    assert (shop.fresh(payment).rest_minor, owed(shop)) == (2_380, (0, 2_380))
    refund_payment(shop.ctx, payment=payment, amount=2_380, reason="Brushes came back")
    assert (owed(shop), shop.balance("card")) == ((0, 0), 15_000)
    agree(shop)


def test_bad_debt_takes_the_tax_along_and_brings_it_back(shop: Shop) -> None:
    """§ 17 UStG: 3.80 of tax on 173.80; a part paid before keeps its share."""
    invoice = shop.invoice()
    gone = write_off(shop.ctx, invoice=invoice, kind="bad_debt", reason="Insolvent", on=shop.ctx.today)
    assert (gone.net_minor, gone.tax_minor, shop.fresh(invoice).state) == (17_000, 380, "written_off")
    assert shop.balances("receivable", "write_off", "tax_output") == [0, 17_000, 0]
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=invoice, method="card", amount=100)
    assert refused.value.code == "written_off"
    agree(shop)
    reverse_write_off(shop.ctx, write_off=gone, reason="The estate pays", on=shop.ctx.today)
    assert shop.balances("receivable", "write_off", "tax_output") == [17_380, 0, -380]
    take_payment(shop.ctx, invoice=invoice, method="card", amount=17_370)
    small = write_off(shop.ctx, invoice=invoice, kind="small", reason="Ten cents", on=shop.ctx.today)
    found = shop.fresh(invoice)
    assert (found.state, found.deducted_minor, small.amount_minor, shop.balance("receivable")) == ("paid", 10, 10, 0)
    with pytest.raises(Refusal) as refused:
        reverse_write_off(shop.ctx, write_off=gone, reason="x", on=shop.ctx.today)
    assert refused.value.code == "already_undone"
    agree(shop)
    with scope(shop.company.pk):
        facts = write_off.command.door(
            ctx=shop.ctx, invoice=Invoice.objects.visible_to(shop.ctx).get(pk=invoice.pk), amount=500, kind="small"
        )
        assert (str(facts["amount"]), facts["kind"]) == ("5.00", "small")
        assert [f.code for f in verify_all(shop.ctx)] == []


def test_a_transfer_of_somebody_else_is_made_void(shop: Shop) -> None:
    """What it settled is open again; nothing was given back, because nothing came from her."""
    with scope(shop.company.pk):
        bank = Account.objects.visible_to(shop.ctx).filter(purposes__purpose="bank").get()
    payment = receive_transfer(shop.ctx, party=shop.party, amount=20_000, on=shop.ctx.today, account=bank)
    invoice = shop.invoice()
    allocate_payment(shop.ctx, payment=payment)
    undo = void_transfer(shop.ctx, payment=payment, reason="Another Lindqvist", on=shop.ctx.today)
    found = shop.fresh(payment)
    assert (found.state, found.rest_minor, found.refunded_minor, undo.reverses_id is not None) == ("void", 0, 0, True)
    assert (shop.fresh(invoice).state, shop.balances("bank", "receivable")) == ("issued", [0, 17_380])
    with pytest.raises(Refusal) as refused:
        refund_payment(shop.ctx, payment=payment, amount=1, reason="x")
    assert refused.value.code == "already_void"
    agree(shop)


def test_the_past_stays_what_it_was(shop: Shop) -> None:
    """The ageing of a day before a payment, a write-off and their undoing; and today's report with what is on account."""
    today, later = shop.ctx.today, shop.ctx.today + timedelta(days=1)
    invoice, lost = shop.invoice(), shop.invoice()
    payment = take_payment(shop.ctx, invoice=invoice, method="card", amount=20_000, on=later, keep_rest=True)
    gone = write_off(shop.ctx, invoice=lost, kind="bad_debt", reason="x", on=later)
    assert (owed(shop, today), owed(shop, later)) == ((34_760, 0), (0, 2_620))
    refund_payment(shop.ctx, payment=payment, amount=20_000, reason="x", on=later + timedelta(days=1))
    reverse_write_off(shop.ctx, write_off=gone, reason="x", on=later + timedelta(days=1))
    assert (owed(shop, today), owed(shop, later), owed(shop, later + timedelta(days=1))) == ((34_760, 0), (0, 2_620), (34_760, 0))
    receive_payment(shop.ctx, party=shop.party, method="card", amount=1_000)
    with scope(shop.company.pk):
        found = report_named("billing.receivables").build(shop.ctx, on=today)
        proof = report_named("billing.receivables_proof").build(shop.ctx)
        assert owed_by_customers(shop.ctx) == []
    assert (found["totals"]["on_account_minor"], found["totals"]["open_minor"]) == (-1_000, 33_760)
    assert (proof["rows"], proof["difference_minor"]) == ([], 0)


@pytest.mark.races
def test_twenty_hands_never_allocate_more_than_is_there(shop: Shop) -> None:
    """20 threads, one payment over 500.00, ten invoices over 173.80: 500.00 are allocated, none is paid twice."""
    payment = receive_payment(shop.ctx, party=shop.party, method="card", amount=50_000)
    invoices = [shop.invoice().pk for _ in range(10)]
    found = race(20, lambda i: allocate_payment(shop.ctx, payment=payment.pk, invoices=[InvoicePart(invoices[i % 10], 10_000)]))
    assert sum(isinstance(f, Payment) for f in found) == 5, [f for f in found if not isinstance(f, Payment)][:3]
    assert {f.code for f in found if isinstance(f, Refusal)} <= {"too_much", "nothing_on_account"}
    assert (shop.fresh(payment).rest_minor, sum(a.amount_minor for a in standing(shop))) == (0, 50_000)
    agree(shop)


@pytest.mark.races
def test_twenty_payments_never_pay_more_than_is_open(shop: Shop) -> None:
    """20 payments over 50.00 for one invoice over 173.80, while somebody takes allocations back and somebody writes off."""
    payments = [receive_payment(shop.ctx, party=shop.party, method="card", amount=5_000).pk for _ in range(20)]
    invoice = shop.invoice()
    found = race(20, lambda i: allocate_payment(shop.ctx, payment=payments[i], invoices=[InvoicePart(invoice.pk)]))
    assert sum(isinstance(f, Payment) for f in found) == 4, [f for f in found if not isinstance(f, Payment)][:3]
    assert {f.code for f in found if isinstance(f, Refusal)} == {"already_paid"}
    first, *_ = standing(shop)
    found = race(20, lambda i: release_allocation(shop.ctx, allocation=first.pk, reason="x"))
    assert sum(isinstance(f, Allocation) for f in found) == 1
    assert {f.code for f in found if isinstance(f, Refusal)} == {"already_undone"}
    agree(shop)


ACTIONS = ("invoice", "pay", "receive", "allocate", "release", "credit", "refund", "write_off", "reverse")


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 10**6)), min_size=8, max_size=18))
def test_whatever_happens_open_items_are_the_ledger_and_undoing_all_gives_zero(shop: Shop, steps: list[tuple[str, int]]) -> None:
    """Random sequences of invoices, payments, allocations, credits, refunds and write-offs; refusals among them change nothing."""
    for action, seed in steps:
        try:
            act(shop, action, random.Random(seed))
        except Refusal:
            continue
    agree(shop)
    undo_everything(shop)
    assert (owed(shop), shop.balance("receivable"), shop.balances("card", "write_off", "rounding")) == ((0, 0), 0, [0, 0, 0])
    agree(shop)


def act(shop: Shop, action: str, chance: random.Random) -> None:
    """One step on rows chosen by chance; what does not fit is refused."""
    amount = chance.choice([1, 380, 5_000, 17_380, 40_000])
    with scope(shop.company.pk):
        rows = {
            model: list(model.objects.visible_to(shop.ctx).filter(**of).order_by("pk"))
            for model, of in ((Invoice, {"kind": "invoice"}), (Payment, {"kind": "payment"}), (Allocation, {}), (WriteOff, {}))
        }
    if action == "invoice" or not rows[Invoice]:
        shop.invoice()
    elif action == "receive" or not rows[Payment]:
        receive_payment(shop.ctx, party=shop.party, method="card", amount=amount)
    elif action == "pay":
        take_payment(shop.ctx, invoice=chance.choice(rows[Invoice]).pk, method="card", amount=amount, keep_rest=bool(amount % 2))
    elif action == "allocate":
        several = chance.sample(rows[Invoice], min(2, len(rows[Invoice])))
        allocate_payment(shop.ctx, payment=chance.choice(rows[Payment]).pk, invoices=[InvoicePart(i.pk) for i in several])
    elif action == "credit":
        credit_invoice(shop.ctx, invoice=chance.choice(rows[Invoice]).pk, on=shop.ctx.today, reason="x", amount=amount)
    elif action == "refund":
        refund_payment(shop.ctx, payment=chance.choice(rows[Payment]).pk, amount=amount, reason="x")
    elif action == "write_off":
        kind = chance.choice(["small", "bad_debt"])
        write_off(shop.ctx, invoice=chance.choice(rows[Invoice]).pk, kind=kind, reason="x", on=shop.ctx.today, amount=amount)
    elif action == "release" and rows[Allocation]:
        release_allocation(shop.ctx, allocation=chance.choice(rows[Allocation]).pk, reason="x")
    elif action == "reverse" and rows[WriteOff]:
        reverse_write_off(shop.ctx, write_off=chance.choice(rows[WriteOff]).pk, reason="x", on=shop.ctx.today)


def undo_everything(shop: Shop) -> None:
    """Reverse write-offs, give every payment back, credit every invoice."""
    with scope(shop.company.pk):
        given_up = list(WriteOff.objects.visible_to(shop.ctx).filter(state="standing"))
        payments = list(Payment.objects.visible_to(shop.ctx).filter(kind="payment", state="taken"))
    for row in given_up:
        reverse_write_off(shop.ctx, write_off=row.pk, reason="x", on=shop.ctx.today)
    for payment in payments:
        refund_payment(shop.ctx, payment=payment.pk, amount=payment.refundable_minor, reason="x")
    with scope(shop.company.pk):
        invoices = list(Invoice.objects.visible_to(shop.ctx).filter(kind="invoice", open_minor__gt=0))
    for invoice in invoices:
        credit_invoice(shop.ctx, invoice=invoice.pk, on=shop.ctx.today, reason="x")
