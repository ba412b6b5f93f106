"""Payments, refunds, drawers."""

from datetime import date
from typing import Any

import pytest

from enfilade.back.billing.commands import CashCount, close_drawer, open_drawer, refund_payment, take_payment
from enfilade.back.billing.models import DrawerSession, Payment
from enfilade.back.billing.queries import expected_cash, takings
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import EventEntry
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("method", "account"), [("cash", "cash"), ("card", "card"), ("transfer", "bank")])
def test_a_payment_goes_to_the_account_of_its_method(shop: Shop, method: str, account: str) -> None:
    """The invoice is paid, the receipt numbered, the receivable gone."""
    shop.drawer()
    invoice = shop.invoice()
    payment = take_payment(shop.ctx, invoice=invoice, method=method, amount=17_380)
    assert (payment.number, payment.received_by, payment.drawer is not None) == (
        f"R-{shop.ctx.today.year}-00001",
        shop.ctx.user,
        method == "cash",
    )
    found = shop.fresh(invoice)
    assert (found.state, found.paid_minor, found.open_minor) == ("paid", 17_380, 0)
    assert shop.balances(account, "receivable") == [17_380, 0]
    with scope(shop.company.pk):
        event = EventEntry.objects.get(name="billing.PaymentTaken").payload
    assert (event["payment"], event["open_minor"], event["method"]) == (payment.pk, 0, method)


def test_an_invoice_is_paid_in_parts_and_never_over(shop: Shop) -> None:
    """The refusal offers what is open."""
    invoice = shop.invoice()
    take_payment(shop.ctx, invoice=invoice, method="card", amount=10_000)
    assert shop.fresh(invoice).state == "part_paid"
    before = shop.rows()
    for amount, code in ((7_381, "too_much"), (0, "nothing_paid"), (10**15 - 1, "too_much")):
        with pytest.raises(Refusal) as refused:
            take_payment(shop.ctx, invoice=invoice, method="card", amount=amount)
        assert refused.value.code == code
    take_payment(shop.ctx, invoice=invoice, method="transfer", amount=7_380)
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=invoice, method="card", amount=1)
    assert (refused.value.code, str(refused.value)) == ("already_paid", "This invoice is already paid.")
    assert shop.rows() != before
    assert shop.balance("receivable") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-5"},
        {"amount": "1e308"},
        {"amount": "NaN"},
        {"amount": "0.005"},
        {"method": "barter"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
    ],
)
def test_payments_that_make_no_sense_are_refused(shop: Shop, wrong: dict[str, str]) -> None:
    """And nothing is half written."""
    invoice = shop.invoice()
    before = shop.rows()
    with pytest.raises(Refusal) as refused:
        run_raw(shop.ctx, "billing.take_payment", {"invoice": invoice.pk, "method": "card", "amount": "10.00", **wrong})
    assert refused.value.field in wrong
    assert (shop.rows(), shop.fresh(invoice).state) == (before, "issued")


def test_a_draft_is_not_paid(shop: Shop) -> None:
    """It is no debt yet."""
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=shop.draft(), method="card", amount=1)
    assert refused.value.code == "not_issued"


def test_cash_needs_an_open_drawer(shop: Shop) -> None:
    """One's own, or the only one; otherwise one says which."""
    invoice = shop.invoice()
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=invoice, method="cash", amount=100)
    assert refused.value.code == "drawer_closed"
    colleague = make_ctx(shop.company, "*", name="Mara")
    first = shop.drawer(name="One", ctx=colleague)
    assert take_payment(shop.ctx, invoice=invoice, method="cash", amount=100).drawer_id == first.pk
    second = shop.drawer(name="Two", ctx=make_ctx(shop.company, "*"))
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=invoice, method="cash", amount=100)
    assert refused.value.code == "which_drawer"
    assert take_payment(colleague, invoice=invoice, method="cash", amount=100).drawer_id == first.pk
    assert take_payment(shop.ctx, invoice=invoice, method="cash", amount=100, drawer=second).drawer_id == second.pk
    close_drawer(shop.ctx, drawer=second, counted=20_100)
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=invoice, method="cash", amount=100, drawer=second)
    assert refused.value.code == "drawer_closed"
    with pytest.raises(Refusal) as refused:
        take_payment(shop.ctx, invoice=invoice, method="card", amount=100, drawer=first)
    assert refused.value.code == "not_cash"


def test_a_refund_goes_back_the_way_it_came(shop: Shop) -> None:
    """In parts, never more than was paid; the invoice is open again."""
    session = shop.drawer()
    invoice = shop.invoice()
    payment = take_payment(shop.ctx, invoice=invoice, method="cash", amount=17_380)
    refund = refund_payment(shop.ctx, payment=payment, amount=5_000, reason="Brushes came back")
    assert (refund.kind, refund.refunds_id, refund.drawer_id, refund.number) == (
        "refund",
        payment.pk,
        session.pk,
        f"R-{shop.ctx.today.year}-00002",
    )
    found = shop.fresh(invoice)
    assert (found.state, found.paid_minor, shop.fresh(payment).state) == ("part_paid", 12_380, "taken")
    assert shop.balances("cash", "receivable") == [12_380, 5_000]
    with pytest.raises(Refusal) as refused:
        refund_payment(shop.ctx, payment=payment, amount=12_381, reason="x")
    assert refused.value.code == "too_much"
    refund_payment(shop.ctx, payment=payment, amount=12_380, reason="All of it")
    assert (shop.fresh(invoice).state, shop.fresh(payment).state, shop.balance("cash")) == ("issued", "refunded", 0)
    for target, code in ((payment, "already_refunded"), (refund, "is_refund")):
        with pytest.raises(Refusal) as refused:
            refund_payment(shop.ctx, payment=target, amount=1, reason="x")
        assert refused.value.code == code
    with scope(shop.company.pk):
        assert expected_cash(session) == 20_000
        cash = takings(shop.ctx, shop.ctx.today)[0]
    assert (cash.method, cash.in_minor, cash.out_minor, cash.net_minor) == ("cash", 17_380, 17_380, 0)


def test_a_drawer_is_closed_on_its_count(shop: Shop) -> None:
    """Float and cash in less cash out; card payments are not in it."""
    session = shop.drawer(20_000)
    take_payment(shop.ctx, invoice=shop.invoice(), method="cash", amount=17_380)
    take_payment(shop.ctx, invoice=shop.invoice(), method="card", amount=17_380)
    counts = [CashCount(5_000, 6), CashCount(2_000, 2), CashCount(1_000, 1), CashCount(200, 2), CashCount(100, 15), CashCount(20, 24)]
    closed = close_drawer(shop.ctx, drawer=session, counts=counts)
    assert (closed.counted_minor, closed.expected_minor, closed.difference_minor, closed.state) == (37_380, 37_380, 0, "closed")
    assert closed.counts[0] == {"value_minor": 5_000, "count": 6}
    assert shop.balances("cash", "cash_difference") == [17_380, 0]


def test_a_difference_is_explained_and_posted(shop: Shop) -> None:
    """Missing money is an expense, surplus the opposite."""
    session = shop.drawer(20_000)
    before = shop.rows()
    with pytest.raises(Refusal) as refused:
        close_drawer(shop.ctx, drawer=session, counted=19_750)
    assert (refused.value.code, refused.value.field) == ("difference_unexplained", "reason")
    assert "2.50" in str(refused.value)
    assert (shop.rows(), shop.fresh(session).state) == (before, "open")
    closed = close_drawer(shop.ctx, drawer=session, counted=19_750, reason="Wrong change given")
    assert (closed.difference_minor, closed.difference_reason) == (-250, "Wrong change given")
    assert shop.balances("cash", "cash_difference") == [-250, 250]
    over = close_drawer(shop.ctx, drawer=shop.drawer(10_000), counted=10_300, reason="Found")
    assert (over.difference_minor, shop.balance("cash_difference")) == (300, -50)
    with pytest.raises(Refusal) as refused:
        close_drawer(shop.ctx, drawer=session, counted=1, reason="again")
    assert refused.value.code == "drawer_closed"


@pytest.mark.parametrize(
    ("given", "code"),
    [({}, "nothing_counted"), ({"counts": [CashCount(5_000, 1)], "counted": 5_001}, "counts_differ")],
)
def test_counts_that_say_nothing_or_two_things_are_refused(shop: Shop, given: dict[str, Any], code: str) -> None:
    """The drawer stays open."""
    session = shop.drawer()
    with pytest.raises(Refusal) as refused:
        close_drawer(shop.ctx, drawer=session, reason="x", **given)
    assert (refused.value.code, shop.fresh(session).state) == (code, "open")


def test_a_drawer_is_open_once(shop: Shop) -> None:
    """By constraint; after closing it opens again."""
    session = shop.drawer()
    with pytest.raises(Refusal) as refused:
        shop.drawer()
    assert refused.value.code == "drawer_open_once"
    close_drawer(shop.ctx, drawer=session, counted=20_000)
    assert shop.drawer().state == "open"


@pytest.mark.races
def test_a_hundred_people_pay_one_invoice(shop: Shop) -> None:
    """One pays the full amount; ninety-nine read that it is paid."""
    invoice = shop.invoice()
    found = race(100, lambda i: take_payment(shop.ctx, invoice=invoice.pk, method="card", amount=17_380))
    assert sum(isinstance(f, Payment) for f in found) == 1, [f for f in found if not isinstance(f, Payment)][:3]
    assert [f.code for f in found if isinstance(f, Refusal)] == ["already_paid"] * 99
    assert (shop.fresh(invoice).paid_minor, shop.balances("card", "receivable")) == (17_380, [17_380, 0])


@pytest.mark.races
def test_parts_from_many_hands_never_exceed(shop: Shop) -> None:
    """30 threads with 10.00 each for an invoice over 173.80: seventeen fit."""
    invoice = shop.invoice()
    found = race(30, lambda i: take_payment(shop.ctx, invoice=invoice.pk, method="card", amount=1_000))
    assert sum(isinstance(f, Payment) for f in found) == 17
    assert {f.code for f in found if isinstance(f, Refusal)} == {"too_much"}
    assert shop.fresh(invoice).open_minor == 380


@pytest.mark.races
def test_one_payment_is_refunded_once(shop: Shop) -> None:
    """20 threads give back the same money."""
    payment = take_payment(shop.ctx, invoice=shop.invoice(), method="card", amount=17_380)
    found = race(20, lambda i: refund_payment(shop.ctx, payment=payment.pk, amount=17_380, reason="x"))
    assert sum(isinstance(f, Payment) for f in found) == 1
    assert {f.code for f in found if isinstance(f, Refusal)} == {"already_refunded"}
    assert shop.balance("card") == 0


@pytest.mark.races
def test_payments_while_the_drawer_is_closed_are_in_the_count_or_refused(shop: Shop) -> None:
    """What the session expected is exactly what was paid into it."""
    session = shop.drawer(0)
    invoices = [shop.invoice().pk for _ in range(24)]

    def run(i: int) -> Any:
        if i == 24:
            return close_drawer(shop.ctx, drawer=session.pk, counted=10**9, reason="Race")
        return take_payment(shop.ctx, invoice=invoices[i], method="cash", amount=100)

    found = race(25, run)
    paid = sum(isinstance(f, Payment) for f in found)
    closed = found[24]
    assert isinstance(closed, DrawerSession)
    assert closed.expected_minor == 100 * paid
    assert {f.code for f in found if isinstance(f, Refusal)} <= {"drawer_closed"}


@pytest.mark.races
def test_one_drawer_is_opened_once(shop: Shop) -> None:
    """20 threads open the same drawer."""
    found = race(20, lambda i: open_drawer(shop.ctx, drawer="Desk", float_amount=100))
    assert sum(isinstance(f, DrawerSession) for f in found) == 1
    assert {f.code for f in found if isinstance(f, Refusal)} == {"drawer_open_once"}


def test_takings_of_another_day_are_none(shop: Shop) -> None:
    """Every method is there, with zero."""
    with scope(shop.company.pk):
        assert [t.net_minor for t in takings(shop.ctx, date(2001, 1, 1))] == [0, 0, 0, 0]


def test_a_large_difference_can_be_held_at_the_door(shop: Shop) -> None:
    """What the drawer holds is told to the door without a sign; nothing is closed until somebody else has looked."""
    session = shop.drawer(20_000)
    with scope(shop.company.pk):
        drawer = DrawerSession.objects.visible_to(shop.ctx).get(pk=session.pk)
        facts = close_drawer.command.door(drawer=drawer, counts=None, counted=18_000, reason="x")
        again = close_drawer.command.door(drawer=drawer, counts=[CashCount(5_000, 5)], counted=None, reason="x")
    assert (str(facts["difference"]), str(facts["counted"])) == ("20.00", "180.00")
    assert (str(again["difference"]), str(again["counted"])) == ("50.00", "250.00")
