"""Claims: entered, judged, submitted, approved by somebody else, posted, paid back by a run, taken back; each by its own rights."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.back.banking.commands import accept_proposal
from enfilade.back.banking.queries import proposals_for
from enfilade.back.expenses.commands import (
    MealsIn,
    add_days_away,
    add_mileage,
    approve_claim,
    attach_receipt,
    change_expense,
    discard_claim,
    load_categories,
    open_claim,
    post_claim,
    reject_claim,
    remove_expense,
    say_account,
    say_us_account,
    submit_claim,
    take_back_claim,
    withdraw_claim,
)
from enfilade.back.expenses.models import ExpenseCategory, ExpenseClaim, ExpenseLine, MileageRate, Receipt
from enfilade.back.expenses.queries import breaches_of, lines_of
from enfilade.back.payables.commands import confirm_account, pay_bill, reverse_payment, void_bill
from enfilade.back.payables.models import SupplierPayment
from enfilade.back.tax.parts import by_account, taxed_parts
from enfilade.back.tax.queries import moved_in_ledger
from enfilade.core.command import run_raw
from enfilade.core.context import Held, Refusal
from enfilade.core.models import Role
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .traveller import Traveller

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(run: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refusal) as no:
        run()
    return no.value.code


def test_a_receipt_becomes_money(office: Traveller) -> None:
    """Photographed, approved by another one, posted with its tax, paid by a run when the bank says so."""
    line = office.spend()
    assert (line.tax_minor, line.claim.total_minor, line.claim.own_minor, line.claim.state) == (700, 10_700, 10_700, "draft")
    claim = submit_claim(office.emma, claim=line.claim)
    assert (claim.state, claim.number) == ("submitted", f"EC-{office.today.year}-00001")
    assert code_of(lambda: post_claim(office.ctx, claim=claim, on=office.today)) == "not_approved"
    claim = post_claim(office.ctx, claim=approve_claim(office.boss, claim=claim), on=office.today)
    assert office.balances("rent", "tax_input_reduced", "payable") == [10_000, 700, -10_700]
    assert claim.bill is not None
    assert (claim.bill.supplier_id, claim.bill.open_minor) == (claim.person_id, 10_700)
    assert office.proved()
    account = say_account(office.emma, iban="DE02120300000000202051")
    confirm_account(office.boss, account=account, evidence="Asked her.")
    abroad = say_us_account(office.emma, routing="021000021", number="77", kind="savings")
    assert (abroad.supplier_id, str(abroad), abroad.state) == (claim.person_id, "021000021 / 77", "entered")
    order = office.orders(office.sent(claim.bill))[0]
    moved = office.paid_at_bank(order)
    with scope(office.company.pk):
        best = proposals_for(office.ctx, [moved])[moved.pk][0]
    accept_proposal(office.ctx, line=moved, proposal=best.code)
    assert office.fresh(claim).state == "reimbursed"
    assert office.proved()


def test_paid_back_and_owed_again(office: Traveller) -> None:
    """A claim follows its bill: paid, and open again when the payment is taken back."""
    claim = office.posted(10_700, 2_140)
    payment = pay_bill(office.ctx, bill=claim.bill, amount=12_840, method=SupplierPayment.Method.TRANSFER, on=office.today)
    assert office.fresh(claim).state == "reimbursed"
    assert office.proved()
    assert code_of(lambda: take_back_claim(office.ctx, claim=claim, on=office.today, reason="No.")) == "already_paid"
    reverse_payment(office.ctx, payment=payment, on=office.today, reason="Not made.")
    assert office.fresh(claim).state == "posted"
    assert code_of(lambda: void_bill(office.ctx, bill=claim.bill, on=office.today, reason="No.")) == "bill_of_claim"
    taken = take_back_claim(office.ctx, claim=office.fresh(claim), on=office.today, reason="Wrong category.")
    assert (taken.state, taken.bill, office.balance("payable"), office.balance("rent")) == ("rejected", None, 0, 0)
    assert office.proved()
    again = post_claim(office.ctx, claim=approve_claim(office.boss, claim=submit_claim(office.emma, claim=taken)), on=office.today)
    assert (again.number, office.balance("payable")) == (claim.number, -12_840)
    assert office.proved()


def test_company_money_is_shown(office: Traveller) -> None:
    """What a card or the petty cash paid is owed to nobody, and its tax stands in the return."""
    card = office.card(office.emma)
    office.spend(11_900, "Paper", paid_by="card", card=card, tax_class="standard")
    line = office.spend(1_070, "Taxi", paid_by="cash")
    assert code_of(lambda: office.spend(100, "Pen", paid_by="card", card=office.card(office.boss))) == "not_your_card"
    assert code_of(lambda: office.spend(100, "Pen", paid_by="card")) == "expense_line_card"
    claim = approve_claim(office.boss, claim=submit_claim(office.emma, claim=line.claim))
    claim = post_claim(office.ctx, claim=claim, on=office.today)
    assert (claim.state, claim.bill, claim.own_minor) == ("reimbursed", None, 0)
    assert office.balances("rent", "tax_input", "tax_input_reduced", "cash", "payable") == [11_000, 1_900, 70, -1_070, 0]
    assert office.proved()
    with scope(office.company.pk):
        parts = by_account(taxed_parts(office.ctx, office.today, office.today))
        assert {name: parts.get(name, 0) for name in ("tax_input", "tax_input_reduced")} == {"tax_input": 1_900, "tax_input_reduced": 70}
        moved = moved_in_ledger(office.ctx, office.today, office.today)
        assert (moved["tax_input"], moved["tax_input_reduced"]) == (1_900, 70)
    take_back_claim(office.ctx, claim=claim, on=office.today, reason="Twice.")
    assert office.balances("rent", "tax_input", "cash") == [0, 0, 0]
    assert office.proved()


def test_guests_are_named_and_split(office: Traveller) -> None:
    line = office.spend(11_900, "Gasthof", category=office.guests)
    assert code_of(lambda: submit_claim(office.emma, claim=line.claim)) == "policy"
    change_expense(
        office.emma, line=line, amount=11_900, category=office.guests, on=office.today, merchant="Gasthof",
        attendees=["Emma", "Ada, Engines Ltd"], occasion="New contract", tax_class="standard",
    )  # fmt: skip
    claim = approve_claim(office.boss, claim=submit_claim(office.emma, claim=line.claim))
    post_claim(office.ctx, claim=claim, on=office.today)
    assert office.balances("goods", "services", "tax_input", "payable") == [7_000, 3_000, 1_900, -11_900]
    assert office.proved()


def test_without_a_receipt(office: Traveller) -> None:
    """It needs a reason, and its tax is not deducted."""
    line = office.spend(10_700, receipt=None)
    assert code_of(lambda: submit_claim(office.emma, claim=line.claim)) == "policy"
    change_expense(
        office.emma, line=line, amount=10_700, category=office.train, on=office.today, merchant="Bahn", tax_class="reduced",
        no_receipt_reason="Lost on the way.",
    )  # fmt: skip
    claim = submit_claim(office.emma, claim=line.claim)
    post_claim(office.ctx, claim=approve_claim(office.boss, claim=claim), on=office.today)
    assert office.balances("rent", "tax_input_reduced", "payable") == [10_700, 0, -10_700]
    assert office.proved()


def test_the_same_receipt_comes_once(office: Traveller) -> None:
    office.spend(10_700, "Bahn")
    with pytest.raises(Refusal, match=r"has an expense of .* over €107\.00 already that looks the same") as no:
        office.spend(500, "Other", receipt="Bahn-10700")
    assert (no.value.code, no.value.hints[0]["fill"]) == ("maybe_known", {"although_similar": True})
    assert code_of(lambda: office.spend(10_700, "BAHN ", receipt="again")) == "maybe_known"
    office.spend(10_700, "Bahn", receipt="again", although_similar=True)
    claim = office.spend(99, "Pen").claim
    discard_claim(office.emma, claim=claim)
    assert office.spend(10_700, "Bahn").claim.pk != claim.pk


def test_foreign_money_counts_by_the_recorded_rate(office: Traveller) -> None:
    run_raw(office.ctx, "money.add_rate", {"base": "EUR", "quote": "CHF", "on": office.today.isoformat(), "rate": "0.8", "source": "ECB"})
    raw = {"amount": "80.00", "currency": "CHF", "category": office.train.pk, "on": office.today, "merchant": "SBB"}
    line = run_raw(office.emma, "expenses.add_expense", raw)
    assert (line.amount_minor, line.spent_minor, line.spent_currency, line.tax_class) == (10_000, 8_000, "CHF", "none")
    assert code_of(lambda: run_raw(office.emma, "expenses.add_expense", raw | {"currency": "USD"})) == "no_rate"
    assert code_of(lambda: office.spend(1, on=office.days(1))) == "in_future"
    assert code_of(lambda: office.spend(1, category=office.drives)) == "by_its_own"


def test_drives_and_days_away(office: Traveller) -> None:
    line = add_mileage(office.emma, distance=Decimal("120.5"), route="Berlin - Potsdam", on=office.today)
    assert line.amount_minor == 3_615
    left, back = office.at(office.days(-3), 8), office.at(office.days(-1), 20)
    meals = [MealsIn(on=office.days(-2), breakfast=True)]
    away = add_days_away(office.emma, left_at=left, back_at=back, place="Vienna", country="DE", meals=meals)
    assert away.amount_minor == 14_00 + 22_40 + 14_00
    assert code_of(lambda: add_days_away(office.emma, left_at=back, back_at=left, place="V")) == "back_before"
    assert code_of(lambda: add_days_away(office.emma, left_at=left, back_at=back, place="V")) == "away_already"
    left, back = left - timedelta(days=30), back - timedelta(days=30)
    assert code_of(lambda: add_days_away(office.emma, left_at=left, back_at=back, place="V", country="AT")) == "no_rate"
    wrong = [MealsIn(on=office.days(-9), lunch=True)]
    assert code_of(lambda: add_days_away(office.emma, left_at=left, back_at=back, place="V", meals=wrong)) == "meal_elsewhere"
    short = office.at(office.days(-33), 12)
    assert code_of(lambda: add_days_away(office.emma, left_at=left, back_at=short, place="V")) == "nothing_paid"
    claim = approve_claim(office.boss, claim=submit_claim(office.emma, claim=away.claim))
    post_claim(office.ctx, claim=claim, on=office.today)
    assert office.balances("rent", "payable") == [3_615 + 50_40, -3_615 - 50_40]
    assert office.proved()


def test_the_step_of_a_year_holds_across_claims(office: Traveller) -> None:
    with scope(office.company.pk):
        MileageRate.objects.create(
            company=office.company, vehicle="bicycle", unit="mi", valid_from=office.days(-400), rate=Decimal("0.45"), step=100,
            rate_after=Decimal("0.25"), source="test",
        )  # fmt: skip
    first = add_mileage(office.emma, distance=Decimal(80), route="A", on=office.today, vehicle="bicycle")
    second = add_mileage(office.emma, distance=Decimal(40), route="B", on=office.today, vehicle="bicycle")
    assert (first.amount_minor, second.amount_minor) == (36_00, 14_00)
    submit_claim(office.emma, claim=second.claim)
    third = add_mileage(office.emma, distance=Decimal(10), route="C", on=office.today, vehicle="bicycle")
    assert third.amount_minor == 2_50


def test_nobody_approves_her_own(office: Traveller) -> None:
    claim = office.submitted()
    assert code_of(lambda: approve_claim(office.emma, claim=claim)) == "not_allowed"
    for attack in (
        "UPDATE expenses_expenseclaim SET state = 'approved', approved_by_id = claimant_id, approved_at = now()",
        "UPDATE expenses_expenseclaim SET state = 'posted', posted_on = current_date",
        "UPDATE expenses_expenseclaim SET total_minor = total_minor + 1",
        "UPDATE expenses_expenseclaim SET number = 'EC-1'",
        "DELETE FROM expenses_expenseclaim",
        "UPDATE expenses_expenseline SET amount_minor = amount_minor + 1",
        "DELETE FROM expenses_expenseline",
        "DELETE FROM expenses_receipt",
        "UPDATE expenses_receipt SET sha256 = ''",
    ):
        assert attacked(office, attack) in {
            "expense_claim_two_people", "expense_claim_in_order", "expense_claim_unchanged", "expense_claim_kept", "expense_line_unchanged",
            "receipt_unchanged",
        }, attack  # fmt: skip
    written = open_claim(office.boss, person=claim.person)
    office.spend(700, "Kiosk", ctx=office.boss, claim=written)
    assert code_of(lambda: approve_claim(office.boss, claim=submit_claim(office.boss, claim=written))) == "own_claim"


def test_sent_back_and_given_up(office: Traveller) -> None:
    claim = office.submitted()
    with scope(office.company.pk):
        line = ExpenseLine.objects.visible_to(office.ctx).get(claim=claim)
    assert code_of(lambda: remove_expense(office.emma, line=line)) == "claim_not_open"
    assert code_of(lambda: office.spend(5, "Late", claim=claim)) == "not_draft_or_rejected"
    assert reject_claim(office.boss, claim=claim, reason="Which train?").reason == "Which train?"
    attach_receipt(office.emma, line=line, receipts=[office.receipt("ticket")])
    office.spend(5_350, "Tram", claim=office.fresh(claim))
    claim = submit_claim(office.emma, claim=office.fresh(claim))
    assert (claim.total_minor, claim.number, claim.reason) == (16_050, f"EC-{office.today.year}-00001", "")
    claim = withdraw_claim(office.emma, claim=approve_claim(office.boss, claim=claim))
    assert (claim.state, claim.approved_by) == ("draft", None)
    remove_expense(office.emma, line=line)
    assert office.fresh(claim).total_minor == 5_350
    assert discard_claim(office.emma, claim=office.fresh(claim)).state == "discarded"


def test_an_employee_sees_her_own(office: Traveller) -> None:
    """Claims, expenses and receipts of others do not exist for her; those who keep the books see all."""
    claim, other = office.submitted(), office.employee("Otto")
    with scope(office.company.pk):
        seen = {
            model: (model.objects.visible_to(office.emma).count(), model.objects.visible_to(other).count())
            for model in (ExpenseClaim, ExpenseLine, Receipt)
        }
        assert seen == {ExpenseClaim: (1, 0), ExpenseLine: (1, 0), Receipt: (1, 0)}
        line = ExpenseLine.objects.visible_to(office.ctx).get(claim=claim)
    assert code_of(lambda: withdraw_claim(other, claim=claim)) in {"out_of_reach", "not_found"}
    assert code_of(lambda: attach_receipt(other, line=line, receipts=[office.receipt("x", other)])) in {"out_of_reach", "not_found"}
    assert code_of(lambda: reject_claim(other, claim=claim, reason="No.")) == "not_allowed"
    assert code_of(lambda: post_claim(other, claim=claim, on=office.today)) == "not_allowed"


def test_once_at_the_same_time(office: Traveller) -> None:
    """Of four who approve, post, or enter at once, one does, and nothing is posted twice."""
    claim = office.submitted()
    found = race(4, lambda _: approve_claim(office.boss, claim=claim))
    assert sorted(type(one).__name__ for one in found) == ["ExpenseClaim", "Refusal", "Refusal", "Refusal"]
    found = race(4, lambda _: post_claim(office.ctx, claim=claim, on=office.today))
    assert sorted(type(one).__name__ for one in found) == ["ExpenseClaim", "Refusal", "Refusal", "Refusal"]
    assert office.balance("payable") == -10_700
    files = [office.receipt(f"r{n}") for n in range(4)]
    found = race(4, lambda n: office.spend(100 + n, f"Shop {n}", receipt=None, receipts=[files[n]]))
    assert len({line.claim_id for line in found}) == 1
    assert office.fresh(found[0].claim).total_minor == 406
    assert office.proved()


def test_large_claims_wait_at_the_door(office: Traveller) -> None:
    Role.objects.get_or_create(company=office.company, code="boss", defaults={"name": "Boss", "permissions": ["*"]})
    rule = {
        "command": "expenses.approve_claim", "fact": "total", "op": ">", "value": "100", "verdict": "hold", "release_role": "boss",
        "sentence": "{person} claims {total}.", "active": True,
    }  # fmt: skip
    run_raw(office.ctx, "doors.add_doorrule", rule)
    claim = office.submitted()
    with pytest.raises(Held, match=r"Emma claims 107") as waits:
        approve_claim(office.ctx, claim=claim)
    run_raw(office.boss, "doors.release_held", {"held": waits.value.held.pk})
    assert office.fresh(claim).approved_by_id == office.ctx.user.pk


def test_old_and_dear_is_said(office: Traveller) -> None:
    dear = office.category("HOTEL", "Hotel", account=office.account("rent"), limit_minor=10_000, days_max=5)
    line = office.spend(10_001, "Hotel", category=dear, on=office.today - timedelta(days=6))
    with scope(office.company.pk):
        found = breaches_of(office.ctx, lines_of(office.ctx, [line.claim]))[line.pk]
    assert [breach.sentence for breach in found] == [
        "This is more than the €100.00 that Hotel allows.",
        "It is 6 days old; Hotel is claimed within 5.",
    ]


def test_begin_with_what_is_usual(office: Traveller) -> None:
    load_categories(office.ctx)
    with scope(office.company.pk):
        assert set(ExpenseCategory.objects.visible_to(office.ctx).values_list("code", flat=True)) >= {"TRAVEL", "HOTEL", "POST"}
    assert code_of(lambda: load_categories(office.ctx)) == "nothing_missing"


def attacked(office: Traveller, statement: str) -> str:
    """The constraint that holds against a statement of the application role."""
    with pytest.raises(DatabaseError) as no, scope(office.company.pk), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(no.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
