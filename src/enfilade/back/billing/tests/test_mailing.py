"""A bill by e-mail."""

import io

import pytest
from django.core import mail
from pypdf import PdfReader

from enfilade.back.billing.commands import email_invoice
from enfilade.base.message.jobs import empty_outbox_of_company
from enfilade.base.message.models import Mail
from enfilade.base.party.commands import add_contact_point
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    """A shop that writes from an address."""
    made = Shop()
    run_raw(made.ctx, "message.add_mailbox", {"address": "office@linden.example", "name": "Linden"})
    return made


def test_a_bill_goes_out_with_its_pdf(shop: Shop) -> None:
    """In the language of the party, about the invoice, and what was sent is kept."""
    add_contact_point(shop.ctx, party=shop.party, kind="email", value="ada@post.example")
    run_raw(shop.ctx, "party.change_party", {"party": shop.party.pk, "language": "de"})
    invoice = shop.invoice()
    message = email_invoice(shop.ctx, invoice=invoice)
    empty_outbox_of_company(house_context(shop.company))
    (sent,) = mail.outbox
    assert sent.subject == f"Rechnung {invoice.number} von {shop.company.name}"
    assert sent.to == ["ada@post.example"]
    assert "über 173,80\xa0€" in sent.body
    ((name, content, kind),) = sent.attachments
    assert (name, kind) == (f"{invoice.number}.pdf", "application/pdf")
    assert str(invoice.number) in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert shop.fresh(message).origin == f"billing.invoice:{invoice.pk}"
    assert shop.fresh(message).state == "sent"


def test_who_has_no_address_and_what_is_no_bill_yet(shop: Shop) -> None:
    """After a refusal nothing is there, no file either; another address can be given."""
    draft, invoice = shop.draft(), shop.invoice()
    for bill, code in ((draft, "not_issued"), (invoice, "no_address")):
        with pytest.raises(Refusal) as no:
            email_invoice(shop.ctx, invoice=bill)
        assert no.value.code == code
    with scope(shop.company.pk):
        assert not StoredFile.objects.visible_to(shop.ctx).exists()
        assert not Mail.objects.visible_to(shop.ctx).exists()
    assert email_invoice(shop.ctx, invoice=invoice, to="other@post.example").state == "queued"
