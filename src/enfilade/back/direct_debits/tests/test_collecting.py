"""From the mandate on the table to the money at the bank, and every way back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.banking.commands import accept_proposal, match_entry, unmatch_line
from enfilade.back.banking.queries import proposals_for
from enfilade.back.banking.rules import SEPA_DAYS
from enfilade.back.billing.commands import TermsPart, divide_terms, take_payment
from enfilade.back.billing.models import Invoice, PaymentTerms
from enfilade.back.direct_debits import rules
from enfilade.back.direct_debits.commands import (
    amend_mandate,
    cancel_run,
    end_mandate,
    make_run,
    note_told,
    prepare_mandate,
    read_returns,
    refuse_collection,
    release_run,
    return_collection,
    set_creditor,
    suspend_mandate,
    take_out,
    tell_payers,
)
from enfilade.back.direct_debits.models import MandateAmendment
from enfilade.back.direct_debits.queries import to_collect
from enfilade.back.dunning.commands import hold_invoice
from enfilade.back.payables.tests.test_bills import attacked, code_of
from enfilade.base.books.queries import entries_of
from enfilade.base.message.models import Mail
from enfilade.base.party.commands import add_contact_point
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .till import BEN, CREDITOR, Till

pytestmark = pytest.mark.django_db(transaction=True)
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.008.001.08}"


def best(till: Till, line: Any) -> Any:
    """The surest proposal for a line."""
    with scope(till.company.pk):
        return proposals_for(till.ctx, [till.fresh(line)])[line.pk][0]


def accept(till: Till, line: Any) -> Any:
    """The surest proposal for a line, accepted."""
    return accept_proposal(till.ctx, line=line, proposal=best(till, line).code)


def test_the_page_of_a_mandate_shows_its_iban_in_groups_of_four(till: Till, client: Any) -> None:
    """As it stands on paper, and as it is typed."""
    client.force_login(till.ctx.user)
    mandate = till.mandate()
    grouped = " ".join(mandate.iban[n : n + 4] for n in range(0, len(mandate.iban), 4))
    assert grouped in client.get(f"/direct_debits/mandates/{mandate.pk}/").content.decode()


def test_an_invoice_is_collected_by_a_run_and_paid_when_the_bank_credits_it(till: Till) -> None:
    mandate, invoice = till.mandate(), till.invoice()
    run = till.run(invoice)
    first = rules.earliest(till.today, 1, 14)
    assert (run.collect_on, run.total_minor, run.collection_count) == (first, 17_380, 1)
    assert code_of(lambda: release_run(till.boss, run=run)) == "not_told"
    run = till.told(run)
    with pytest.raises(Refusal, match="somebody else has to release"):
        release_run(till.ctx, run=run)
    run = release_run(till.boss, run=run)
    [one] = till.collections(run)
    file = till.file(run)
    names = ("MsgId", "PmtInfId", "NbOfTxs", "CtrlSum", "SeqTp", "ReqdColltnDt", "EndToEndId", "MndtId", "DtOfSgntr", "Ustrd")
    assert {name: file.find(f".//{PAIN}{name}").text for name in names} == {
        "MsgId": run.number,
        "PmtInfId": f"{run.number}-FRST",
        "NbOfTxs": "1",
        "CtrlSum": "173.80",
        "SeqTp": "FRST",
        "ReqdColltnDt": str(first),
        "EndToEndId": one.end_to_end,
        "MndtId": mandate.reference,
        "DtOfSgntr": str(till.today),
        "Ustrd": invoice.number,
    }
    assert file.find(f".//{PAIN}CdtrSchmeId//{PAIN}Othr/{PAIN}Id").text == CREDITOR

    line = till.booked("173.80", first, name="Ada Lindqvist", reference=one.end_to_end)
    assert best(till, line).percent == 98
    accept(till, line)
    assert [till.fresh(row).state for row in (invoice, one, run, line)] == ["paid", "credited", "done", "matched"]
    assert till.owed(first) == 0
    assert till.fresh(mandate).last_on == first

    unmatch_line(till.ctx, line=till.fresh(line), reason="Another payer's.")
    assert [till.fresh(row).state for row in (invoice, one, run, line)] == ["issued", "planned", "sent", "open"]
    accept(till, line)
    assert [till.fresh(row).state for row in (invoice, one, run, line)] == ["paid", "credited", "done", "matched"]
    with scope(till.company.pk):
        assert verify_all(till.ctx) == []


def test_of_an_invoice_in_instalments_what_is_due_is_collected(till: Till) -> None:
    """Its next instalment is collected by a later run; chosen before anything is due, it is collected whole."""
    till.mandate()
    run_raw(till.ctx, "billing.add_paymentterms", {"name": "Halves", "term_days": 30, "standard": True})
    with scope(till.company.pk):
        terms = PaymentTerms.objects.visible_to(till.ctx).get()
    divide_terms(till.ctx, terms=terms, parts=[TermsPart(Decimal(50), 5), TermsPart(Decimal(50), 60)])
    invoice = till.invoice()
    first = rules.earliest(till.today, 1, 14)
    with scope(till.company.pk):
        [half] = to_collect(till.ctx, first, first)
    assert (half.amount_minor, half.due_on) == (8_690, till.today + timedelta(days=5))
    run = till.sent(invoice)
    assert run.total_minor == 8_690
    [one] = till.collections(run)
    accept(till, till.booked("86.90", first, reference=one.end_to_end))
    assert (till.fresh(invoice).state, till.fresh(invoice).open_minor) == ("part_paid", 8_690)
    with scope(till.company.pk):
        assert to_collect(till.ctx, first, first) == []
    assert till.run(invoice).total_minor == 8_690


def test_the_bank_books_a_run_at_once_and_one_of_it_comes_back_with_a_fee(till: Till) -> None:
    """Two payers, 173.80 each; 347.60 come. Ben's account is closed: 176.80 go, 3.00 of them to the bank; he is billed 5.00."""
    set_creditor(till.ctx, identifier=CREDITOR, return_fee=500)
    till.mandate()
    his = till.mandate(till.ben, BEN, scheme="CORE")
    mine, bens = till.invoice(), till.invoice_of(till.ben)
    run = till.sent(mine, bens)
    line = till.booked("347.60", run.collect_on, name="Sammler", iban="", purpose=f"SEPA {run.number}")
    assert best(till, line).percent == 97
    accept(till, line)
    assert [till.fresh(row).state for row in (mine, bens, run)] == ["paid", "paid", "done"]
    one = till.collections(run)[1]
    back = till.booked("-176.80", run.collect_on, name="Ben Großhandel", iban=BEN, reference=one.end_to_end, reason="AC04")
    assert (best(till, back).percent, back.return_code) == (97, "AC04")
    accept(till, back)
    one = till.fresh(one)
    assert (one.state, one.return_code, one.return_reason) == ("returned", "AC04", "The account is closed.")
    assert [till.fresh(row).state for row in (mine, bens, his, back)] == ["paid", "issued", "suspended", "matched"]
    with scope(till.company.pk):
        fee = Invoice.objects.visible_to(till.ctx).get(origin=f"direct_debits.collection:{one.pk}")
    assert (fee.total_minor, fee.tax_minor, fee.party_id) == (500, 0, till.ben.pk)
    with scope(till.company.pk):
        assert verify_all(till.ctx) == []
    assert code_of(lambda: till.run(bens)) == "not_collectable"
    unmatch_line(till.ctx, line=till.fresh(back), reason="Look again.")
    assert [till.fresh(row).state for row in (bens, one, back)] == ["issued", "returned", "open"]
    with scope(till.company.pk):
        refund = till.fresh(one).payment.refund_rows.get()
        [entry] = entries_of(till.ctx, f"billing.payment:{refund.pk}")
    line = match_entry(till.ctx, line=till.fresh(back), entry=entry)
    assert (line.state, line.open_minor) == ("part", -300)


def test_what_the_bank_tells_of_returns_is_read_from_its_messages(till: Till) -> None:
    till.mandate()
    till.mandate(till.ben, BEN)
    one, two = till.invoice(), till.invoice_of(till.ben)
    run = till.sent(one, two)
    mine, bens = till.collections(run)
    status = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlPmtInfAndSts><TxInfAndSts>
<OrgnlEndToEndId>{mine.end_to_end}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">173.80</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""
    read_returns(till.ctx, file=till.keep(status.encode()))
    assert (till.fresh(mine).state, till.fresh(mine).return_code, till.fresh(mine.mandate).state) == ("refused", "AC01", "suspended")
    assert code_of(lambda: read_returns(till.after(0), file=till.keep(status.encode()))) == "nothing_known"
    accept(till, till.booked("173.80", run.collect_on, reference=bens.end_to_end, name="Ben"))
    assert till.fresh(run).state == "done"
    told = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn><Ntry>
<Amt Ccy="EUR">176.80</Amt><CdtDbtInd>DBIT</CdtDbtInd><NtryDtls><TxDtls><Refs><EndToEndId>{bens.end_to_end}</EndToEndId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="EUR">173.80</Amt>
</InstdAmt></AmtDtls><RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""
    read_returns(till.after(0), file=till.keep(told.encode()))
    back = till.booked("-176.80", run.collect_on, name="Bank", iban="")
    assert best(till, back).percent == 95
    accept(till, back)
    assert (till.fresh(bens).return_code, till.fresh(two).state, till.fresh(bens.mandate).state) == ("MD06", "issued", "active")
    assert code_of(lambda: read_returns(till.after(0), file=till.keep(b"<a/>"))) == "invalid"


def test_nothing_is_collected_without_leave_nor_too_early(till: Till) -> None:
    invoice = till.invoice()
    assert code_of(lambda: till.run(invoice)) == "not_collectable"
    assert code_of(till.run) == "nothing_due"
    draft = prepare_mandate(till.ctx, party=till.party, iban=BEN)
    assert code_of(lambda: till.run(invoice)) == "not_collectable"
    assert code_of(lambda: prepare_mandate(till.after(0), party=till.party, iban="DE02500105170137075031")) == "bad_iban"
    assert code_of(lambda: prepare_mandate(till.after(0), party=till.party, iban=BEN, scheme="B2B")) == "consumer"
    assert code_of(lambda: set_creditor(till.ctx, identifier="DE97ZZZ09999999999")) == "bad_identifier"
    end_mandate(till.ctx, mandate=draft, reason="Typed wrongly.")
    mandate = till.mandate()
    assert code_of(till.mandate) == "mandate_valid_once"
    sunday = next(d for n in range(20, 30) if (d := till.after(n).today).weekday() == 6)
    assert code_of(lambda: till.run(invoice, collect_on=sunday)) == "not_a_banking_day"
    assert code_of(lambda: till.run(invoice, collect_on=SEPA_DAYS.from_day(till.after(-7).today))) == "too_soon"
    assert code_of(lambda: till.run(invoice, scheme="B2B")) == "other_scheme"
    hold_invoice(till.ctx, invoice=invoice, kind="disputed", reason="Crown broke")
    assert code_of(lambda: till.run(invoice)) == "not_collectable"
    other = till.invoice()
    soon = till.run(other, collect_on=SEPA_DAYS.after(till.today, 2))
    soon = till.told(soon)
    assert code_of(lambda: release_run(till.boss, run=soon)) == "not_told"
    late = till.run(till.invoice(), collect_on=SEPA_DAYS.from_day(till.after(30).today))
    late = till.told(late)
    suspend_mandate(till.ctx, mandate=till.fresh(mandate), reason="Asked to.")
    assert code_of(lambda: release_run(till.boss, run=late)) == "run_mandates_valid"
    for attack, constraint in (
        ("UPDATE direct_debits_collectionrun SET state = 'released', released_by_id = made_by_id, file_id = 1", "run_mandates_valid"),
        ("UPDATE direct_debits_collection SET amount_minor = 1", "collection_unchanged"),
        ("UPDATE direct_debits_collectionpart SET amount_minor = 1", "collection_part_unchanged"),
        ("UPDATE direct_debits_mandate SET iban = 'DE02500105170137075030' WHERE state = 'suspended'", "mandate_amended"),
        ("UPDATE direct_debits_mandate SET signed_on = '2020-01-01' WHERE state = 'suspended'", "mandate_unchanged"),
        ("UPDATE direct_debits_creditor SET identifier = 'DE97ZZZ09999999999'", "creditor_identifier_checked"),
    ):
        assert attacked(till, attack) == constraint, attack


def test_mandates_expire_are_amended_and_used_once(till: Till) -> None:
    """The bank is told of another account with the next collection, once; a one-off mandate ends when it was used."""
    mandate, invoice = till.mandate(), till.invoice()
    assert mandate.valid_until == rules.expires_on(till.today)
    run = till.sent(invoice)
    accept(till, till.booked("173.80", run.collect_on, reference=till.collections(run)[0].end_to_end))
    amend_mandate(till.ctx, mandate=till.fresh(mandate), iban=BEN)
    second = till.invoice()
    run = till.sent(second)
    file = till.file(run)
    assert [file.find(f".//{PAIN}{name}").text for name in ("SeqTp", "AmdmntInd")] == ["RCUR", "true"]
    assert file.find(f".//{PAIN}OrgnlDbtrAcct//{PAIN}Othr/{PAIN}Id").text == "SMNDA"
    cancel_run(till.ctx, run=run, reason="Bank was down.")
    with scope(till.company.pk):
        assert MandateAmendment.objects.visible_to(till.ctx).get().told_in_id is None
    set_creditor(till.ctx, identifier="AT61ZZZ01234567890", schema="pain.008.001.08")
    file = till.file(till.sent(second))
    assert file.find(f".//{PAIN}OrgnlCdtrSchmeId//{PAIN}Othr/{PAIN}Id").text == CREDITOR
    once = till.mandate(till.ben, BEN, kind="one_off")
    bens = till.invoice_of(till.ben)
    run = till.sent(bens)
    assert till.file(run).find(f".//{PAIN}SeqTp").text == "OOFF"
    assert code_of(lambda: till.run(till.invoice_of(till.ben))) == "mandate_used_once"
    accept(till, till.booked("173.80", run.collect_on, reference=till.collections(run)[0].end_to_end, iban=BEN))
    assert till.fresh(once).state == "ended"
    assert till.fresh(bens).state == "paid"


def test_payers_are_told_by_mail_in_their_language(till: Till) -> None:
    run_raw(till.ctx, "message.add_mailbox", {"address": "office@linden.example", "name": "Linden"})
    till.mandate()
    till.mandate(till.ben, BEN)
    run = till.run(till.invoice(), till.invoice_of(till.ben))
    assert code_of(lambda: tell_payers(till.ctx, run=run)) == "nobody_to_tell"
    add_contact_point(till.ctx, party=till.party, kind="email", value="ada@post.example")
    run_raw(till.after(0), "party.change_party", {"party": till.party.pk, "language": "de"})
    tell_payers(till.ctx, run=till.fresh(run))
    mine, bens = till.collections(run)
    assert [(c.noticed_on, c.noticed_how) for c in (mine, bens)] == [(till.today, "mail"), (None, "")]
    with scope(till.company.pk):
        mail = Mail.objects.visible_to(till.ctx).get()
    assert "Wir ziehen am" in mail.subject
    assert all(word in mail.text for word in ("173,80", "DE02 … 2051", mine.mandate.reference, CREDITOR))
    assert code_of(lambda: note_told(till.ctx, collection=bens, how="letter", on=till.after(1).today)) == "in_future"
    take_out(till.ctx, collection=bens, reason="No letter paper.")
    run = release_run(till.boss, run=till.fresh(run))
    assert run.total_minor == 17_380
    assert code_of(lambda: take_out(till.ctx, collection=mine, reason="Late.")) == "released"
    refuse_collection(till.ctx, collection=mine, code="AM04", on=till.today)
    assert code_of(lambda: return_collection(till.ctx, collection=till.fresh(mine), code="AM04", on=till.today)) == "not_credited"


def test_what_was_paid_meanwhile_is_not_released_and_stays_on_account_when_it_comes(till: Till) -> None:
    till.mandate()
    one, two = till.invoice(), till.invoice()
    run = till.told(till.run(one))
    take_payment(till.ctx, invoice=one, method="card", amount=17_380)
    assert code_of(lambda: release_run(till.boss, run=run)) == "run_invoices_open"
    sent = till.sent(two)
    take_payment(till.after(0), invoice=two, method="card", amount=7_380)
    accept(till, till.booked("173.80", sent.collect_on, reference=till.collections(sent)[0].end_to_end))
    payment = till.fresh(till.collections(sent)[0].payment)
    assert (till.fresh(two).state, payment.allocated_minor, payment.rest_minor) == ("paid", 10_000, 7_380)
    with scope(till.company.pk):
        assert verify_all(till.ctx) == []


def test_one_of_two_runs_gets_an_invoice_and_one_line_a_collection(till: Till) -> None:
    """Real threads: eight runs want the same invoice, eight clicks release the same run, four lines are accepted as the same collection."""
    till.mandate()
    invoice = till.invoice()
    runs = race(8, lambda _: make_run(till.ctx, bank_account=till.bank, invoices=[invoice]))
    won = [r for r in runs if not isinstance(r, Exception)]
    assert len(won) == 1
    assert {r.code for r in runs if isinstance(r, Refusal)} <= {"not_collectable", "invoice_collected_once", "busy"}
    run = till.told(won[0])
    released = race(8, lambda _: release_run(till.boss, run=run))
    assert len([r for r in released if not isinstance(r, Exception)]) == 1
    assert {r.code for r in released if isinstance(r, Refusal)} <= {"already_released", "busy"}
    [one] = till.collections(run)
    lines = [till.booked("173.80", run.collect_on, reference=one.end_to_end, purpose=str(n)) for n in range(4)]
    codes = [best(till, line).code for line in lines]
    paid = race(4, lambda n: accept_proposal(till.ctx, line=lines[n], proposal=codes[n]))
    assert len([p for p in paid if not isinstance(p, Exception)]) == 1
    assert till.owed(run.collect_on) == 0


def test_businesses_are_collected_from_under_their_own_scheme_and_by_the_older_file(till: Till) -> None:
    till.mandate(till.ben, BEN, scheme="B2B", notice_days=1)
    set_creditor(till.ctx, identifier=CREDITOR, schema="pain.008.001.02")
    invoice = till.invoice_of(till.ben)
    day = SEPA_DAYS.after(till.today, 3)
    run = till.told(till.run(invoice, scheme="B2B", collect_on=day))
    assert code_of(lambda: release_run(till.boss, run=run)) == "no_bic"
    run_raw(till.after(0), "banking.change_bankaccount", {"bankaccount": till.bank.pk, "bic": "COBADEFFXXX"})
    file = till.file(release_run(till.boss, run=run))
    space = PAIN.replace(".08", ".02")
    assert file.find(f".//{space}LclInstrm/{space}Cd").text == "B2B"
    assert file.find(f".//{space}CdtrAgt//{space}BIC").text == "COBADEFFXXX"
