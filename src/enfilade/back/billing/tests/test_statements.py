"""Statements of account: what moved, what is owed, in the language of the customer, for one and for all."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from pypdf import PdfReader

from enfilade.back.billing.commands import (
    allow_discount,
    credit_invoice,
    email_statement,
    email_statements,
    receive_payment,
    take_payment,
)
from enfilade.back.billing.statements import account_of
from enfilade.base.message.jobs import empty_outbox_of_company
from enfilade.base.message.models import Mail
from enfilade.base.party.commands import add_contact_point
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope

from .shop import Shop
from .test_pages import client_of, pdf_text

pytestmark = pytest.mark.django_db(transaction=True)


def lived(shop: Shop) -> None:
    """Two invoices, one paid with a discount, one credited in part, and 50.00 on account."""
    first, second = shop.invoice(), shop.invoice()
    take_payment(shop.ctx, invoice=first, method="card", amount=17_000)
    allow_discount(shop.ctx, invoice=first, amount=380, on=shop.ctx.today)
    credit_invoice(shop.ctx, invoice=second, on=shop.ctx.today, reason="x", amount=2_380)
    receive_payment(shop.ctx, party=shop.party, method="card", amount=5_000, on=shop.ctx.today + timedelta(days=1))


def test_an_account_tells_what_moved_and_how_old_the_rest_is(shop: Shop) -> None:
    """173.80 twice, less 170.00, 3.80, 23.80 and 50.00: 100.00 are owed, 150.00 of it open and 50.00 on account."""
    lived(shop)
    today, later = shop.ctx.today, shop.ctx.today + timedelta(days=60)
    with scope(shop.company.pk):
        found = account_of(shop.ctx, shop.party, today, later)
        after = account_of(shop.ctx, shop.party, today + timedelta(days=1), later)
        report = report_named("billing.customer_statement").build(shop.ctx, customer=shop.party, from_on=today, to_on=later)
        nobody = report_named("billing.customer_statement").build(shop.ctx, customer=None, from_on=today, to_on=later)
    assert [line.amount_minor for line in found.lines] == [17_380, 17_380, -2_380, -380, -17_000, -5_000]
    assert (found.before_minor, found.owed_minor, found.on_account_minor, found.overdue_minor) == (0, 10_000, 5_000, 15_000)
    assert (after.before_minor, [line.amount_minor for line in after.lines], after.owed_minor) == (15_000, [-5_000], 10_000)
    assert (report["owed_minor"], len(report["rows"]), report["tiles"][-1]["value_minor"]) == (10_000, 8, -5_000)
    assert (nobody["rows"], nobody["notes"]) == ([], ["Choose a customer."])


def test_a_statement_goes_out_in_the_language_of_the_customer(shop: Shop) -> None:
    """To one, and to all; while somebody has no address nothing goes out, unless one says so."""
    run_raw(shop.ctx, "message.add_mailbox", {"address": "office@linden.example", "name": "Linden"})
    today, later = shop.ctx.today, shop.ctx.today + timedelta(days=60)
    with pytest.raises(Refusal) as refused:
        email_statements(shop.ctx, from_on=today, to_on=later)
    assert refused.value.code == "nobody_owes"
    lived(shop)
    with pytest.raises(Refusal) as refused:
        email_statements(shop.ctx, from_on=today, to_on=later)
    assert (refused.value.code, "Ada Lindqvist" in str(refused.value)) == ("no_address", True)
    assert email_statements(shop.ctx, from_on=today, to_on=later, leave_out=True) == []
    add_contact_point(shop.ctx, party=shop.party, kind="email", value="ada@post.example")
    run_raw(shop.ctx, "party.change_party", {"party": shop.party.pk, "language": "de"})
    [message] = email_statements(shop.ctx, from_on=today, to_on=later)
    empty_outbox_of_company(house_context(shop.company))
    (sent,) = mail.outbox
    assert sent.subject == f"Kontoauszug von {shop.company.name}"
    assert "Saldo: 100,00\xa0€, davon überfällig: 150,00\xa0€" in sent.body
    text = PdfReader(io.BytesIO(sent.attachments[0][1])).pages[0].extract_text()
    assert all(word in text for word in ("Kontoauszug", "Gutschrift", "Skonto", "Guthaben", "100,00"))
    with pytest.raises(Refusal) as refused:
        email_statement(shop.ctx, party=shop.party, from_on=later, to_on=today)
    assert refused.value.code == "days_swapped"
    with scope(shop.company.pk):
        assert Mail.objects.visible_to(shop.ctx).get().origin == f"party.party:{shop.party.pk}"
    assert message.state == "queued"


def test_the_statement_as_pdf_and_a_date_that_is_none(shop: Shop) -> None:
    """At its address, for any span of days."""
    lived(shop)
    client = client_of(shop.ctx)
    shown = client.get(f"/billing/reports/customer_statement/?customer={shop.party.pk}&from_on=2020-01-01&to_on={shop.ctx.today}")
    assert (shown.status_code, "Owed before" in shown.text) == (200, True)
    assert "Statement of account" in pdf_text(client, f"/billing/statements/{shop.party.pk}/pdf/?from_on=2020-01-01")
    assert client.get(f"/billing/statements/{shop.party.pk}/pdf/?from_on=yesterday").status_code in {400, 422}
    assert client.get("/billing/statements/999999/pdf/").status_code == 404
