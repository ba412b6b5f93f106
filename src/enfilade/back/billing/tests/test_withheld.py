"""Tax that customers keep back: settled, proved, counted, taken back; what is taxed stays what was billed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.billing.commands import (
    InvoiceLineIn,
    note_withheld_proof,
    refund_payment,
    set_off_withheld,
    take_payment,
    take_withheld,
    void_transfer,
    void_withheld,
)
from enfilade.back.billing.models import Payment
from enfilade.back.billing.withheld import expected_withheld, withheld_by_customers
from enfilade.back.ledger.queries import accounts_serving
from enfilade.back.tax.commands import load_withholding_kinds
from enfilade.back.tax.models import WithholdingKind
from enfilade.back.tax.parts import taxed_parts
from enfilade.base.books.models import Account
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.proofs import PROOFS
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


class Studio(Shop):
    """A customer in Italy withholds 20 % of the net; an invoice is over 100.00 and 19 %."""

    def __init__(self) -> None:
        super().__init__()
        load_withholding_kinds(self.ctx, country="IT")
        with scope(self.company.pk):
            self.kind = WithholdingKind.objects.visible_to(self.ctx).get(code="IT-RA")
        run_raw(self.ctx, "billing.add_customerwithholding", {"customer": self.party.pk, "kind": self.kind.pk})

    def billed(self) -> Any:
        """119.00, of which the customer keeps 20.00 back."""
        return self.invoice(InvoiceLineIn(self.brush, quantity=Decimal(10)))

    def paid(self, invoice: Any, amount: int = 9_900, withheld: int = 2_000, **more: Any) -> Payment:
        """What came by a transfer, and what was kept back beside it."""
        given = {"invoice": self.fresh(invoice), "method": "transfer", "amount": amount, "withheld": withheld, **more}
        return take_payment(replace(self.ctx, key=""), **given)

    def kept(self, **more: Any) -> list[Payment]:
        """What customers withheld."""
        with scope(self.company.pk):
            return withheld_by_customers(self.ctx, **more)

    def taxed(self, *, cash: bool) -> list[tuple[int, int]]:
        """Net and tax of what is taxed today."""
        today = self.ctx.today
        with scope(self.company.pk):
            return [(part.base_minor, part.owed_minor) for part in taxed_parts(self.ctx, today, today, cash=cash)]

    def proved(self) -> list[Any]:
        """What the verifiers and the proofs of the house find wrong."""
        with scope(self.company.pk):
            return [*verify_all(self.ctx), *(said for one in PROOFS.values() for said in one.check(self.ctx))]


@pytest.fixture
def studio() -> Studio:
    """A company whose customer withholds tax."""
    return Studio()


def code_of(attempt: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refusal) as no:
        attempt()
    return no.value.code


def test_a_payment_that_comes_short_by_the_tax_settles_the_invoice(studio: Studio) -> None:
    invoice = studio.billed()
    with scope(studio.company.pk):
        assert expected_withheld(studio.ctx, [invoice], studio.ctx.today) == {invoice.pk: 2_000}
    studio.paid(invoice)
    assert studio.fresh(invoice).state == "paid"
    assert studio.balances("bank", "withholding_receivable", "receivable", "tax_output") == [9_900, 2_000, 0, -1_900]
    [kept] = studio.kept()
    assert (kept.method, kept.amount_minor, kept.invoice) == ("withheld", 2_000, invoice)
    assert studio.proved() == []


@pytest.mark.parametrize("cash", [False, True])
def test_what_is_taxed_is_what_was_billed(studio: Studio, cash: bool) -> None:
    """Also where tax is owed when it is paid: what was withheld counts as received."""
    studio.paid(studio.billed())
    parts = studio.taxed(cash=cash)
    assert (sum(net for net, _ in parts), sum(tax for _, tax in parts)) == (10_000, 1_900)


def test_a_certificate_ticks_it_off_and_the_office_counts_it(studio: Studio) -> None:
    studio.paid(studio.billed())
    [kept] = studio.kept(unproved=True)
    proof = note_withheld_proof(studio.ctx, payment=kept, reference="CU 2026/7", on=studio.ctx.today)
    assert studio.kept(unproved=True) == []
    assert (
        code_of(lambda: note_withheld_proof(replace(studio.ctx, key="2"), payment=kept, reference="x", on=studio.ctx.today))
        == "proved_already"
    )
    with scope(studio.company.pk):
        bank = Account.objects.get(pk=accounts_serving(studio.ctx, ["bank"])["bank"])
    early = studio.ctx.today - timedelta(days=1)
    assert code_of(lambda: set_off_withheld(studio.ctx, proof=proof, on=early, account=bank)) == "before_certificate"
    set_off_withheld(studio.ctx, proof=proof, on=studio.ctx.today, account=bank)
    assert studio.balances("bank", "withholding_receivable") == [11_900, 0]
    assert (
        code_of(lambda: set_off_withheld(replace(studio.ctx, key="3"), proof=studio.fresh(proof), on=studio.ctx.today, account=bank))
        == "set_off"
    )
    assert code_of(lambda: void_withheld(studio.ctx, payment=kept, on=studio.ctx.today, reason="No.")) == "set_off"
    with scope(studio.company.pk):
        found = report_named("billing.withheld_from_us").build(studio.ctx, on=studio.ctx.today)
    assert [tile["value_minor"] for tile in found["tiles"]] == [0, 0]
    assert studio.proved() == []


def test_what_was_paid_and_is_not_takes_the_tax_with_it(studio: Studio) -> None:
    invoice = studio.billed()
    payment = studio.paid(invoice)
    void_transfer(studio.ctx, payment=payment, reason="Of somebody else.", on=studio.ctx.today)
    assert (studio.fresh(invoice).open_minor, studio.kept()) == (11_900, [])
    again = studio.paid(invoice)
    refund_payment(studio.ctx, payment=again, amount=4_900, reason="A part.")
    assert (studio.fresh(invoice).open_minor, len(studio.kept())) == (4_900, 1)
    refund_payment(replace(studio.ctx, key="r"), payment=studio.fresh(again), amount=5_000, reason="The rest.")
    assert (studio.fresh(invoice).open_minor, studio.kept()) == (11_900, [])
    assert studio.balances("bank", "withholding_receivable", "receivable") == [0, 0, 11_900]
    assert studio.proved() == []


def test_tax_can_be_noted_later_and_made_void(studio: Studio) -> None:
    invoice = studio.billed()
    studio.paid(invoice, withheld=0)
    kept = take_withheld(studio.ctx, invoice=studio.fresh(invoice), amount=2_000)
    assert studio.fresh(invoice).state == "paid"
    assert code_of(lambda: refund_payment(studio.ctx, payment=kept, amount=2_000, reason="No.")) == "is_withheld"
    void_withheld(studio.ctx, payment=studio.fresh(kept), on=studio.ctx.today, reason="It was paid after all.")
    assert (studio.fresh(invoice).open_minor, studio.balance("withholding_receivable")) == (2_000, 0)
    assert code_of(lambda: take_withheld(replace(studio.ctx, key="t"), invoice=studio.fresh(invoice), amount=2_001)) == "too_much"
    assert code_of(lambda: studio.paid(invoice, amount=1, withheld=2_000)) == "too_much"
    assert studio.proved() == []


def test_two_who_note_it_at_once_note_it_once(studio: Studio) -> None:
    invoice = studio.billed()
    done = race(3, lambda _: studio.paid(invoice))
    assert sum(isinstance(one, Payment) for one in done) == 1
    assert (studio.fresh(invoice).state, len(studio.kept())) == ("paid", 1)
    assert studio.proved() == []
