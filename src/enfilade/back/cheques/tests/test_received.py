"""Cheques of customers: received, kept for their day, deposited, credited, bounced."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from enfilade.back.banking.commands import accept_proposal, unmatch_line
from enfilade.back.banking.queries import proposals_for
from enfilade.back.billing.commands import refund_payment, void_transfer
from enfilade.back.billing.queries import on_account
from enfilade.back.cheques.commands import bounce_cheque, deposit_cheques, give_cheque_back, receive_cheque
from enfilade.back.cheques.models import DepositSlip, ReceivedCheque
from enfilade.back.payables.tests.office import Office
from enfilade.back.payables.tests.test_bills import attacked, code_of
from enfilade.core.files import may_open, open_file
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.core.verify import verify_all

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = ("receivable", "cheques_received", "1299", "bank_fee")


def received(office: Office, amount: int = 17_380, number: str = "77", **more: Any) -> ReceivedCheque:
    """A cheque of Ada."""
    inputs = {"party": office.party, "bank": "Sparkasse", "on": office.today, **more}
    return receive_cheque(replace(office.ctx, key=""), amount=amount, number=number, **inputs)


def deposited(office: Office, **more: Any) -> DepositSlip:
    """All that are to be deposited, at the bank."""
    return deposit_cheques(replace(office.ctx, key=""), bank_account=office.bank, **{"on": office.today, **more})


def accept(office: Office, line: Any) -> int:
    """The surest proposal for a line, accepted; how sure it was."""
    with scope(office.company.pk):
        found = proposals_for(office.ctx, [office.fresh(line)])[line.pk][0]
    accept_proposal(replace(office.ctx, key=""), line=line, proposal=found.code)
    return found.percent


def sound(office: Office) -> None:
    """The proofs find nothing."""
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_a_cheque_pays_is_deposited_credited_and_bounces(office: Office) -> None:
    """173.80 for an invoice and 20.00 on account go to the bank together; the first comes back with a fee of 4.00."""
    invoice = office.invoice()
    first, second = received(office, invoice=invoice), received(office, 2_000, "78")
    assert (first.state, office.fresh(invoice).state) == ("received", "paid")
    assert office.balances(*ACCOUNTS) == [-2_000, 19_380, 0, 0]
    with scope(office.company.pk):
        assert [p.rest_minor for p in on_account(office.ctx, office.party)] == [2_000]
    assert code_of(lambda: void_transfer(office.ctx, payment=first.payment, on=office.today, reason="No.")) == "is_cheque"
    assert code_of(lambda: refund_payment(office.ctx, payment=second.payment, amount=1, reason="No.")) == "which_account"
    assert code_of(lambda: bounce_cheque(office.ctx, cheque=first, on=office.today, reason="No.")) == "not_deposited"

    slip = deposited(office)
    assert (slip.number, slip.total_minor, slip.cheque_count) == (f"CD-{office.today.year}-00001", 19_380, 2)
    with scope(office.company.pk):
        assert may_open(make_ctx(office.company, "cheques.view_depositslip"), slip.file)
    with scope(office.company.pk), open_file(slip.file) as content:
        assert content.read(5) == b"%PDF-"
    line = office.line("193.80", name="", iban="", purpose="SCHECKEINREICHUNG")
    assert accept(office, line) == 93
    assert [office.fresh(row).state for row in (slip, first, second)] == ["credited", "credited", "credited"]
    assert office.balances(*ACCOUNTS) == [-2_000, 0, 19_380, 0]

    bounce_cheque(office.ctx, cheque=office.fresh(first), on=office.today, reason="Account closed.")
    assert (office.fresh(invoice).state, office.balances(*ACCOUNTS)) == ("issued", [15_380, -17_380, 19_380, 0])
    back = office.line("-177.80", name="", iban="", purpose="Rückscheck 0077 zzgl. Gebühr")
    assert accept(office, back) == 90
    assert office.balances(*ACCOUNTS) == [15_380, 0, 1_600, 400]
    sound(office)
    for taken in (back, line):
        unmatch_line(office.ctx, line=office.fresh(taken), reason="Looked at again.")
    assert [office.fresh(row).state for row in (slip, first, second)] == ["deposited", "bounced", "deposited"]
    assert office.balances(*ACCOUNTS) == [15_380, 2_000, 0, 0]
    assert accept(office, back) == 90
    assert accept(office, line) == 93
    sound(office)


def test_a_cheque_of_a_later_day_is_kept_until_then(office: Office) -> None:
    invoice = office.invoice()
    kept = received(office, invoice=invoice, dated_on=office.days(3))
    assert (kept.state, kept.payment, office.fresh(invoice).state) == ("held", None, "issued")
    assert office.balances(*ACCOUNTS)[:2] == [17_380, 0]
    assert code_of(lambda: deposited(office)) == "nothing_to_deposit"
    assert code_of(lambda: deposited(office, cheques=[kept])) == "not_before_its_day"
    with scope(office.company.pk):
        rows = list(ReceivedCheque.objects.visible_to(office.ctx))
    assert [row.state for row in rows] == ["held"]
    today = received(office, 500, "79", dated_on=office.days(-2))
    slip = deposited(office)
    assert (slip.cheque_count, office.fresh(today).state) == (1, "deposited")
    assert code_of(lambda: deposited(office, cheques=[today])) == "not_to_deposit"
    give_cheque_back(office.ctx, cheque=office.fresh(kept), on=office.today, reason="She paid in cash.")
    assert office.fresh(kept).state == "given_back"
    sound(office)


def test_what_was_kept_pays_when_it_is_deposited(office: Office) -> None:
    invoice = office.invoice()
    kept = received(office, 20_000, invoice=invoice, on=office.days(-5), dated_on=office.days(-1))
    assert kept.state == "held"
    deposited(office)
    assert (office.fresh(kept).state, office.fresh(invoice).state) == ("deposited", "paid")
    assert office.balances(*ACCOUNTS)[:2] == [-2_620, 20_000]
    sound(office)


def test_what_no_cheque_can_be(office: Office) -> None:
    other = office.invoice()
    assert code_of(lambda: received(office, 0)) == "nothing_paid"
    assert code_of(lambda: received(office, party=office.lab, invoice=other)) == "not_theirs"
    received(office, number="A")
    assert code_of(lambda: received(office, number="A")) == "received_cheque_once"
    assert code_of(lambda: received(office, number="")) == "received_cheque_named"
    for attack, constraint in (
        ("UPDATE cheques_receivedcheque SET amount_minor = 1", "received_cheque_unchanged"),
        ("DELETE FROM cheques_receivedcheque", "received_cheque_kept"),
        ("UPDATE cheques_receivedcheque SET state = 'deposited'", "received_cheque_state_true"),
    ):
        assert attacked(office, attack) == constraint
    deposited(office)
    for attack, constraint in (
        ("UPDATE cheques_depositslip SET total_minor = 1", "deposit_unchanged"),
        ("DELETE FROM cheques_depositslip", "deposit_unchanged"),
        ("UPDATE cheques_receivedcheque SET slip_id = NULL, state = 'received'", "received_cheque_unchanged"),
    ):
        assert attacked(office, attack) == constraint


def test_one_of_eight_deposits_a_cheque(office: Office) -> None:
    """Real threads."""
    cheque = received(office)
    done = race(8, lambda _: deposited(office, cheques=[cheque]))
    assert len([d for d in done if not isinstance(d, Exception)]) == 1
    assert office.fresh(cheque).state == "deposited"
    sound(office)
