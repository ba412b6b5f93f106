"""Somebody who is a customer and a supplier: invoices and bills set off against each other, and that undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from enfilade.back.banking.commands import accept_proposal, unmatch_line
from enfilade.back.banking.queries import proposals_for
from enfilade.back.billing.commands import issue_invoice, release_allocation, take_payment, void_transfer
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import settled_by
from enfilade.back.billing.taxed import taxed_sales
from enfilade.back.payables.commands import BillShare, InvoiceShare, match_both, pay_bill, reverse_payment, set_off, undo_set_off
from enfilade.back.payables.models import Bill, SetOff
from enfilade.back.payables.queries import owed_both_ways
from enfilade.back.tax.commands import load_withholding_kinds
from enfilade.back.tax.models import WithholdingKind
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.files import may_open, open_file
from enfilade.core.resource.cells import cell
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.core.verify import verify_all

from .office import Office
from .test_bills import attacked, code_of

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = 'number, "on", currency, made_at, reason, state, company_id, file_id, made_by_id, paid_id, party_id, received_id'
ACCOUNTS = ("receivable", "payable", "suspense", "transit")


class Both:
    """Ada is billed 173.80, due today, and sends a bill of her own over 50.00."""

    def __init__(self, office: Office) -> None:
        self.office, self.ctx, self.party = office, office.ctx, office.party
        self.invoice = self.billed()
        self.bill = office.approved("A-1", 5_000, supplier=self.party, due_on=office.today)

    def billed(self, **more: Any) -> Invoice:
        """Another invoice over 173.80, due today if nothing else is said."""
        draft = self.office.draft(**{"due_on": self.office.today, **more})
        return issue_invoice(self.ctx, invoice=draft, on=self.office.today)

    def both(self, **more: Any) -> SetOff:
        inputs = {"party": self.party, "on": self.office.today, **more}
        return set_off(replace(self.ctx, key=""), **inputs)


@pytest.fixture
def both(office: Office) -> Both:
    """Owed both ways."""
    return Both(office)


def test_what_is_due_on_both_sides_is_set_off_with_a_letter_and_undone(both: Both) -> None:
    """173.80 are owed to us, 50.00 by us: 123.80 are left to be paid; nothing stands between them, and both sub-ledgers agree."""
    assert both.office.balances(*ACCOUNTS) == [17_380, -5_000, 0, 0]
    made = both.both()
    assert (made.number, made.amount_minor, made.state) == (f"SO-{both.office.today.year}-00001", 5_000, "standing")
    assert (both.office.fresh(both.bill).state, both.office.fresh(both.invoice).open_minor) == ("paid", 12_380)
    assert both.office.balances(*ACCOUNTS) == [12_380, 0, 0, 0]
    with scope(both.office.company.pk):
        assert [(a.invoice_id, a.amount_minor) for a in settled_by(both.ctx, made.received)] == [(both.invoice.pk, 5_000)]
        assert verify_all(both.ctx) == []
        with open_file(made.file) as content:
            assert content.read(5) == b"%PDF-"
    assert code_of(lambda: reverse_payment(both.ctx, payment=made.paid, on=both.office.today, reason="No.")) == "is_set_off"
    with scope(both.office.company.pk):
        [allocation] = settled_by(both.ctx, made.received)
    assert code_of(lambda: release_allocation(both.ctx, allocation=allocation, reason="No.")) == "is_set_off"
    assert code_of(lambda: undo_set_off(both.ctx, set_off=made, on=both.office.days(-1), reason="No.")) == "before_set_off"

    undo_set_off(both.ctx, set_off=made, on=both.office.today, reason="They do not agree.")
    assert (both.office.fresh(both.bill).open_minor, both.office.fresh(both.invoice).open_minor) == (5_000, 17_380)
    assert both.office.balances(*ACCOUNTS) == [17_380, -5_000, 0, 0]
    assert code_of(lambda: undo_set_off(both.ctx, set_off=made, on=both.office.today, reason="Twice.")) == "already_undone"
    with scope(both.office.company.pk):
        assert verify_all(both.ctx) == []


def test_the_letter_is_opened_by_whoever_sees_set_offs(both: Both) -> None:
    made = both.both()
    others = [make_ctx(both.office.company, *may) for may in (["payables.view_setoff"], ["payables.view_bill"])]
    with scope(both.office.company.pk):
        assert [may_open(ctx, made.file) for ctx in others] == [True, False]
        shown = cell(others[0], made, "file")
        assert (shown.text, shown.url) == (f"{made.number}.pdf", f"/files/{made.file_id}/")


def test_one_side_made_void_undoes_the_other(both: Both) -> None:
    made = both.both()
    void_transfer(both.ctx, payment=made.received, reason="By a program.", on=both.office.today)
    assert (both.office.fresh(made).state, both.office.fresh(both.bill).state) == ("undone", "open")
    assert both.office.balances(*ACCOUNTS) == [17_380, -5_000, 0, 0]


def test_only_what_is_due_is_set_off_unless_it_is_said(both: Both) -> None:
    late = both.billed(due_on=both.office.days(20))
    later = both.office.approved("A-2", 30_000, supplier=both.party, due_on=both.office.days(30))
    with scope(both.office.company.pk):
        [(every, due)] = owed_both_ways(both.ctx, both.party)
    assert (every.invoiced_minor, every.billed_minor, due) == (34_760, 35_000, 5_000)
    assert code_of(lambda: both.both(amount=5_001)) == "too_much"
    assert code_of(lambda: both.both(amount=0)) == "too_much"
    assert code_of(lambda: both.both(invoices=[late])) == "not_due"
    assert code_of(lambda: both.both(bills=[both.office.approved("L-1")])) == "not_theirs"
    assert code_of(lambda: both.both(party=both.office.lab)) == "nothing_to_set_off"
    assert code_of(lambda: both.both(on=both.office.days(-1))) == "nothing_to_set_off"
    # A bill that is named may be paid before it is due.
    assert both.both(bills=[later]).amount_minor == 17_380
    made = both.both(amount=6_000, early=True)
    assert [both.office.fresh(row).open_minor for row in (both.invoice, late, both.bill, later)] == [0, 11_380, 0, 11_620]
    assert both.office.fresh(made).amount_minor == 6_000
    # 119.00 are owed to the laboratory beside it.
    assert both.office.balances(*ACCOUNTS) == [11_380, -11_620 - 11_900, 0, 0]


def test_a_bill_in_a_payment_run_is_left_to_it(both: Both) -> None:
    both.office.known(both.party, "DE02500105170137075030")
    both.office.run(both.bill)
    assert code_of(both.both) == "nothing_to_set_off"
    assert code_of(lambda: both.both(bills=[both.bill])) == "not_theirs"


def test_nobody_changes_a_set_off(both: Both) -> None:
    both.both()
    for attack, constraint in (
        ("UPDATE payables_setoff SET amount_minor = 1", "set_off_unchanged"),
        ("DELETE FROM payables_setoff", "set_off_unchanged"),
        (
            f"INSERT INTO payables_setoff ({COLUMNS}, amount_minor) SELECT {COLUMNS}, amount_minor + 1 FROM payables_setoff",  # noqa: S608
            "set_off_two_sides",
        ),
    ):
        assert attacked(both.office, attack) == constraint


def test_of_eight_who_settle_the_same_only_one_does(both: Both) -> None:
    """Real threads: set-offs, a payment by the customer and one to her want the same invoice and the same bill."""
    both.office.drawer()
    tries = [
        *[both.both] * 4,
        *[lambda: pay_bill(replace(both.ctx, key=""), bill=both.bill, amount=5_000, method="card", on=both.office.today)] * 2,
        *[lambda: take_payment(replace(both.ctx, key=""), invoice=both.invoice, amount=17_380, method="card")] * 2,
    ]
    done = race(8, lambda n: tries[n]())
    refused = [r for r in done if isinstance(r, Refusal)]
    assert len(refused) + sum(not isinstance(r, Exception) for r in done) == 8
    invoice, bill = both.office.fresh(both.invoice), both.office.fresh(both.bill)
    assert (bill.open_minor, invoice.open_minor in (0, 12_380)) == (0, True)
    with scope(both.office.company.pk):
        assert SetOff.objects.visible_to(both.ctx).count() <= 1
        assert Bill.objects.visible_to(both.ctx).get(pk=both.bill.pk).settled_minor == 5_000
        assert verify_all(both.ctx) == []


def proposed(both: Both, line: Any) -> Any:
    """The surest proposal for a line."""
    with scope(both.office.company.pk):
        return proposals_for(both.ctx, [both.office.fresh(line)])[line.pk][0]


def test_a_customer_who_pays_the_difference_is_matched_with_both_sides(both: Both) -> None:
    """173.80 less her bill over 50.00: 123.80 came; both are paid, the rest is set off, and all of it goes with the match."""
    line = both.office.line("123.80", name="Ada Lindqvist", purpose=f"{both.invoice.number} abzgl. A-1")
    found = proposed(both, line)
    assert (found.percent, [minor for _, minor in found.shown]) == (88, [17_380, -5_000])
    accept_proposal(both.ctx, line=line, proposal=found.code)
    assert [both.office.fresh(row).state for row in (both.invoice, both.bill, line)] == ["paid", "paid", "matched"]
    assert both.office.balances(*ACCOUNTS, "1299") == [0, 0, 0, 0, 12_380]
    with scope(both.office.company.pk):
        [made] = SetOff.objects.visible_to(both.ctx)
        assert verify_all(both.ctx) == []
    assert code_of(lambda: undo_set_off(both.ctx, set_off=made, on=both.office.today, reason="No.")) == "matched_at_bank"
    unmatch_line(both.ctx, line=both.office.fresh(line), reason="It was somebody else.")
    assert [both.office.fresh(row).state for row in (both.invoice, both.bill, line, made)] == ["issued", "open", "open", "undone"]
    assert both.office.balances(*ACCOUNTS, "1299") == [17_380, -5_000, 0, 0, 0]
    with scope(both.office.company.pk):
        assert verify_all(both.ctx) == []


def test_we_pay_the_difference_over_several_and_a_sum_that_does_not_fit_is_refused(both: Both) -> None:
    """Bills over 50.00 and 200.00 less 173.80: 76.20 went out."""
    second = both.office.approved("A-2026-2", 20_000, supplier=both.party)
    line = both.office.line("-76.20", name="Ada Lindqvist")
    assert proposed(both, line).percent == 66
    wrong = {"line": line, "invoices": [InvoiceShare(both.invoice)], "bills": [BillShare(both.bill)]}
    with pytest.raises(Refusal, match=r"The invoices are €173\.80, the bills €50\.00; the difference has to be .* -€76\.20"):
        match_both(both.ctx, **wrong)
    assert code_of(lambda: match_both(both.ctx, **{**wrong, "bills": []})) == "nothing_given"
    assert code_of(lambda: match_both(both.ctx, **{**wrong, "bills": [BillShare(both.bill, 5_001)]})) == "too_much"
    lab = both.office.approved("L-1")
    assert code_of(lambda: match_both(both.ctx, **{**wrong, "bills": [BillShare(lab)]})) == "not_theirs"
    assert code_of(lambda: match_both(both.ctx, **{**wrong, "bills": [BillShare(lab), BillShare(both.bill)]})) == "several_suppliers"
    match_both(both.ctx, **{**wrong, "bills": [BillShare(both.bill), BillShare(second)]})
    assert [both.office.fresh(row).open_minor for row in (both.invoice, both.bill, second, line)] == [0, 0, 0, 0]
    assert both.office.balances(*ACCOUNTS, "1299") == [0, -11_900, 0, 0, -7_620]
    unmatch_line(both.ctx, line=both.office.fresh(line), reason="Wrong.")
    assert [both.office.fresh(row).open_minor for row in (both.invoice, both.bill, second, line)] == [17_380, 5_000, 20_000, -7_620]
    with scope(both.office.company.pk):
        assert verify_all(both.ctx) == []


def test_where_tax_follows_the_money_an_invoice_is_paid_by_what_is_set_off(both: Both) -> None:
    """3.80 of tax on 173.80: 50.00 of it are 1.09."""
    both.both()
    with scope(both.office.company.pk):
        parts = [p for p in taxed_sales(both.ctx, both.office.today, both.office.today, True) if p.rate_bp]
    assert [(p.base_minor, p.owed_minor) for p in parts if p.number.startswith("R-")] == [(575, 109)]


def test_what_is_withheld_of_a_bill_is_owed_to_the_office_and_not_set_off(both: Both) -> None:
    """Of 119.00 the tax office is owed 17.85: 101.15 are hers and set off, and the bill is paid; a difference at the bank says so."""
    load_withholding_kinds(both.ctx, country="DE")
    with scope(both.office.company.pk):
        kind = WithholdingKind.objects.get(code="DE-BAU")
    run_raw(both.ctx, "payables.add_supplierwithholding", {"supplier": both.party.pk, "kind": kind.pk, "valid_from": "2020-01-01"})
    bill = both.office.approved("A-2", 11_900, supplier=both.party, due_on=both.office.today)
    line = both.office.line("72.65")
    shares = {"invoices": [InvoiceShare(both.invoice)], "bills": [BillShare(bill)]}
    assert code_of(lambda: match_both(both.ctx, line=line, **shares)) == "tax_withheld"
    made = both.both(bills=[bill])
    assert (made.amount_minor, both.office.fresh(bill).state, both.office.fresh(both.invoice).open_minor) == (10_115, "paid", 7_265)
    assert both.office.balances(*ACCOUNTS, "withholding_payable") == [7_265, -5_000, 0, 0, -1_785]
    undo_set_off(both.ctx, set_off=made, on=both.office.today, reason="They do not agree.")
    assert both.office.balances(*ACCOUNTS, "withholding_payable") == [17_380, -16_900, 0, 0, 0]
    part = both.both(bills=[bill], amount=1_000)
    assert both.office.balances(*ACCOUNTS) == [16_380, -16_900 + 1_000 - both.office.balances("withholding_payable")[0], 0, 0]
    with scope(both.office.company.pk):
        assert verify_all(both.ctx) == []
        assert part.amount_minor == 1_000
