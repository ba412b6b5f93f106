"""An e-invoice that came in becomes a bill of the supplier."""

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.einvoice.formats.writing import write
from enfilade.back.einvoice.models import IncomingInvoice
from enfilade.back.einvoice.rules import Bill, BillLine, Form, Seat, TaxSum
from enfilade.back.payables.models import BillLine as CostLine
from enfilade.back.payables.tests.office import Office
from enfilade.base.party.models import Party
from enfilade.core import files
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

pytestmark = pytest.mark.django_db(transaction=True)

LAB = Seat("Dentallabor Süd", ("Werkstr. 5",), "80331", "München", "DE", "DE136695976", endpoint=("EM", "a@lab.example"))
IBAN = "DE02120300000000202051"


@pytest.fixture
def office() -> Office:
    """A company that pays suppliers."""
    return Office()


def invoice(office: Office, seller: Seat = LAB, **more: Any) -> bytes:
    """A bridge and its polishing: 100.00 at 19 % and 30.00 at 7 %."""
    lines = tuple(
        BillLine(name, Decimal(1), "C62", Decimal(net), Decimal(net), "S", Decimal(rate))
        for name, net, rate in (("Bridge", "100.00", 19), ("Polish", "30.00", 7))
    )
    taxes = tuple(
        TaxSum("S", Decimal(rate), Decimal(net), Decimal(tax)) for rate, net, tax in ((19, "100.00", "19.00"), (7, "30.00", "2.10"))
    )
    day = office.today
    bill = Bill(
        "R-77", day, day + timedelta(days=10), False, "EUR", seller, Seat("Wir", country="DE"), lines, taxes, (day, day),
        Decimal("130.00"), Decimal("21.10"), Decimal("151.10"), iban=IBAN,
    )  # fmt: skip
    return write(replace(bill, **more), Form.HYBRID)


def taken(office: Office, content: bytes) -> IncomingInvoice:
    """It came in."""
    with scope(office.company.pk):
        row = files.store(office.ctx, "invoice.xml", io.BytesIO(content))
    return run_raw(office.ctx, "einvoice.take_einvoice", {"file": row.pk})


def entered(office: Office, incoming: IncomingInvoice, **more: Any) -> Any:
    """A bill of it, as the page makes it."""
    return run_raw(office.ctx, "einvoice.enter_einvoice", {"incoming": incoming.pk, **more})


def test_it_becomes_a_bill_with_its_lines_and_taxes(office: Office) -> None:
    """Of the supplier with this name: number, dates, account, purpose, file; each line with its rate; and once."""
    incoming = taken(office, invoice(office))
    bill = entered(office, incoming)
    assert (bill.supplier_id, bill.supplier_number, bill.kind) == (office.lab.pk, "R-77", "bill")
    assert (bill.net_minor, bill.tax_minor, bill.total_minor) == (13_000, 2_110, 15_110)
    assert (bill.billed_on, bill.due_on) == (office.today, office.today + timedelta(days=10))
    assert (bill.iban, bill.reference, bill.file_id) == (IBAN, "R-77", incoming.file_id)
    with scope(office.company.pk):
        lines = CostLine.objects.visible_to(office.ctx).filter(bill=bill).order_by("pk")
        assert [(line.description, line.net_minor, line.tax_rate_bp) for line in lines] == [
            ("Bridge", 10_000, 1900),
            ("Polish", 3_000, 700),
        ]
    with pytest.raises(Refusal) as no:
        entered(office, incoming)
    assert no.value.code == "bill_known"


def test_who_is_not_known_is_entered_when_that_is_wanted(office: Office) -> None:
    """With VAT id and address; after that it is found by its VAT id, whatever it calls itself."""
    other = replace(LAB, name="Neues Labor GmbH", vat_id="DE129273398")
    incoming = taken(office, invoice(office, other))
    with pytest.raises(Refusal) as no:
        entered(office, incoming)
    assert no.value.code == "supplier_unknown"
    bill = entered(office, incoming, new_supplier="on")
    party: Party = office_fresh(office, bill.supplier_id)
    assert (party.name, party.tax_number) == ("Neues Labor GmbH", "DE129273398")
    again = taken(office, invoice(office, replace(other, name="Neues Labor"), number="R-78"))
    assert entered(office, again, although_similar="on").supplier_id == party.pk


def office_fresh(office: Office, pk: int) -> Party:
    """A party as the database has it."""
    with scope(office.company.pk):
        return Party.objects.visible_to(office.ctx).get(pk=pk)


def test_what_breaks_rules_is_entered_by_decision_only(office: Office) -> None:
    """A credit note stays one."""
    broken = invoice(office, credit=True, precedes=(("R-76", office.today),)).replace(
        b">151.10</ram:DuePayable", b">151.20</ram:DuePayable"
    )
    incoming = taken(office, broken)
    with pytest.raises(Refusal) as no:
        entered(office, incoming)
    assert no.value.code == "breaks_rules"
    assert entered(office, incoming, although_broken="on").kind == "credit_note"
