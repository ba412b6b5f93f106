"""Deposits: taken, held, given back, kept; what is held is what the ledger owes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from enfilade.back.billing.commands import (
    ask_advance,
    keep_deposit,
    refund_payment,
    return_deposit,
    take_deposit,
    take_payment,
    undo_deposit_use,
    void_deposit,
    void_transfer,
)
from enfilade.back.billing.models import Deposit, DepositUse, Payment
from enfilade.back.billing.proof import deposit_differences, differences
from enfilade.back.billing.proving import held_as_security
from enfilade.back.billing.queries import expected_cash, held_on
from enfilade.back.billing.standing import moves_of
from enfilade.back.tax.parts import taxed_parts
from enfilade.base.books.models import Account
from enfilade.core.command import REGISTRY
from enfilade.core.context import Refusal
from enfilade.core.pages.commands import start_values
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .shop import Shop
from .test_pages import client_of, pdf_text

pytestmark = pytest.mark.django_db(transaction=True)
BOOKS = ("bank", "cash", "deposit_held", "receivable", "other_income", "tax_output")


def taken(shop: Shop, amount: int = 50_000, method: str = "transfer", **more: object) -> Deposit:
    """A deposit of the customer."""
    return take_deposit(shop.ctx, party=shop.party, method=method, amount=amount, reason="Key of the flat", **more)


def agree(shop: Shop) -> None:
    """Deposits, open items and rows are what the ledger says."""
    with scope(shop.company.pk):
        assert deposit_differences(shop.ctx) == []
        assert differences(shop.ctx) == []
        assert held_as_security(shop.ctx) == []
        assert verify_all(shop.ctx) == []
        report = report_named("billing.deposits_proof")
        assert report is not None
        assert report.build(shop.ctx)["difference_minor"] == 0


def test_a_deposit_is_held_and_given_back(shop: Shop) -> None:
    """It is owed to the party, neither earned nor taxed, and not on account; a part goes back in cash, the rest by the bank."""
    drawer = shop.drawer(100_000)
    deposit = taken(shop, until=shop.ctx.today + timedelta(days=30))
    assert (deposit.number[:4], deposit.held_minor, deposit.payment.rest_minor) == ("DEP-", 50_000, 0)
    assert shop.balances(*BOOKS) == [50_000, 0, -50_000, 0, 0, 0]
    agree(shop)
    with scope(shop.company.pk):
        form = start_values(shop.ctx, REGISTRY["billing.return_deposit"], {}, deposit.pk)
    assert (form["method"], form["amount"]) == ("transfer", 50_000)
    return_deposit(shop.ctx, deposit=deposit, amount=20_000, method="cash")
    with scope(shop.company.pk):
        assert expected_cash(shop.fresh(drawer)) == 80_000
        assert held_on(shop.ctx, [shop.party.pk], shop.ctx.today) == 30_000
    return_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=30_000, method="transfer")
    assert (shop.fresh(deposit).state, shop.fresh(deposit.payment).state) == ("settled", "refunded")
    assert shop.balances(*BOOKS) == [20_000, -20_000, 0, 0, 0, 0]
    for cash in (False, True):
        with scope(shop.company.pk):
            assert taxed_parts(shop.ctx, shop.ctx.today, shop.ctx.today, cash=cash) == []
    agree(shop)
    paper = pdf_text(client_of(shop.ctx), f"/billing/payments/{deposit.payment.pk}/receipt/")
    assert "Deposit: Key of the flat" in paper


def test_a_deposit_pays_an_invoice_and_makes_up_for_damage(shop: Shop) -> None:
    """What is kept for an invoice settles it; what is kept for damage is income without tax; the rest goes back."""
    invoice = shop.invoice()
    deposit = taken(shop)
    keep_deposit(shop.ctx, deposit=deposit, amount=17_380, invoice=invoice)
    assert (shop.fresh(invoice).state, shop.balance("receivable")) == ("paid", 0)
    keep_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=10_000, reason="Lost key")
    agree(shop)
    return_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=22_620, method="transfer")
    assert shop.balances(*BOOKS) == [27_380, 0, 0, 0, -10_000, -380]
    assert (shop.fresh(deposit).kept_minor, shop.fresh(deposit).returned_minor) == (27_380, 22_620)
    agree(shop)
    with scope(shop.company.pk):
        payment = Payment.objects.visible_to(shop.ctx).get(invoice=invoice)
        bank = Account.objects.visible_to(shop.ctx).get(code="1100")
    for command, inputs in (
        (refund_payment, {"payment": payment, "amount": 100, "reason": "x"}),
        (void_transfer, {"payment": payment, "reason": "x", "on": shop.ctx.today}),
    ):
        with pytest.raises(Refusal):
            command(shop.ctx, **inputs)
    refund_payment(shop.ctx, payment=payment, amount=100, reason="Too much", account=bank)
    agree(shop)


def test_a_deposit_pays_an_advance(shop: Shop) -> None:
    """As money by any other way would: its tax is owed from then on."""
    draft = shop.draft()
    advance = ask_advance(shop.ctx, invoice=draft, amount=10_000, on=shop.ctx.today)
    keep_deposit(shop.ctx, deposit=taken(shop), amount=10_000, invoice=advance)
    assert (shop.fresh(advance).state, shop.balance("advance_asked")) == ("paid", 0)
    agree(shop)


def test_what_is_refused(shop: Shop) -> None:
    """Each with its sentence, and nothing changes."""
    invoice, deposit, draft = shop.invoice(), taken(shop), shop.draft()
    before = shop.rows()
    yesterday = shop.ctx.today - timedelta(days=1)
    tried = (
        (take_deposit, {"party": shop.party, "method": "cash", "amount": 5, "reason": "x"}, "drawer_closed"),
        (take_deposit, {"party": shop.party, "method": "card", "amount": 0, "reason": "x"}, "nothing_paid"),
        (take_deposit, {"party": shop.party, "method": "card", "amount": 5, "reason": "x", "until": yesterday}, "deposit_until_later"),
        (return_deposit, {"deposit": deposit, "amount": 50_001, "method": "transfer"}, "too_much"),
        (return_deposit, {"deposit": deposit, "amount": 5, "method": "transfer", "on": yesterday}, "before_deposit"),
        (keep_deposit, {"deposit": deposit, "amount": 5}, "no_reason"),
        (keep_deposit, {"deposit": deposit, "amount": 17_381, "invoice": invoice}, "too_much"),
        (keep_deposit, {"deposit": deposit, "amount": 5, "invoice": draft}, "not_issued"),
        (refund_payment, {"payment": deposit.payment, "amount": 5, "reason": "x"}, "is_deposit"),
    )
    for command, inputs, code in tried:
        with pytest.raises(Refusal) as refused:
            command(shop.ctx, **inputs)
        assert refused.value.code == code, refused.value
    assert shop.rows() == before
    return_deposit(shop.ctx, deposit=deposit, amount=50_000, method="transfer")
    with pytest.raises(Refusal) as refused:
        return_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=1, method="transfer")
    assert refused.value.code == "nothing_held"


def uses(shop: Shop) -> list[DepositUse]:
    """What became of deposits, oldest first."""
    with scope(shop.company.pk):
        return list(DepositUse.objects.visible_to(shop.ctx).order_by("pk"))


def test_what_was_kept_or_given_back_by_mistake_is_held_again(shop: Shop) -> None:
    """An invoice is open again, damage is no income, a transfer never went; each once, and only what is no cash."""
    shop.drawer(100_000)
    invoice, deposit = shop.invoice(), taken(shop)
    keep_deposit(shop.ctx, deposit=deposit, amount=17_380, invoice=invoice)
    keep_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=10_000, reason="Lost key")
    return_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=20_000, method="transfer")
    return_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=2_620, method="cash")
    *undoable, cash = uses(shop)
    for use in undoable:
        undo_deposit_use(shop.ctx, use=use, reason="By mistake", on=shop.ctx.today)
        agree(shop)
    assert (shop.fresh(deposit).held_minor, shop.fresh(invoice).open_minor) == (47_380, 17_380)
    assert shop.balances(*BOOKS) == [50_000, -2_620, -47_380, 17_380, 0, -380]
    with scope(shop.company.pk):
        assert held_on(shop.ctx, [shop.party.pk], shop.ctx.today) == 47_380
        _, moves = moves_of(shop.ctx, [shop.party.pk], shop.ctx.today, shop.ctx.today)
    assert sum(move.amount_minor for move in moves) == 17_380
    for use, code in ((undoable[0], "already_undone"), (cash, "not_a_transfer")):
        with pytest.raises(Refusal) as refused:
            undo_deposit_use(shop.ctx, use=shop.fresh(use), reason="Again", on=shop.ctx.today)
        assert refused.value.code == code
    return_deposit(shop.ctx, deposit=shop.fresh(deposit), amount=47_380, method="transfer")
    agree(shop)


def test_a_deposit_that_never_came_is_void(shop: Shop) -> None:
    """Only one that is held wholly, and came by a transfer."""
    deposit = taken(shop)
    keep_deposit(shop.ctx, deposit=deposit, amount=5, reason="Lost key")
    with pytest.raises(Refusal) as refused:
        void_deposit(shop.ctx, deposit=shop.fresh(deposit), reason="None of her", on=shop.ctx.today)
    assert refused.value.code == "is_used"
    undo_deposit_use(shop.ctx, use=uses(shop)[0], reason="It was found", on=shop.ctx.today)
    void_deposit(shop.ctx, deposit=shop.fresh(deposit), reason="None of her", on=shop.ctx.today)
    gone = shop.fresh(deposit)
    assert (gone.state, gone.held_minor, shop.fresh(deposit.payment).state) == ("void", 0, "void")
    assert shop.balances(*BOOKS) == [0, 0, 0, 0, 0, 0]
    agree(shop)
    for command, code in ((void_deposit, "already_void"), (return_deposit, "nothing_held")):
        more = {"reason": "x", "on": shop.ctx.today} if command is void_deposit else {"amount": 5, "method": "transfer"}
        with pytest.raises(Refusal) as refused:
            command(shop.ctx, deposit=gone, **more)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        undo_deposit_use(shop.ctx, use=uses(shop)[1], reason="It came", on=shop.ctx.today)
    assert refused.value.code == "never_came"


def test_two_take_one_use_back(shop: Shop) -> None:
    """One does; what is held and what the ledger owes stay the same."""
    deposit = taken(shop)
    keep_deposit(shop.ctx, deposit=deposit, amount=50_000, reason="Lost key")
    [use] = uses(shop)
    won = race(4, lambda n: undo_deposit_use(shop.ctx, use=use, reason="By mistake", on=shop.ctx.today))
    assert {x.code for x in won if isinstance(x, Refusal)} == {"already_undone"}
    assert len([x for x in won if not isinstance(x, Exception)]) == 1
    assert (shop.fresh(deposit).held_minor, shop.balance("deposit_held")) == (50_000, -50_000)
    agree(shop)


def test_one_keeps_what_another_gives_back(shop: Shop) -> None:
    """Together no more than is held."""
    deposit = taken(shop)
    done = race(
        4,
        lambda n: (
            keep_deposit(shop.ctx, deposit=deposit, amount=30_000, reason="Lost key")
            if n % 2
            else return_deposit(shop.ctx, deposit=deposit, amount=30_000, method="transfer")
        ),
    )
    assert [isinstance(x, Deposit) for x in done].count(True) == 1
    assert shop.fresh(deposit).held_minor == 20_000
    agree(shop)


def test_two_give_one_deposit_back(shop: Shop) -> None:
    """One does; the other is told that nothing is held any more."""
    deposit = taken(shop)
    won = race(4, lambda n: return_deposit(shop.ctx, deposit=deposit, amount=50_000, method="transfer"))
    assert [isinstance(x, Deposit) for x in won].count(True) == 1
    assert {x.code for x in won if isinstance(x, Refusal)} == {"nothing_held"}
    assert shop.balance("deposit_held") == 0
    agree(shop)


def test_the_database_keeps_deposits(shop: Shop) -> None:
    """Whoever writes: no more goes than is held, and nothing changes."""
    deposit = taken(shop)
    with scope(shop.company.pk), pytest.raises(IntegrityError, match="deposit_never_overdrawn"):
        DepositUse.objects.create(
            company=shop.company, deposit=deposit, kind="damages", amount_minor=50_001, on=shop.ctx.today, reason="x",
            made_at=shop.ctx.now, made_by=shop.ctx.user,
        )  # fmt: skip
    for sql in (
        "UPDATE billing_deposit SET amount_minor = amount_minor + 1",
        "UPDATE billing_deposit SET kept_minor = 5",
        "DELETE FROM billing_deposit",
        "UPDATE billing_payment SET allocated_minor = 5 WHERE kind = 'deposit'",
    ):
        with scope(shop.company.pk), connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute(sql)


def test_a_payment_is_taken_beside_a_deposit(shop: Shop) -> None:
    """The statement of account has the payment, and says what is held; what is on account does not have it."""
    taken(shop)
    take_payment(shop.ctx, invoice=shop.invoice(), method="transfer", amount=10_000)
    client = client_of(shop.ctx)
    text = pdf_text(client, f"/billing/statements/{shop.party.pk}/pdf/")
    for said in ("€73.80", "Held as a deposit", "€500.00"):
        assert said in text, said
    assert "On account" not in text
