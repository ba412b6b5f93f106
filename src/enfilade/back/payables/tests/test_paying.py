"""From the bill on the table to the money that left the bank, and every way back."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from enfilade.back.banking.commands import accept_proposal, unmatch_line
from enfilade.back.banking.queries import proposals_for
from enfilade.back.payables.commands import release_run
from enfilade.core.context import Refusal
from enfilade.core.files import open_file
from enfilade.core.scope import scope
from enfilade.core.verify import verify_all

from .office import LAB_IBAN, Office

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
    assert office.balances("payable", "1299") == [0, -11_900]

    unmatch_line(office.ctx, line=office.fresh(line), reason="Given back by their bank.")
    assert [office.fresh(row).state for row in (bill, order, run, line)] == ["open", "planned", "sent", "open"]
    assert office.balances("payable", "1299") == [-11_900, 0]
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []
