"""Bills of suppliers in foreign currencies: their worth, exchange gains and losses; what is owed is the ledger in each currency."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enfilade.back.banking.commands import accept_proposal, unmatch_line
from enfilade.back.banking.models import BankAccount, StatementLine
from enfilade.back.banking.queries import proposals_for
from enfilade.back.banking.tests.desk import Move, camt
from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice, issue_invoice
from enfilade.back.ledger.commands import revalue_currencies
from enfilade.back.ledger.models import AccountPurpose
from enfilade.back.ledger.queries import ledger_book
from enfilade.back.payables.commands import (
    approve_bill,
    match_bills,
    pay_bill,
    reverse_payment,
    set_off,
    undo_set_off,
    use_credit,
    void_bill,
)
from enfilade.back.payables.commands.matching import BillPart
from enfilade.back.payables.commands.paying import Part, pay
from enfilade.back.payables.models import Bill, SupplierPayment
from enfilade.back.payables.proof import differences
from enfilade.back.payables.queries import owed_on, to_pay_by
from enfilade.back.tax.parts import taxed_parts
from enfilade.base.books.models import Account
from enfilade.base.books.queries import totals_on
from enfilade.base.money.models import Rate
from enfilade.core.command.work import Work
from enfilade.core.context import Refusal
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.verify import verify_all

from .office import Office

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "US00DOLLARS"


class Abroad(Office):
    """An office with an account in dollars: 1.25 for a euro ten days ago, 1.20 today."""

    def __init__(self) -> None:
        super().__init__()
        self.dollars: BankAccount = self.open_account("Dollars", NUMBER, "1298", "USD")
        with scope(self.company.pk):
            for days, value in ((10, "1.25"), (0, "1.20")):
                on = self.today - timedelta(days=days)
                Rate.objects.create(company=self.company, base="EUR", quote="USD", on=on, rate=Decimal(value), source="ECB")

    @property
    def place(self) -> Account:
        """The account of the ledger in dollars."""
        return self.dollars.account

    def billed(self, number: str = "U-1", gross: int = 11_900, days_ago: int = 10, **more: Any) -> Bill:
        """Approved today, of ten days ago: 119 dollars, worth 95.20."""
        on = self.today - timedelta(days=days_ago)
        return self.approved(number, gross, currency="USD", billed_on=on, **more)

    def held(self, purpose: str, unit: str = "EUR") -> int:
        """What the account of a purpose holds of a unit; debit positive."""
        with scope(self.company.pk):
            account = AccountPurpose.objects.get(company=self.company, purpose=purpose).account_id
            totals = totals_on(self.ctx, ledger_book(self.ctx), self.today, accounts=[account])
            return sum(t.balance_minor for t in totals if t.unit == unit)

    def agree(self) -> None:
        """What is owed is the ledger, in the company's currency and in dollars."""
        with scope(self.company.pk):
            assert differences(self.ctx) == []
            owed = owed_on(self.ctx, self.today)
        assert sum(o.worth_minor for o in owed) == -self.held("payable")
        in_dollars = [o for o in owed if o.currency == "USD"]
        assert sum(o.open_minor for o in in_dollars) == -self.held("payable", "USD")
        assert sum(o.worth_minor for o in in_dollars) == -self.held("payable", "EUR@USD")

    def sound(self) -> None:
        """The whole house proves itself."""
        with scope(self.company.pk):
            assert [f for f in verify_all(self.ctx) if f.code != "unsealed"] == []


@pytest.fixture
def abroad() -> Abroad:
    """An office that is billed in dollars."""
    return Abroad()


def test_a_bill_in_dollars_counts_at_the_rate_of_its_date(abroad: Abroad) -> None:
    """119.00 dollars at 1.25 are 95.20 euros: 80.00 of goods and 15.20 of tax that is deducted."""
    bill = abroad.fresh(abroad.billed())
    assert (bill.currency, bill.total_minor, bill.worth_minor, bill.rate) == ("USD", 11_900, 9_520, Decimal("1.25"))
    assert (abroad.held("payable"), abroad.held("goods"), abroad.held("tax_input")) == (-9_520, 8_000, 1_520)
    assert abroad.held("payable", "USD") == -11_900
    with scope(abroad.company.pk):
        [part] = [p for p in taxed_parts(abroad.ctx, abroad.today, abroad.today) if not p.sale]
        [waiting] = to_pay_by(abroad.ctx, abroad.days(30), 10)
        found = report_named("payables.payables").build(abroad.ctx, on=abroad.today)
    assert (part.base_minor, part.deducted_minor) == (8_000, 1_520)
    assert "foreign currency" in waiting.why
    assert [(r["currency"], r["open_minor"], r["foreign_minor"]) for r in found["rows"]] == [("USD", 9_520, 11_900)]
    abroad.agree()
    abroad.sound()


def test_without_a_rate_nothing_is_approved(abroad: Abroad) -> None:
    """Francs are not known; with a rate of its own they are."""
    bill = abroad.bill("F-1", currency="CHF")
    with pytest.raises(Refusal) as no:
        approve_bill(abroad.ctx, bill=bill.pk, on=abroad.today)
    assert no.value.code == "no_rate"
    own = abroad.approved("F-2", currency="CHF", rate=Decimal("0.95"))
    assert abroad.fresh(own).worth_minor == 12_526
    abroad.agree()


def test_paid_in_parts_the_difference_is_a_loss_without_a_lost_cent(abroad: Abroad) -> None:
    """The dollar has become dearer: what counted 95.20 costs 99.17."""
    bill = abroad.billed()
    for amount in (3_333, 3_333, 5_234):
        pay_bill(abroad.ctx, bill=bill.pk, amount=amount, method="transfer", on=abroad.today, account=abroad.place)
        abroad.agree()
    assert (abroad.fresh(bill).state, abroad.held("payable"), abroad.held("exchange_loss")) == ("paid", 0, 2_778 + 2_778 + 4_362 - 9_520)
    abroad.sound()


def test_paid_in_euros_and_taken_back(abroad: Abroad) -> None:
    """94.00 euros went out: a gain of 1.20; taken back, all is as it was."""
    bill = abroad.billed()
    with pytest.raises(Refusal) as no:
        pay_bill(abroad.ctx, bill=bill.pk, amount=11_900, method="transfer", on=abroad.today)
    assert no.value.code == "which_account"
    payment = pay_bill(abroad.ctx, bill=bill.pk, amount=11_900, method="transfer", on=abroad.today, own_amount=9_400)
    assert (abroad.held("exchange_gain"), abroad.held("payable")) == (-120, 0)
    abroad.agree()
    reverse_payment(abroad.ctx, payment=payment.pk, on=abroad.today, reason="x")
    assert (abroad.fresh(bill).open_worth_minor, abroad.held("exchange_gain")) == (9_520, 0)
    abroad.agree()
    void_bill(abroad.ctx, bill=bill.pk, on=abroad.today, reason="x")
    assert (abroad.held("payable"), abroad.held("payable", "USD"), abroad.held("tax_input")) == (0, 0, 0)
    abroad.agree()
    abroad.sound()


def test_a_discount_goes_at_the_rate_of_the_bill(abroad: Abroad) -> None:
    """2 % of 119 dollars are 2.38, worth 1.90: 0.30 of it tax."""
    bill = abroad.billed()
    pay_bill(abroad.ctx, bill=bill.pk, amount=11_900, method="transfer", on=abroad.today, account=abroad.place, discount=238)
    assert (abroad.held("tax_input"), abroad.held("cash_discount_taken"), abroad.held("payable")) == (1_520 - 30, -160, 0)
    with scope(abroad.company.pk):
        parts = [p for p in taxed_parts(abroad.ctx, abroad.today, abroad.today) if not p.sale]
    assert sum(p.deducted_minor for p in parts) == 1_490
    abroad.agree()
    abroad.sound()


def test_a_credit_note_of_another_day_settles_with_a_difference(abroad: Abroad) -> None:
    """The note came at 1.20, the bill at 1.25."""
    bill, note = abroad.billed(), abroad.billed("N-1", 5_950, days_ago=0, kind="credit_note")
    use_credit(abroad.ctx, bill=bill.pk, credit=note.pk, on=abroad.today)
    assert (abroad.fresh(note).state, abroad.fresh(bill).open_worth_minor, abroad.held("exchange_loss")) == ("paid", 4_760, 4_958 - 4_760)
    abroad.agree()
    with pytest.raises(Refusal) as no:
        use_credit(abroad.ctx, bill=abroad.approved("H-1").pk, credit=abroad.billed("N-2", kind="credit_note").pk, on=abroad.today)
    assert no.value.code == "several_currencies"
    abroad.sound()


def test_a_credit_note_that_a_payment_uses_settles_with_the_same_difference(abroad: Abroad) -> None:
    """No run takes bills in another currency yet; whatever pays with a note one day leaves the account of suppliers as the bills say."""
    bill, note = abroad.billed(), abroad.billed("N-1", 5_950, days_ago=0, kind="credit_note")
    with scope(abroad.company.pk):
        place = abroad.place.code
        pay(replace(abroad.ctx, work=Work()), [Part(bill, 11_900)], on=abroad.today, method="transfer", place=place, notes=[note])
    assert (abroad.fresh(note).state, abroad.fresh(bill).state) == ("paid", "paid")
    # Half went against the note (49.58 of today for 47.60), half was paid with 49.58.
    assert (abroad.held("payable"), abroad.held("exchange_loss")) == (0, 2 * (4_958 - 4_760))
    abroad.agree()
    abroad.sound()


def test_dollars_are_set_off_each_side_at_what_it_came_for(abroad: Abroad) -> None:
    """Their bill of ten days ago over 119 dollars (95.20), our invoice of today over 238 (198.33): half of it is 99.17, worth today."""
    bill = abroad.billed(supplier=abroad.party, due_on=abroad.today)
    line = InvoiceLineIn(abroad.brush, unit_price=20_000)
    draft = draft_invoice(abroad.ctx, party=abroad.party, lines=[line], due_on=abroad.today, currency="USD")
    invoice = issue_invoice(abroad.ctx, invoice=draft, on=abroad.today)
    assert (invoice.total_minor, invoice.worth_minor) == (23_800, 19_833)
    made = set_off(abroad.ctx, party=abroad.party, on=abroad.today, currency="USD")
    assert (made.amount_minor, abroad.fresh(bill).state, abroad.fresh(invoice).open_minor) == (11_900, "paid", 11_900)
    # What is cleared is worth 99.17 at the rate of today; the bill had come for 95.20.
    assert [abroad.held(p, u) for p in ("suspense", "payable") for u in ("EUR", "USD")] == [0, 0, 0, 0]
    assert abroad.balances("exchange_loss") == [397]
    abroad.sound()
    undo_set_off(abroad.ctx, set_off=made, on=abroad.today, reason="No.")
    assert abroad.balances("exchange_loss") == [0]
    abroad.sound()


def test_the_bank_pays_a_bill_in_dollars(abroad: Abroad) -> None:
    """Proposed, accepted, taken back; a line in euros pays none."""
    bill = abroad.billed("DOLLARS-1")
    data = camt("0.00", "-119.00", [Move(abroad.today, "-119.00", purpose="DOLLARS-1")], abroad.today, account=NUMBER, currency="USD")
    taken = abroad.take(data)
    with scope(abroad.company.pk):
        line = StatementLine.objects.visible_to(abroad.ctx).select_related("bank_account__account").get(statement__bank_file=taken)
        [proposal] = [p for p in proposals_for(abroad.ctx, [line])[line.pk] if p.settler]
    accept_proposal(abroad.ctx, line=line, proposal=proposal.code)
    assert (abroad.fresh(bill).state, abroad.held("exchange_loss")) == ("paid", 397)
    abroad.agree()
    unmatch_line(abroad.ctx, line=abroad.fresh(line), reason="Wrong")
    assert (abroad.fresh(bill).state, abroad.held("exchange_loss")) == ("open", 0)
    [home] = abroad.moved(Move(abroad.today, "-119.00"))
    with pytest.raises(Refusal) as no:
        match_bills(abroad.ctx, line=home, bills=[BillPart(bill.pk)])
    assert no.value.code == "other_currency"
    abroad.agree()
    abroad.sound()


def test_no_run_takes_a_bill_in_dollars_and_revaluing_agrees(abroad: Abroad) -> None:
    """SEPA is in euro; what is revalued is taken back by itself."""
    bill = abroad.billed()
    with pytest.raises(Refusal) as no:
        abroad.run(bill)
    assert no.value.code == "not_sepa"
    revalue_currencies(abroad.ctx, on=abroad.today)
    assert abroad.held("payable") == -9_917
    with scope(abroad.company.pk):
        assert report_named("payables.payables_proof").build(abroad.ctx)["difference_minor"] == 0


STEPS = st.lists(st.tuples(st.sampled_from(("bill", "pay", "credit", "back")), st.integers(1, 13_000)), min_size=6, max_size=14)


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(STEPS)
def test_whatever_happens_what_is_owed_is_the_ledger(abroad: Abroad, steps: list[tuple[str, int]]) -> None:
    """Bills, payments in either currency, credit notes and what is taken back, at two rates; refusals change nothing."""
    abroad.seen = getattr(abroad, "seen", 0)  # type: ignore[attr-defined]
    for step, amount in steps:
        abroad.seen += 1  # type: ignore[attr-defined]
        with scope(abroad.company.pk):
            bills = list(Bill.objects.visible_to(abroad.ctx).filter(kind="bill", state__in=["open", "part_paid"]).order_by("pk"))
            notes = list(Bill.objects.visible_to(abroad.ctx).filter(kind="credit_note", state__in=["open", "part_paid"]).order_by("pk"))
            payments = list(SupplierPayment.objects.visible_to(abroad.ctx).filter(state="paid").order_by("pk"))
        try:
            if step == "bill" or not bills:
                kind = "credit_note" if amount % 3 == 0 else "bill"
                abroad.billed(f"X-{abroad.seen}", max(amount, 200), days_ago=10 * (amount % 2), kind=kind)  # type: ignore[attr-defined]
            elif step == "pay":
                own = {"own_amount": max(amount * 8 // 10, 1)} if amount % 2 else {"account": abroad.place}
                pay_bill(abroad.ctx, bill=bills[amount % len(bills)].pk, amount=amount, method="transfer", on=abroad.today, **own)
            elif step == "credit" and notes:
                use_credit(abroad.ctx, bill=bills[0].pk, credit=notes[amount % len(notes)].pk, on=abroad.today)
            elif step == "back" and payments:
                reverse_payment(abroad.ctx, payment=payments[-1].pk, on=abroad.today, reason="x")
        except Refusal:
            continue
    abroad.agree()
