"""An invoice of one company becomes a bill of the other, by the rights of who takes it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice, issue_invoice
from enfilade.back.group.commands import name_partner, take_invoice
from enfilade.back.group.models import GroupPartner
from enfilade.back.payables.models import Bill
from enfilade.back.tax.commands import load_tax_codes
from enfilade.base.books.models import Account
from enfilade.core.access import context_for
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .concern import Concern

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 10, 5)


@pytest.fixture
def concern() -> Concern:
    """S has sold 1,000.00 and 200.00 with tax to P."""
    made = Concern()
    for name in ("P", "S"):
        load_tax_codes(made.ctx[name])
    lines = [
        InvoiceLineIn(description=text, unit_price=amount, quantity=Decimal(1), tax_class="standard")
        for text, amount in (("Crowns", 100_000), ("Transport", 20_000))
    ]
    ctx = made.ctx["S"]
    made.invoice = issue_invoice(ctx, invoice=draft_invoice(ctx, party=made.party["P"], lines=lines, on=DAY), on=DAY)  # type: ignore[attr-defined]
    with scope(made.ctx["P"].company_id):
        made.partner = GroupPartner.objects.get(company=made.ctx["P"].company)  # type: ignore[attr-defined]
        made.cost = Account.objects.get(code="5100")  # type: ignore[attr-defined]
    return made


def test_their_invoice_is_a_bill_to_approve(concern: Concern) -> None:
    invoice = concern.invoice  # type: ignore[attr-defined]
    bill = take_invoice(concern.ctx["P"], partner=concern.partner, number=invoice.number, account=concern.cost)  # type: ignore[attr-defined]
    assert (bill.state, bill.supplier, bill.supplier_number, bill.total_minor) == ("draft", concern.party["S"], invoice.number, 142_800)
    assert (bill.billed_on, bill.due_on, bill.company) == (DAY, invoice.due_on, concern.ctx["P"].company)
    with scope(concern.ctx["P"].company_id):
        assert list(bill.lines.order_by("pk").values_list("description", "net_minor", "tax_minor")) == [
            ("Crowns", 100_000, 19_000),
            ("Transport", 20_000, 3_800),
        ]
    with pytest.raises(Refusal) as no:
        take_invoice(replace(concern.ctx["P"], key=""), partner=concern.partner, number=invoice.number, account=concern.cost)  # type: ignore[attr-defined]
    assert no.value.code == "bill_known"


def test_what_is_not_there_and_who_may_not_look(concern: Concern) -> None:
    with pytest.raises(Refusal) as no:
        take_invoice(concern.ctx["P"], partner=concern.partner, number="nothing")  # type: ignore[attr-defined]
    assert no.value.code == "no_such_invoice"
    other = make_ctx(concern.ctx["P"].company, "*")
    concern.employ(concern.ctx["S"].company, "ledger.view_reports", user=other.user)
    with pytest.raises(Refusal) as no:
        take_invoice(context_for(other.user, other.company), partner=concern.partner, number=concern.invoice.number)  # type: ignore[attr-defined]
    assert no.value.code == "not_in_company"
    with scope(concern.ctx["P"].company_id):
        assert not Bill.objects.exists()


def test_a_company_for_which_one_does_not_work_is_not_known(concern: Concern) -> None:
    other = make_ctx(concern.ctx["U"].company, "*")
    party = concern.party["S"]
    for slug in (concern.ctx["A"].company.slug, concern.ctx["A"].company.name, "no-such-company", concern.ctx["U"].company.slug):
        with pytest.raises(Refusal) as no:
            name_partner(other, party=party, company=slug)
        assert no.value.code in {"unknown_company", "not_found"}
