"""E-invoices that come in: what others published, what is broken, what is hostile."""

import io
from email.message import EmailMessage

import pytest
from pypdf import PdfWriter

from enfilade.back.einvoice.formats.reading import read_invoice
from enfilade.back.einvoice.mailed import take_cleared_file, take_from_mail
from enfilade.back.einvoice.models import IncomingInvoice
from enfilade.back.einvoice.queries import incoming_of_mail, not_entered
from enfilade.base.message.commands import take_mail
from enfilade.base.message.models import Mail
from enfilade.base.message.queries import files_of, mails_with_file
from enfilade.core import files
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.models import FileScan
from enfilade.core.scanning import note_scan
from enfilade.core.scope import scope

from .sender import Sender

pytestmark = pytest.mark.django_db(transaction=True)


def taken(sender: Sender, content: bytes, name: str = "invoice.xml") -> IncomingInvoice:
    """A file of a supplier, given and taken."""
    with scope(sender.company.pk):
        row = files.store(sender.ctx, name, io.BytesIO(content))
    return run_raw(sender.ctx, "einvoice.take_einvoice", {"file": row.pk})


@pytest.mark.parametrize("form", ["facturx", "xrechnung_ubl", "xrechnung_cii", "peppol"])
def test_what_we_write_we_read(sender: Sender, form: str) -> None:
    """The same number, seller, amounts; without a finding."""
    sender.wish()
    invoice = sender.invoice()
    made = sender.made(invoice, form)
    got = taken(sender, sender.content(made))
    assert (got.number, got.seller, got.total_minor, got.due_minor) == (invoice.number, "Zahnarztpraxis Dr. Weiß", 17_380, 17_380)
    assert (got.issued_on, got.due_on, got.currency, got.valid, got.findings) == (invoice.issued_on, invoice.due_on, "EUR", True, [])
    assert [line["BT-153"] for line in got.content["BG-25"]] == ["Check-up", "Toothbrush"]


def test_the_same_twice_and_the_same_number_again(sender: Sender) -> None:
    """The same content is refused, in another cover too; the same number in another document is taken and says what it repeats."""
    sender.wish()
    made = sender.content(sender.made(sender.invoice()))
    first = taken(sender, made)
    with pytest.raises(Refusal) as no:
        taken(sender, made, "again.xml")
    assert no.value.code == "einvoice_known"
    again = taken(sender, made.replace(b"Toothbrush", b"Tooth brush"))
    assert sender.fresh(again).repeats_id == first.pk


def test_a_broken_rule_is_said_with_its_number(sender: Sender) -> None:
    """It is taken all the same, so that the supplier can be told."""
    sender.wish()
    made = sender.content(sender.made(sender.invoice()))
    got = taken(sender, made.replace(b">173.80</cbc:PayableAmount>", b">174.80</cbc:PayableAmount>"))
    assert not got.valid
    assert [found["rule"] for found in got.findings] == ["BR-CO-16"]
    assert "BT-115" in got.findings[0]["text"]


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Invoice>&b;</Invoice>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Invoice>&a;</Invoice>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "This document declares a document type, which no e-invoice does; it is not read."),
        (OUTSIDE, "This document declares a document type, which no e-invoice does; it is not read."),
        (b"<Invoice>", "(line 1)"),
        (b"<html/>", "This XML is no invoice: it begins with <html>."),
        (b"<Invoice/>", "This invoice can't be read"),
        (b"<" + b"a><" * 9_000 + b"a>", "This is no XML"),
        (b"%PDF-1.7\nnothing", "This PDF can't be read"),
        (b"\x00\xff\xfe", "This is no XML"),
    ],
)
def test_what_is_no_invoice_is_refused_in_a_sentence(sender: Sender, content: bytes, sentence: str) -> None:
    """Nothing is fetched, nothing unfolds, nothing is kept."""
    with pytest.raises(Invalid) as no:
        taken(sender, content)
    assert sentence in no.value.errors["file"][0]
    with scope(sender.company.pk):
        assert not IncomingInvoice.objects.visible_to(sender.ctx).exists()


def test_a_pdf_without_data_and_one_with_a_bomb_inside() -> None:
    """Both in a sentence; the bomb is not unpacked."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    plain = io.BytesIO()
    writer.write(plain)
    with pytest.raises(Exception, match="carries no invoice as data"):
        read_invoice(plain.getvalue())
    writer.add_attachment("factur-x.xml", b"<a>" + b" " * (12 * 1024 * 1024))
    for page in writer.pages:
        page.compress_content_streams()
    bomb = io.BytesIO()
    writer.write(bomb)
    with pytest.raises(Exception, match="larger than 10 MB"):
        read_invoice(bomb.getvalue())


def mailed(sender: Sender, *files_of_mail: tuple[str, bytes]) -> Mail:
    """A mail with files, as the job takes it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = (
        "Lab <lab@sued.example>",
        "office@weiss.example",
        "Bill",
        "<bill@sued.example>",
    )
    made.set_content("Please find our bill attached.")
    for name, content in files_of_mail:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    box = run_raw(sender.ctx, "message.add_mailbox", {"address": "office@weiss.example", "name": "Office", "becomes": "nothing"})
    house = house_context(sender.company)
    with scope(sender.company.pk):
        stored = files.store(house, "mail.eml", io.BytesIO(made.as_bytes()))
    return take_mail(house, mailbox=box.pk, file=stored.pk)


def test_what_a_supplier_mails_is_taken_by_itself(sender: Sender) -> None:
    """An e-invoice among other files, once however often the job runs; the mail and the e-invoice lead to each other."""
    sender.wish()
    content = sender.content(sender.made(sender.invoice()))
    mail = mailed(sender, ("terms.pdf", b"%PDF-1.4 no invoice"), ("bill.xml", content), ("note.xml", b"<note/>"))
    for _ in range(2):
        take_from_mail(house_context(sender.company), mail.pk)
    with scope(sender.company.pk):
        [taken] = IncomingInvoice.objects.visible_to(sender.ctx)
        assert (taken.number, [row.pk for row, bills in incoming_of_mail(sender.ctx, mail) if not bills]) == ("INV-2026-00001", [taken.pk])
        assert [row.pk for row in mails_with_file(sender.ctx, taken.file_id)] == [mail.pk]
        assert not_entered(sender.ctx, sender.ctx.today) == [taken]


def test_a_file_that_waits_for_the_scanner_is_taken_when_it_is_cleared(sender: Sender) -> None:
    """Nothing is read of it before."""
    sender.wish()
    mail = mailed(sender, ("bill.xml", sender.content(sender.made(sender.invoice()))))
    with scope(sender.company.pk):
        [file] = files_of(sender.ctx, mail.pk)
        FileScan.objects.create(company=sender.company, file=file, asked_at=sender.ctx.now)
    house = house_context(sender.company)
    take_from_mail(house, mail.pk)
    with scope(sender.company.pk):
        assert not IncomingInvoice.objects.visible_to(sender.ctx).exists()
        scan = FileScan.objects.visible_to(sender.ctx).get(file=file)
    note_scan(house, scan=scan.pk)
    take_cleared_file(house, file.pk)
    with scope(sender.company.pk):
        assert IncomingInvoice.objects.visible_to(sender.ctx).get().file_id == file.pk
