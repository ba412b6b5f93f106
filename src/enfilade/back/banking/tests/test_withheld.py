"""Money that came short by the tax that a customer withholds is recognised for what it is."""

from __future__ import annotations

import pytest

from enfilade.back.banking.commands import accept_proposal, match_line, unmatch_line
from enfilade.back.banking.commands.matching import InvoicePart
from enfilade.back.banking.queries import proposals_for
from enfilade.back.tax.commands import load_withholding_kinds
from enfilade.back.tax.models import WithholdingKind
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

from .desk import Desk, Move

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    """A company whose customer withholds 15 % of what she is billed; an invoice is over 173.80."""
    made = Desk()
    load_withholding_kinds(made.ctx, country="DE")
    with scope(made.company.pk):
        kind = WithholdingKind.objects.visible_to(made.ctx).get(code="DE-BAU")
    run_raw(made.ctx, "billing.add_customerwithholding", {"customer": made.party.pk, "kind": kind.pk})
    return made


def test_the_bank_proposes_the_invoice_less_the_tax(desk: Desk) -> None:
    invoice = desk.invoice()
    [line] = desk.moved(Move(desk.today, "147.73", purpose=str(invoice.number)))
    with scope(desk.company.pk):
        best = proposals_for(desk.ctx, [line])[line.pk][0]
    assert (best.invoices, best.withheld) == (((invoice.pk, 14_773),), ((invoice.pk, 2_607),))
    assert "less the tax that this customer withholds" in " ".join(best.reasons)
    line = accept_proposal(desk.ctx, line=line, proposal=best.code)
    assert (desk.fresh(invoice).state, desk.fresh(line).state) == ("paid", "matched")
    assert desk.balances("1299", "withholding_receivable", "receivable") == [14_773, 2_607, 0]

    unmatch_line(desk.ctx, line=desk.fresh(line), reason="Another one.")
    assert (desk.fresh(invoice).open_minor, desk.balance("withholding_receivable")) == (17_380, 0)


def test_by_hand_it_is_said_how_much_was_withheld(desk: Desk) -> None:
    invoice = desk.invoice()
    [line] = desk.moved(Move(desk.today, "150.00", name="Somebody"))
    match_line(desk.ctx, line=line, invoices=[InvoicePart(invoice, withheld=2_380)])
    assert (desk.fresh(invoice).state, desk.fresh(line).state) == ("paid", "matched")
