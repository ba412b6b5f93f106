"""From the bill on the table to the money that left the bank, and every way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from enfilade.back.banking.commands import accept_proposal, match_deposit, match_deposit_return, post_line, unmatch_line
from enfilade.back.banking.queries import proposals_for
from enfilade.back.billing.commands import receive_payment, take_deposit, undo_deposit_use
from enfilade.back.billing.models import Deposit, DepositUse
from enfilade.back.billing.queries import on_account
from enfilade.back.payables.commands import (
    BillLineIn,
    cancel_run,
    confirm_account,
    make_run,
    match_bills,
    pay_bill,
    pay_out_credit,
    pay_out_deposit,
    release_run,
    reverse_payment,
    take_out,
    use_credit,
    void_bill,
)
from enfilade.back.payables.commands.matching import BillPart
from enfilade.back.payables.models import SupplierAccount
from enfilade.core.context import Refusal
from enfilade.core.files import open_file
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.core.verify import verify_all

from .office import LAB_IBAN, LANDLORD_IBAN, Office
from .test_bills import attacked, code_of

pytestmark = pytest.mark.django_db(transaction=True)
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def best(office: Office, line: Any) -> Any:
    """The surest proposal for a line."""
    with scope(office.company.pk):
        return proposals_for(office.ctx, [office.fresh(line)])[line.pk][0]


def accept(office: Office, line: Any) -> Any:
    """The surest proposal for a line, accepted."""
    return accept_proposal(office.ctx, line=line, proposal=best(office, line).code)


def test_a_bill_is_approved_paid_by_a_run_and_settled_by_the_bank(office: Office) -> None:
    office.known(office.lab, LAB_IBAN)
    bill = office.approved("R-77/4", 11_900)
    assert (bill.number, bill.state) == (f"B-{office.today.year}-00001", "open")
    assert office.balances("goods", "tax_input", "payable") == [10_000, 1_900, -11_900]

    run = office.run(bill)
    with pytest.raises(Refusal, match="somebody else has to release"):
        release_run(office.ctx, run=run)
    run = release_run(office.boss, run=run)
    [order] = office.orders(run)
    with scope(office.company.pk), open_file(run.file) as content:
        file = ET.fromstring(content.read())  # noqa: S314 - written by us
    said = {name: file.find(f".//{PAIN}{name}").text for name in ("NbOfTxs", "CtrlSum", "EndToEndId", "Ustrd", "MsgId")}
    assert said == {"NbOfTxs": "1", "CtrlSum": "119.00", "EndToEndId": order.end_to_end, "Ustrd": "R-77/4", "MsgId": run.number}
    assert [file.find(f".//{PAIN}Cdtr/{PAIN}Nm").text, file.find(f".//{PAIN}CdtrAcct//{PAIN}IBAN").text] == ["Dentallabor Sued", LAB_IBAN]

    line = office.paid_at_bank(order)
    assert best(office, line).percent == 98
    accept(office, line)
    assert [office.fresh(row).state for row in (bill, order, run, line)] == ["paid", "paid", "done", "matched"]
    with scope(office.company.pk):
        payment = order.payments.get()
    assert code_of(lambda: reverse_payment(office.ctx, payment=payment, on=office.today, reason="By mistake.")) == "matched_at_bank"
    assert office.balances("payable", "1299") == [0, -11_900]

    unmatch_line(office.ctx, line=office.fresh(line), reason="Given back by their bank.")
    assert [office.fresh(row).state for row in (bill, order, run, line)] == ["open", "planned", "sent", "open"]
    assert office.balances("payable", "1299") == [-11_900, 0]
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_a_run_takes_credit_notes_and_discounts_and_the_bank_may_book_it_as_one(office: Office) -> None:
    """Two suppliers in one run: 119.00 less 2 % and less a note over 23.80; 500.00. The bank books 592.82 at once, and names nothing."""
    office.known(office.lab, LAB_IBAN)
    office.known(office.landlord, LANDLORD_IBAN)
    early = {"discount_percent": 2, "discount_until": office.days(3)}
    bills = [
        office.approved("R-1", 11_900, **early),
        office.approved("G-1", 2_380, kind="credit_note"),
        office.approved("M-1", supplier=office.landlord, lines=[BillLineIn(account=office.rent, gross=50_000, tax_class="exempt")]),
    ]
    run = office.sent(*bills)
    assert [(o.amount_minor, o.remittance) for o in office.orders(run)] == [(9_282, "R-1, G-1"), (50_000, "M-1")]
    assert (run.total_minor, run.order_count) == (59_282, 2)
    line = office.line("-592.82", name="Sammler", iban="", purpose=f"SEPA {run.number}")
    assert best(office, line).percent == 97
    accept(office, line)
    assert [office.fresh(b).state for b in bills] == ["paid", "paid", "paid"]
    assert [office.fresh(o).state for o in (run, *office.orders(run))] == ["done", "paid", "paid"]
    # 2.38 less: 2.00 of the cost, 0.38 of the tax that was deducted.
    assert office.balances("payable", "1299", "cash_discount_taken", "tax_input", "goods") == [0, -59_282, -200, 1_482, 8_000]
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_money_that_went_out_without_a_run_pays_bills_also_several_and_in_part(office: Office) -> None:
    one, two = office.approved("R-2026-17", 11_900), office.approved("R-2026-18", 10_000)
    line = office.line("-119.00", name="Dentallabor Süd", iban=LAB_IBAN, purpose="Ihre R 2026 17")
    assert best(office, line).percent == 97
    assert code_of(lambda: match_bills(office.ctx, line=line, bills=[BillPart(one, 11_901)])) == "too_much"
    incoming = office.line("5.00")
    assert code_of(lambda: match_bills(office.ctx, line=incoming, bills=[BillPart(one)])) == "came_in"
    match_bills(office.ctx, line=line, bills=[BillPart(one, 6_000), BillPart(two, 5_900)])
    assert [(b.state, b.open_minor) for b in map(office.fresh, (one, two))] == [("part_paid", 5_900), ("part_paid", 4_100)]
    rest = office.line("-100.00", name="X")
    match_bills(office.ctx, line=rest, bills=[BillPart(one), BillPart(two)])
    assert [office.fresh(b).open_minor for b in (one, two)] == [0, 0]
    assert office.balances("payable", "1299") == [0, -21_900]
    for done in (rest, line):
        unmatch_line(office.ctx, line=office.fresh(done), reason="Wrong.")
    assert [office.fresh(b).open_minor for b in (one, two)] == [11_900, 10_000]
    post_line(office.ctx, line=office.fresh(rest), account=office.goods)
    assert unmatch_line(office.ctx, line=office.fresh(rest), reason="No.").state == "open"
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_what_a_run_has_nobody_else_pays(office: Office) -> None:
    account = office.known(office.lab, LAB_IBAN)
    bill, note = office.approved("R-1"), office.approved("G-1", 100, kind="credit_note")
    run = make_run(office.boss, bank_account=office.bank, pay_on=office.today, bills=[bill])
    [order] = office.orders(run)
    assert code_of(lambda: office.run(bill)) == "in_run"
    assert code_of(lambda: pay_bill(office.ctx, bill=bill, amount=1, method="cash", on=office.today)) == "settlement_not_in_run"
    assert code_of(lambda: use_credit(office.ctx, bill=bill, credit=note, on=office.today)) == "settlement_not_in_run"
    assert code_of(lambda: void_bill(office.ctx, bill=bill, on=office.today, reason="No.")) == "bill_void_while_untouched"
    for attack, constraint in (
        ("UPDATE payables_paymentrun SET state = 'released', released_by_id = made_by_id, file_id = 1", "payment_run_two_people"),
        ("UPDATE payables_paymentorder SET amount_minor = 1", "payment_order_unchanged"),
        ("UPDATE payables_orderpart SET amount_minor = 1", "order_part_unchanged"),
        ("UPDATE payables_paymentrun SET made_by_id = made_by_id + 1", "payment_run_unchanged"),
    ):
        assert attacked(office, attack) == constraint
    take_out(office.ctx, order=order, reason="Next week.")
    third = make_ctx(office.company, "*", role="third")
    assert code_of(lambda: release_run(third, run=run)) == "run_not_empty"
    second = office.run(bill)
    released = release_run(office.boss, run=second)
    assert code_of(lambda: take_out(office.ctx, order=office.orders(second)[0], reason="Late.")) == "released"
    assert attacked(office, "UPDATE payables_paymentrun SET total_minor = 1 WHERE state = 'released'") == "payment_run_unchanged"
    assert cancel_run(office.ctx, run=released, reason="Wrong day.").state == "cancelled"
    assert office.fresh(bill).state == "open"
    assert account.state == "confirmed"


def test_a_changed_account_is_paid_to_after_a_second_person_only(office: Office) -> None:
    """The letter with a new account: the bill names it, the run refuses it, and whoever entered it does not release money to it."""
    bill = office.approved("R-1", iban=LANDLORD_IBAN)
    assert code_of(lambda: office.run(bill)) == "no_account"
    office.known(office.lab, LAB_IBAN)
    with pytest.raises(Refusal, match="names another account of Dentallabor Süd"):
        office.run(bill)
    good = office.approved("R-2", 500)
    assert [o.supplier_account.iban for o in office.orders(office.run(good))] == [LAB_IBAN]
    # Its maker is the other one, but it pays to an account that the one who releases had entered.
    run = make_run(office.boss, bank_account=office.bank, pay_on=office.today, bills=[office.approved("R-3", 700)])
    assert code_of(lambda: release_run(office.ctx, run=run)) == "run_not_to_own_account"


def test_payments_by_hand_are_taken_back_and_the_reports_agree(office: Office) -> None:
    bill = office.approved("R-1", 11_900, billed_on=office.days(-40), due_on=office.days(-10))
    payment = pay_bill(office.ctx, bill=bill, amount=4_000, method="cash", on=office.today)
    assert office.balances("payable", "cash") == [-7_900, -4_000]
    with scope(office.company.pk):
        ages = report_named("payables.payables").build(office.ctx, on=office.today)
        statement = report_named("payables.supplier_statement").build(
            office.ctx, supplier=office.lab, from_on=office.days(-1), to_on=office.today
        )
        proof = report_named("payables.payables_proof").build(office.ctx)
    assert [(r["supplier"], r["age_1_minor"], r["open_minor"]) for r in ages["rows"]] == [("Dentallabor Süd", 7_900, 7_900)]
    assert [r["owed_minor"] for r in statement["rows"]] == [0, 11_900, 7_900, 7_900]
    assert (proof["rows"], proof["difference_minor"]) == ([], 0)
    reverse_payment(office.ctx, payment=payment, on=office.today, reason="The note was false.")
    assert (office.fresh(bill).state, office.balances("payable", "cash")) == ("open", [-11_900, 0])
    assert code_of(lambda: reverse_payment(office.ctx, payment=payment, on=office.today, reason="Twice.")) == "already_reversed"


def test_one_of_two_runs_gets_a_bill_and_a_run_is_released_once(office: Office) -> None:
    """Real threads: eight runs want the same bill, eight clicks release the same run, four lines are accepted as the same transfer."""
    office.known(office.lab, LAB_IBAN)
    bill = office.approved()
    runs = race(8, lambda _: office.run(bill))
    won = [r for r in runs if not isinstance(r, Exception)]
    assert len(won) == 1
    assert {r.code for r in runs if isinstance(r, Refusal)} <= {"in_run", "bill_in_one_run", "busy"}
    released = race(8, lambda _: release_run(office.boss, run=won[0]))
    assert len([r for r in released if not isinstance(r, Exception)]) == 1
    assert {r.code for r in released if isinstance(r, Refusal)} <= {"already_released", "busy"}
    [order] = office.orders(won[0])
    lines = [office.paid_at_bank(order, purpose=str(n)) for n in range(4)]
    codes = [best(office, line).code for line in lines]
    paid = race(4, lambda n: accept_proposal(office.ctx, line=lines[n], proposal=codes[n]))
    assert len([p for p in paid if not isinstance(p, Exception)]) == 1
    assert office.balances("payable", "1299") == [0, -11_900]


def test_what_a_customer_has_on_account_is_given_back_by_a_run(office: Office) -> None:
    """50.00 in cash on account: a bill of hers, a confirmed account, a run, the bank; and back on account where the bill is void."""
    office.drawer()
    payment = receive_payment(office.ctx, party=office.party, method="cash", amount=5_000)
    assert code_of(lambda: pay_out_credit(office.ctx, payment=payment, amount=5_001)) == "too_much"
    bill = pay_out_credit(office.ctx, payment=payment, iban=LANDLORD_IBAN, reason="Guthaben")
    assert (bill.state, bill.total_minor, office.fresh(payment).rest_minor) == ("open", 5_000, 0)
    assert office.balances("receivable", "transit", "payable") == [0, 0, -5_000]
    assert code_of(lambda: office.run(bill)) == "no_account"
    void_bill(office.ctx, bill=office.fresh(bill), on=office.today, reason="She wants to keep it.")
    assert office.balances("receivable", "transit", "payable") == [-5_000, 0, 0]
    with scope(office.company.pk):
        [again] = on_account(office.ctx, office.party)
        [account] = SupplierAccount.objects.visible_to(office.ctx)
    bill = pay_out_credit(replace(office.ctx, key=""), payment=again)
    assert code_of(lambda: pay_out_credit(replace(office.ctx, key=""), payment=again)) == "nothing_on_account"
    confirm_account(office.boss, account=account, evidence="Called her.")
    run = office.sent(bill)
    [order] = office.orders(run)
    assert (order.holder, order.amount_minor) == ("Ada Lindqvist", 5_000)
    accept(office, office.paid_at_bank(order, iban=LANDLORD_IBAN))
    assert office.fresh(bill).state == "paid"
    assert office.balances("receivable", "transit", "payable", "1299") == [0, 0, 0, -5_000]
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_a_deposit_is_given_back_by_a_run(office: Office) -> None:
    """Owed as a bill, paid by the bank; held again where the bill is void, and only then."""
    deposit = take_deposit(office.ctx, party=office.party, method="transfer", amount=50_000, reason="Key")
    assert code_of(lambda: pay_out_deposit(office.ctx, deposit=deposit, amount=50_001)) == "too_much"
    bill = pay_out_deposit(office.ctx, deposit=deposit, iban=LANDLORD_IBAN)
    assert (bill.state, bill.total_minor, office.fresh(deposit).state) == ("open", 50_000, "settled")
    assert office.balances("deposit_held", "transit", "payable") == [0, 0, -50_000]
    with scope(office.company.pk):
        [use] = DepositUse.objects.visible_to(office.ctx)
    undo = {"use": use, "reason": "No.", "on": office.today}
    assert code_of(lambda: undo_deposit_use(office.ctx, **undo)) == "owed_by_bill"
    void_bill(office.ctx, bill=office.fresh(bill), on=office.today, reason="She wants to keep it here.")
    assert office.balances("deposit_held", "transit", "payable") == [-50_000, 0, 0]
    assert office.fresh(deposit).held_minor == 50_000
    with scope(office.company.pk):
        [account] = SupplierAccount.objects.visible_to(office.ctx)
    bill = pay_out_deposit(replace(office.ctx, key=""), deposit=office.fresh(deposit), amount=30_000)
    confirm_account(office.boss, account=account, evidence="Called her.")
    run = office.sent(bill)
    [order] = office.orders(run)
    accept(office, office.paid_at_bank(order, iban=LANDLORD_IBAN))
    assert (office.fresh(bill).state, office.fresh(deposit).held_minor) == ("paid", 20_000)
    assert office.balances("deposit_held", "transit", "payable", "1299") == [-20_000, 0, 0, -30_000]
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_one_of_eight_gives_a_deposit_back(office: Office) -> None:
    """Real threads."""
    deposit = take_deposit(office.ctx, party=office.party, method="transfer", amount=5_000, reason="Key")
    made = race(8, lambda _: pay_out_deposit(replace(office.ctx, key=""), deposit=deposit))
    assert len([m for m in made if not isinstance(m, Exception)]) == 1
    assert {m.code for m in made if isinstance(m, Refusal)} <= {"nothing_held", "too_much", "busy"}
    assert office.balances("deposit_held", "payable") == [0, -5_000]


def test_a_line_of_the_bank_is_a_deposit_or_its_return(office: Office) -> None:
    """Proposed and confirmed, both ways; taken back, the books are as before."""
    came = office.line("500.00", name="Ada Lindqvist", iban="", purpose="Kaution Wohnung 3")
    assert best(office, came).reasons == ("The text speaks of a deposit.", "The name is that of Ada Lindqvist.")
    accept(office, came)
    with scope(office.company.pk):
        [deposit] = Deposit.objects.visible_to(office.ctx)
    assert (deposit.held_minor, office.fresh(came).state) == (50_000, "matched")
    assert office.balances("1299", "deposit_held") == [50_000, -50_000]
    went = office.line("-500.00", name="Somebody", iban="", purpose=f"{deposit.number} back")
    found = best(office, went)
    assert (found.percent, found.reasons[1]) == (97, f"The text names {deposit.number}.")
    accept(office, went)
    assert (office.fresh(deposit).state, office.balances("1299", "deposit_held")) == ("settled", [0, 0])
    assert code_of(lambda: unmatch_line(office.ctx, line=office.fresh(came), reason="Mistake")) == "is_used"
    for line in (went, came):
        unmatch_line(replace(office.ctx, key=""), line=office.fresh(line), reason="Mistake")
    assert (office.fresh(deposit).state, office.balances("1299", "deposit_held")) == ("void", [0, 0])
    match_deposit(office.ctx, line=office.fresh(came), party=office.party, reason="Flat 3")
    assert code_of(lambda: match_deposit(office.ctx, line=office.fresh(went), party=office.party, reason="x")) == "went_out"
    with scope(office.company.pk):
        again = Deposit.objects.visible_to(office.ctx).latest("pk")
    match_deposit_return(office.ctx, line=office.fresh(went), deposit=again)
    assert office.fresh(again).state == "settled"
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_a_deposit_that_was_noted_by_hand_is_matched_with_its_line(office: Office) -> None:
    take_deposit(office.ctx, party=office.party, method="transfer", amount=50_000, reason="Key", account=office.bank.account)
    line = office.line("500.00", name="Ada Lindqvist", iban="", purpose="As agreed")
    accept(office, line)
    assert (office.fresh(line).state, office.balances("1299", "deposit_held")) == ("matched", [50_000, -50_000])


def test_one_of_eight_gives_a_credit_back(office: Office) -> None:
    """Real threads."""
    office.drawer()
    payment = receive_payment(office.ctx, party=office.party, method="cash", amount=5_000)
    made = race(8, lambda _: pay_out_credit(replace(office.ctx, key=""), payment=payment))
    assert len([m for m in made if not isinstance(m, Exception)]) == 1
    assert {m.code for m in made if isinstance(m, Refusal)} <= {"nothing_on_account", "not_taken", "busy", "already_refunded"}
    assert office.balances("receivable", "payable") == [0, -5_000]
