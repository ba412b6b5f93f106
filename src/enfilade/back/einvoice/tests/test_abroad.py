"""Sales abroad as e-invoices: each category with its reason in words and by code, valid by the official rules in every form."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import credit_invoice, issue_invoice
from enfilade.back.billing.printing import invoice_pdf
from enfilade.back.einvoice.formats import official, tree
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

from .sender import Sender

pytestmark = pytest.mark.django_db(transaction=True)
FRENCH, OWN = "FR40303265045", "DE136695976"
FORMS = ("xrechnung_ubl", "xrechnung_cii", "peppol", "facturx")


@pytest.fixture
def sender(sender: Sender) -> Sender:
    """The practice has a VAT id, and sells goods, services and a wall."""
    run_raw(sender.ctx, "billing.change_letterhead", {"letterhead": sender.head.pk, "vat_id": OWN})
    sold = {"goods": {"kind": "product"}, "work": {}, "wall": {"place": "reverse"}}
    for code, more in sold.items():
        given = {"code": code, "name": code, "price": "100.00", "tax_class": "standard", **more}
        setattr(sender, code, run_raw(sender.ctx, "item.add_item", given))
    return sender


def customer(sender: Sender, country: str, tax_number: str = "") -> None:
    """A firm in a country that takes e-invoices."""
    sender.party = run_raw(sender.ctx, "party.add_party", {"kind": "organisation", "name": "Firm", "tax_number": tax_number})
    where = {"party": sender.party.pk, "street": "Rue 1", "postal_code": "75001", "city": "Paris", "country": country}
    run_raw(sender.ctx, "party.add_address", where)
    run_raw(sender.ctx, "party.add_contact_point", {"party": sender.party.pk, "kind": "email", "value": "firm@post.example"})


def said(sender: Sender, made: Any, form: str) -> str:
    """The XML of an e-invoice, checked by schema and Schematron."""
    content = sender.content(made)
    if form == "facturx":
        (attached,) = PdfReader(io.BytesIO(content)).attachment_list
        content = attached.content
    assert official.check(tree.read(content)) == []
    return content.decode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("item", "country", "vat_id", "code", "words"),
    [
        ("goods", "FR", FRENCH, "VATEX-EU-IC", "§ 6a UStG"),
        ("goods", "CH", "", "VATEX-EU-G", "§ 6 UStG"),
        ("work", "FR", FRENCH, "VATEX-EU-AE", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("wall", "DE", OWN, "VATEX-EU-AE", "§ 13b"),
        ("work", "CH", "", "VATEX-EU-O", "§ 3a UStG"),
        ("check", "DE", "", "VATEX-EU-132-1C", "§ 4 Nr. 14"),
    ],
)
def test_each_treatment_is_valid(sender: Sender, form: str, item: str, country: str, vat_id: str, code: str, words: str) -> None:
    customer(sender, country, vat_id)
    sender.wish(form)
    invoice = sender.invoice(Line(getattr(sender, item)))
    text = said(sender, sender.made(invoice, form), form)
    assert code in text
    assert words in text


def test_a_credit_note_of_an_untaxed_sale_is_untaxed(sender: Sender) -> None:
    customer(sender, "FR", FRENCH)
    sender.wish()
    note = credit_invoice(sender.ctx, invoice=sender.invoice(Line(sender.goods)), on=sender.ctx.today, reason="Came back", amount=5_000)
    text = said(sender, sender.made(note, "peppol"), "peppol")
    assert "VATEX-EU-IC" in text
    assert note.tax_minor == 0


def test_tax_that_is_rounded_on_every_line_stays_valid(sender: Sender) -> None:
    """Three lines of 0.33 at 19 %: 0.18 by line where 0.19 would be rounded once; BR-CO-17 and BR-S-09 take a difference below one unit."""
    given = {"valid_from": "2020-01-01", "basis": "accrual", "interval": "month", "distance": "home", "rounding": "line"}
    run_raw(sender.ctx, "tax.add_taxsetting", given)
    sender.wish()
    invoice = sender.invoice(*[Line(description="Screw", unit_price=33, tax_class="standard") for _ in range(3)])
    for form in FORMS:
        made = sender.made(invoice, form)
        text = said(sender, made, form)
        assert ">0.18<" in text
        assert ">1.17<" in text


def test_the_paper_says_it_too(sender: Sender) -> None:
    """The customer's VAT id, the words of the law, no tax; by line, that it is rounded so."""
    customer(sender, "FR", FRENCH)
    invoice = issue_invoice(sender.ctx, invoice=sender.draft(Line(sender.work)), on=sender.ctx.today)
    with scope(sender.company.pk):
        text = PdfReader(io.BytesIO(invoice_pdf(sender.ctx, invoice))).pages[0].extract_text()
    assert FRENCH in text
    assert OWN in text
    assert "Steuerschuldnerschaft des Leistungsempfängers" in " ".join(text.split())
