"""Advances and final invoices as e-invoices: valid by the official rules in every form, and the paper says the same."""

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import ask_advance, issue_invoice, take_payment
from enfilade.back.billing.tests.test_pages import client_of, pdf_text
from enfilade.back.einvoice.formats import official, tree
from enfilade.back.einvoice.formats.hybrid import FILE_NAME

from .sender import Sender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("form", "code"), [("xrechnung_ubl", "326"), ("xrechnung_cii", "326"), ("peppol", "386"), ("facturx", "386")])
def test_an_advance_and_its_final_invoice_are_valid(sender: Sender, form: str, code: str) -> None:
    """A type of its own; the final invoice names the advances, what was paid for them and the tax on it, and asks for the rest."""
    sender.wish(form)
    draft = sender.draft(Line(sender.check), Line(sender.brush, quantity=Decimal(20)))
    first = ask_advance(sender.ctx, invoice=draft, percent=Decimal(30), on=sender.ctx.today)
    second = ask_advance(sender.ctx, invoice=draft, percent=Decimal(20), on=sender.ctx.today)
    take_payment(sender.ctx, invoice=first, method="transfer", amount=first.total_minor)
    final = issue_invoice(sender.ctx, invoice=draft, on=sender.ctx.today)
    said = {}
    for invoice in (first, final):
        made = sender.made(invoice, form)
        content = sender.content(made)
        root = tree.read(PdfReader(io.BytesIO(content)).attachments[FILE_NAME][0] if form == "facturx" else content)
        assert official.check(root) == []
        said[invoice.pk] = {name: [node.text for node in root.iter(f"{{*}}{name}")] for name in NAMES}
    kinds = [found["InvoiceTypeCode"] or found["TypeCode"][:1] for found in said.values()]
    assert kinds == [[code], ["380"]]
    whole = said[final.pk]
    assert whole["PrepaidAmount"] + whole["TotalPrepaidAmount"] == ["116.40"]
    assert whole["PayableAmount"] + whole["DuePayableAmount"] == ["271.60"]
    assert {str(first.number), str(second.number)} <= {*whole["ID"], *whole["IssuerAssignedID"]}
    notes = " ".join(whole["Note"] + whole["Content"])
    for words in (f"Less advance {first.number}", "€105.00, and €11.40 tax", f"Of {second.number}, €77.60 was not paid"):
        assert words in notes, words


NAMES = (
    "InvoiceTypeCode", "TypeCode", "PrepaidAmount", "TotalPrepaidAmount", "PayableAmount", "DuePayableAmount", "ID", "IssuerAssignedID",
    "Note", "Content",
)  # fmt: skip


def test_the_papers_say_what_is_deducted(sender: Sender) -> None:
    """The advance says that it is one and what for; the final invoice lists it with its net and tax, and what is left."""
    draft = sender.draft(Line(sender.check), Line(sender.brush, quantity=Decimal(20)))
    advance = ask_advance(sender.ctx, invoice=draft, percent=Decimal(30), on=sender.ctx.today)
    take_payment(sender.ctx, invoice=advance, method="transfer", amount=advance.total_minor)
    final = issue_invoice(sender.ctx, invoice=draft, on=sender.ctx.today)
    client = client_of(sender.ctx)
    paper = pdf_text(client, f"/billing/invoices/{advance.pk}/pdf/")
    for said in (f"Advance invoice {advance.number}", "Advance of 30 % on: Check-up"):
        assert said in paper, said
    assert "Date of supply" not in paper
    paper = pdf_text(client, f"/billing/invoices/{final.pk}/pdf/")
    for said in (f"Less advance {advance.number}", "€105.00, and €11.40 tax", "€116.40", "Left to pay", "€271.60"):
        assert said in paper, said
    assert "Received on" not in paper
