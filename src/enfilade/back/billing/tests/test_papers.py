"""Invoices and receipts in the company's own words: from a day on, in the language of the reader, archivable, and never code."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from enfilade.back.billing.commands import take_payment
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.printing import invoice_pdf, receipt_pdf
from enfilade.base.document.commands import add_papertemplate, change_papertemplate, end_papertemplate
from enfilade.base.document.models import PaperTemplate
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .shop import Shop
from .test_pages import client_of, pdf_text

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
GERMAN = (
    "Guten Tag {party},\nwir danken für Ihren Besuch. #let x = *1* @trap $x$\n\n## Leistungen\n"
    "{lines: Leistung | Menge | Preis | Rabatt | USt | Netto}\n{totals}\n\n{facts}\n- Bitte nennen Sie {number}.\n{notes}"
)


def word(shop: Shop, text: str = GERMAN, title: str = "Rechnung {number}", **more: Any) -> PaperTemplate:
    """Own words for an invoice."""
    values = {"paper": "billing.invoice", "language": "en", "valid_from": shop.ctx.today, **more}
    return add_papertemplate(shop.ctx, title=title, text=text, **values)


def printed(shop: Shop, invoice: Invoice) -> str:
    """What can be read on it."""
    return pdf_text(client_of(shop.ctx), f"/billing/invoices/{invoice.pk}/pdf/")


def archive_faults(pdf: bytes) -> list[str]:
    """What PDF/A-3a asks of any file and can be seen without a validator: its mark, output intent, language, tags, embedded fonts."""
    reader = PdfReader(io.BytesIO(pdf))
    root, xmp = reader.trailer["/Root"], reader.xmp_metadata.stream.get_data()
    wrong = [] if b"<pdfaid:part>3<" in xmp and b"<pdfaid:conformance>A<" in xmp else ["no mark of PDF/A-3a"]
    wrong += [] if root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1" and "/DestOutputProfile" in root["/OutputIntents"][0] else ["no intent"]
    wrong += [] if root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"] else ["not tagged"]
    wrong += ["encrypted"] if reader.is_encrypted else []
    for number in range(1, reader.trailer["/Size"]):
        one = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(one, dict) and one.get("/Type") == "/FontDescriptor" and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(one):
            wrong.append(f"{one['/FontName']} is not embedded")
        if isinstance(one, dict) and one.get("/S") == "/JavaScript":
            wrong.append("runs something")
    return wrong


def test_own_words_are_printed_and_what_a_person_typed_is_none_of_them(shop: Shop) -> None:
    """Order, headings and names as written; typst's own syntax is printed letter by letter; it stays archivable."""
    run_raw(shop.ctx, "party.change_party", {"party": shop.party.pk, "family_name": "{number} #read(1)"})
    word(shop)
    invoice = shop.invoice()
    text = printed(shop, invoice)
    for part in (
        f"Rechnung {invoice.number}",
        "#let x = *1* @trap $x$",
        "{number} #read(1)",
        "Leistung",
        "USt",
        f"nennen Sie {invoice.number}.",
    ):
        assert part in text, part
    assert "Quantity" not in text
    assert text.index("Leistungen") < text.index("173.80") < text.index("Date of supply")
    with scope(shop.company.pk):
        assert archive_faults(invoice_pdf(shop.ctx, shop.fresh(invoice))) == []
    assert "draft, not issued" in printed(shop, shop.draft())


def test_the_version_and_the_language_of_the_day(shop: Shop) -> None:
    """Before and after its days as Enfilade brings it along; the reader's language comes first; a receipt has words of its own."""
    invoice = shop.invoice()
    assert "Quantity" in printed(shop, invoice)
    word(shop, title="Later {number}", valid_from=shop.ctx.today + DAY)
    assert "Later" not in printed(shop, invoice)
    first = word(shop, title="Bill {number}")
    word(shop, title="Rechnung {number}", language="de")
    assert f"Bill {invoice.number}" in printed(shop, invoice)
    run_raw(shop.ctx, "party.change_party", {"party": shop.party.pk, "language": "de"})
    assert f"Rechnung {invoice.number}" in printed(shop, invoice)
    word(shop, "{facts}\nThank you, {party}!\n{lines: Was | EUR}\n{totals}", "Quittung {number}", paper="billing.receipt", language="de")
    payment = take_payment(shop.ctx, invoice=invoice, method="card", amount=invoice.total_minor)
    with scope(shop.company.pk):
        slip = PdfReader(io.BytesIO(receipt_pdf(shop.ctx, payment)))
    assert round(slip.pages[0].mediabox.width / 72 * 25.4) == 80
    assert all(part in slip.pages[0].extract_text() for part in (f"Quittung {payment.number}", "Thank you, Ada", "Was"))
    end_papertemplate(shop.ctx, papertemplate=first, valid_until=shop.ctx.today)
    with scope(shop.company.pk):
        PaperTemplate.objects.filter(pk=first.pk).update(valid_from=shop.ctx.today - 9 * DAY, valid_until=shop.ctx.today - DAY)
        with pytest.raises(IntegrityError, match="has been in force"):
            PaperTemplate.objects.filter(pk=first.pk).update(text="{lines}")


def test_what_is_wrong_is_said_with_its_line(shop: Shop) -> None:
    """On the form and to programs; a day that is over, an unknown paper, a second version of a day are refused; nothing is kept."""
    with pytest.raises(Invalid) as no:
        word(shop, "{facts}\n{lines}\n{totals}\n{notes}\nDear {party.password}", "Bill {{7*7}}")
    assert no.value.errors["text"][0].startswith("Line 5: There is no {party.password}. Known names: cancels, company, ")
    assert "{7*7}" in no.value.errors["title"][0]
    for code, more in (("unknown_paper", {"paper": "billing.nothing"}), ("in_the_past", {"valid_from": shop.ctx.today - DAY})):
        with pytest.raises(Refusal) as refused:
            word(shop, **more)
        assert refused.value.code == code
    made = word(shop)
    with pytest.raises(Refusal) as refused:
        word(shop)
    assert refused.value.code == "paper_template_once_a_day"
    with pytest.raises(Invalid):
        change_papertemplate(shop.ctx, papertemplate=made, title="x", text="{lines}")
    with scope(shop.company.pk):
        assert PaperTemplate.objects.get().text == GERMAN


def test_the_preview_shows_a_real_record(shop: Shop) -> None:
    """The newest or a named one of the caller's company, for who may see such records; nothing to show is said."""
    made, later = word(shop, valid_from=shop.ctx.today + DAY), word(shop, "{facts}\n{lines}\n{totals}", paper="billing.receipt", title="x")
    client = client_of(shop.ctx)
    assert client.get(f"/document/papers/{made.pk}/preview/").status_code == 409
    invoice = shop.invoice()
    assert f"Rechnung {invoice.number}" in pdf_text(client, f"/document/papers/{made.pk}/preview/")
    assert f"Rechnung {invoice.number}" in pdf_text(client, f"/document/papers/{made.pk}/preview/?record={invoice.pk}")
    other = Shop()
    assert client.get(f"/document/papers/{made.pk}/preview/?record={other.invoice().pk}").status_code == 409
    assert client_of(other.ctx).get(f"/document/papers/{made.pk}/preview/").status_code == 404
    clerk = make_ctx(shop.company, "document.view_papertemplate", "billing.view_payment")
    assert client_of(clerk).get(f"/document/papers/{made.pk}/preview/").status_code == 403
    assert client_of(clerk).get(f"/document/papers/{later.pk}/preview/").status_code == 409
    page = client.get("/document/papers/").content.decode()
    assert "Rechnung {number}" in page
    assert "billing.credit_note" in page
    assert client.get(f"/document/paper-templates/{made.pk}/").status_code == 200
