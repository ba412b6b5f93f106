"""Our bills as e-invoices: valid by the official rules, or not made."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from pypdf import PdfReader

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import TermsPart, credit_invoice, divide_terms, issue_invoice, take_payment
from enfilade.back.einvoice.formats import official, tree
from enfilade.back.einvoice.models import EInvoice
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope

from .sender import LEITWEG, Sender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("form", "root", "specification"),
    [
        ("xrechnung_ubl", "Invoice", "xrechnung_3.0"),
        ("xrechnung_cii", "CrossIndustryInvoice", "xrechnung_3.0"),
        ("peppol", "Invoice", "poacc:billing:3.0"),
    ],
)
def test_a_bill_of_a_practice_is_valid(sender: Sender, form: str, root: str, specification: str) -> None:
    """Exempt and taxed lines, a discount, a payment on the same day: by schema and by Schematron, and in words of the customer's."""
    sender.wish()
    invoice = sender.invoice(Line(sender.check), Line(sender.brush, quantity=Decimal("2.5"), discount=150))
    take_payment(sender.ctx, invoice=invoice, method="card", amount=1_000)
    made = sender.made(invoice, form)
    tree_root = tree.read(sender.content(made))
    assert etree.QName(tree_root).localname == root
    assert official.check(tree_root) == []
    text = sender.content(made).decode()
    assert specification in text
    for said in (LEITWEG, str(invoice.number), "12/345/67890", "DE02120300000000202051", "§ 4 Nr. 14", "ada@post.example", "1.50"):
        assert said in text, said
    amounts = {"Prepaid": "10.00", "Payable": "167.97"}
    if root == "Invoice":
        assert sender.said(made, "LegalMonetaryTotal/PrepaidAmount") == [amounts["Prepaid"]]
        assert sender.said(made, "LegalMonetaryTotal/PayableAmount") == [amounts["Payable"]]
    else:
        assert sender.said(made, "SpecifiedTradeSettlementHeaderMonetarySummation/TotalPrepaidAmount") == [amounts["Prepaid"]]
        assert sender.said(made, "SpecifiedTradeSettlementHeaderMonetarySummation/DuePayableAmount") == [amounts["Payable"]]


def test_a_pdf_carries_the_same_bill_as_data(sender: Sender) -> None:
    """PDF/A-3, the XML as an alternative of the page, named in the metadata; readable as before; the same bill gives the same bytes."""
    invoice = sender.invoice()
    made = sender.made(invoice)
    assert (made.form, made.file.media_type) == ("facturx", "application/pdf")
    reader = PdfReader(io.BytesIO(sender.content(made)))
    (attached,) = reader.attachment_list
    assert attached.name == "factur-x.xml"
    assert official.check(tree.read(attached.content)) == []
    assert str(invoice.number) in reader.pages[0].extract_text()
    (file,) = reader.root_object["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Alternative"
    assert file.get_object()["/EF"]["/F"]["/Subtype"] == "/text/xml"
    metadata = reader.root_object["/Metadata"]
    assert "/Filter" not in metadata
    xmp = metadata.get_data()
    for said in (
        b"<pdfaid:part>3</pdfaid:part>",
        b"<pdfuaid:part>1</pdfuaid:part>",
        b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
    ):
        assert said in xmp
    assert reader.trailer["/ID"]
    assert reader.root_object["/StructTreeRoot"]
    assert reader.root_object["/OutputIntents"]
    assert sender.made(invoice).pk == made.pk


def test_a_credit_note_names_its_invoice(sender: Sender) -> None:
    """Type 381 with the invoice that it is for; of a part as well."""
    sender.wish()
    invoice = sender.invoice()
    for amount in (5_000, None):
        note = credit_invoice(sender.ctx, invoice=sender.fresh(invoice), on=sender.ctx.today, reason="Was too much", amount=amount)
        made = sender.made(note)
        assert sender.said(made, "CreditNote/CreditNoteTypeCode") == ["381"]
        assert sender.said(made, "InvoiceDocumentReference/ID") == [str(invoice.number)]
        assert "Was too much" in sender.said(made, "CreditNote/Note")
        assert sender.made(note, "facturx").file.media_type == "application/pdf"


def test_what_breaks_a_rule_does_not_leave(sender: Sender) -> None:
    """Each thing that lacks in words, with a link to where it is filled in; nothing is kept. Filled in, it goes."""
    bare = run_raw(sender.ctx, "party.add_party", {"kind": "organisation", "name": "Amt für Zähne"})
    sender.party = bare
    run_raw(sender.ctx, "billing.change_letterhead", {"letterhead": sender.head.pk, "tax_number": "", "contact": "", "address": "Weg 1"})
    invoice = sender.invoice()
    with pytest.raises(Invalid) as no:
        sender.made(invoice, "xrechnung_ubl")
    assert no.value.code == "einvoice_not_valid"
    rules = {said.partition(": ")[0].removeprefix("Rule ") for said in no.value.errors["form"]}
    assert rules == {
        "BR-11", "BR-CO-26", "BR-E-02", "BR-S-02", "PEPPOL-EN16931-R010", "PEPPOL-EN16931-R020",
        "BR-DE-3", "BR-DE-4", "BR-DE-6", "BR-DE-7", "BR-DE-8", "BR-DE-9", "BR-DE-15",
    }  # fmt: skip
    assert [hint["url"] for hint in no.value.hints] == [
        f"/billing/letterheads/{sender.head.pk}/",
        f"/party/parties/{bare.pk}/",
        f"/einvoice/do/set_einvoice_wish/{bare.pk}/",
    ]
    with scope(sender.company.pk):
        assert not EInvoice.objects.visible_to(sender.ctx).exists()
        assert not StoredFile.objects.visible_to(sender.ctx).exists()


def test_a_mistyped_leitweg_id_and_a_wrong_iban_are_found(sender: Sender) -> None:
    """By their check digits; an unclear electronic address is refused where it is typed."""
    sender.wish(reference="991-03730-18")
    run_raw(sender.ctx, "billing.change_letterhead", {"letterhead": sender.head.pk, "iban": "DE02 1203 0000 0000 2020 52"})
    with pytest.raises(Invalid) as no:
        sender.made(sender.invoice())
    assert [said.partition(":")[0] for said in no.value.errors["form"]] == ["Rule BR-DE-19", "Rule LEITWEG-ID"]
    with pytest.raises(Refusal) as unclear:
        sender.wish(endpoint="somewhere")
    assert unclear.value.code == "endpoint_unclear"


def test_a_draft_is_no_invoice(sender: Sender) -> None:
    """It is issued first."""
    with pytest.raises(Refusal) as no:
        sender.made(sender.draft())
    assert no.value.code == "not_issued"


def test_a_payment_of_a_later_day_is_no_part_of_the_bill(sender: Sender) -> None:
    """Made afterwards, the e-invoice is still that of its day."""
    invoice = sender.invoice()
    take_payment(sender.ctx, invoice=invoice, method="card", amount=1_000, on=sender.ctx.today + timedelta(days=1))
    made = sender.made(invoice, "peppol", reference="PO 7")
    assert sender.said(made, "LegalMonetaryTotal/PrepaidAmount") == []


def test_it_goes_with_the_mail(sender: Sender) -> None:
    """As the customer wants it: XML beside the PDF, or a PDF with the XML inside in its place. What is not valid holds the message back."""
    run_raw(sender.ctx, "message.add_mailbox", {"address": "office@linden.example", "name": "Linden"})
    invoice = sender.invoice()

    def sent() -> list[Any]:
        mail = run_raw(sender.ctx, "billing.email_invoice", {"invoice": invoice.pk})
        with scope(sender.company.pk):
            return [(a.file.name, a.file.media_type) for a in mail.attachments.visible_to(sender.ctx).order_by("pk")]

    number = invoice.number
    assert sent() == [(f"{number}.pdf", "application/pdf")]
    sender.wish()
    assert sent() == [(f"{number}.pdf", "application/pdf"), (f"{number}.xml", "application/xml")]
    sender.wish("facturx")
    assert sent() == [(f"{number}.pdf", "application/pdf")]
    sender.wish(reference="")
    with pytest.raises(Invalid):
        sent()


@pytest.mark.parametrize("form", ["xrechnung_ubl", "xrechnung_cii", "peppol", "facturx"])
def test_the_terms_of_payment_are_said_in_every_form(sender: Sender, form: str) -> None:
    """BT-20: sentences, and in an XRechnung the lines that programs read; valid by the official rules."""
    sender.wish()
    agreed = {"name": "Skonto", "term_days": 30, "early_percent": "2", "early_days": 10, "later_percent": "1.5", "later_days": 20}
    terms = run_raw(sender.ctx, "billing.add_paymentterms", agreed)
    invoice = issue_invoice(sender.ctx, invoice=sender.draft(terms=terms), on=sender.ctx.today)
    made = sender.made(invoice, form)
    content = sender.content(made)
    if form == "facturx":
        (attached,) = PdfReader(io.BytesIO(content)).attachment_list
        content = attached.content
    root = tree.read(content)
    assert official.check(root) == []
    steps = (
        "*[local-name()='PaymentTerms']/*[local-name()='Note']|//*[local-name()='SpecifiedTradePaymentTerms']/*[local-name()='Description']"
    )
    [said] = [node.text for node in root.xpath(f"//{steps}")]
    assert "170.32" in said
    assert "171.19" in said
    lines = "#SKONTO#TAGE=10#PROZENT=2.00#\n#SKONTO#TAGE=20#PROZENT=1.50#\n"
    assert said.endswith(lines) if form.startswith("xrechnung") else "#" not in said


@pytest.mark.parametrize("form", ["xrechnung_ubl", "xrechnung_cii"])
def test_instalments_are_said_and_the_first_is_the_due_day(sender: Sender, form: str) -> None:
    """BT-9 is the first day on which something is due, BT-20 says them all."""
    sender.wish()
    terms = run_raw(sender.ctx, "billing.add_paymentterms", {"name": "Two", "term_days": 30})
    divide_terms(sender.ctx, terms=terms, parts=[TermsPart(Decimal(40), 5), TermsPart(Decimal(60), 35)])
    invoice = issue_invoice(sender.ctx, invoice=sender.draft(terms=terms), on=sender.ctx.today)
    made = sender.made(invoice, form)
    root = tree.read(sender.content(made))
    assert official.check(root) == []
    text = sender.content(made).decode()
    first = sender.ctx.today + timedelta(days=5)
    assert "69.52" in text
    assert "104.28" in text
    assert (f"{first:%Y-%m-%d}" if form.endswith("ubl") else f"{first:%Y%m%d}") in text
