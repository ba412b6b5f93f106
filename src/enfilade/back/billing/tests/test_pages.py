"""Pages, papers, panels and the API of billing."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import close_drawer, credit_invoice, give_discount, invoice_charges, refund_payment, take_payment
from enfilade.back.billing.models import Invoice
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.resource import flow_of
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(ctx: Context) -> Client:
    """A signed-in browser."""
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pdf_text(client: Client, url: str) -> str:
    """What can be read in a PDF."""
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (200, "application/pdf", "nosniff")
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def letterhead(shop: Shop) -> None:
    """Who bills."""
    values = {"valid_from": "2020-01-01", "legal_name": "Dr. Weiß & Partner", "address": "Hauptstraße 1\n10115 Berlin"}
    run_raw(
        shop.ctx, "billing.add_letterhead", {**values, "tax_number": "12/345", "iban": "DE02 1203 0000 0000 2020 51", "term_days": "30"}
    )


def test_an_invoice_prints_what_the_law_wants(shop: Shop) -> None:
    """Who bills whom, number, dates, lines, tax per rate, the reason of an exemption, and how to pay."""
    letterhead(shop)
    run_raw(shop.ctx, "party.add_address", {"party": shop.party.pk, "street": "Gartenweg 5", "postal_code": "10117", "city": "Berlin"})
    invoice = shop.invoice(Line(shop.check, discount=1_000), Line(shop.brush, quantity=Decimal(2), description="#let x = *bold* @trap"))
    assert (invoice.due_on - invoice.issued_on).days == 30
    text = pdf_text(client_of(shop.ctx), f"/billing/invoices/{invoice.pk}/pdf/")
    for part in (
        *("Dr. Weiß & Partner", "Hauptstraße 1", "12/345", "Ada Lindqvist", "Gartenweg 5", "10117 Berlin", str(invoice.number)),
        *("Date of supply", shop.party.number, "#let x = *bold* @trap", "140.00", "10.00", "19 %", "3.80", "163.80", "UStG", "DE02 1203"),
    ):
        assert part in text, part
    later = take_payment(shop.ctx, invoice=invoice, method="card", amount=invoice.total_minor)
    paid = pdf_text(client_of(shop.ctx), f"/billing/invoices/{invoice.pk}/pdf/")
    assert later.number in paid
    assert "Nothing is left to pay" in paid
    assert "Please transfer" not in paid


def test_a_draft_and_a_credit_note_say_what_they_are(shop: Shop) -> None:
    """Without a letterhead too."""
    client, draft = client_of(shop.ctx), shop.draft()
    assert "draft, not issued" in pdf_text(client, f"/billing/invoices/{draft.pk}/pdf/")
    invoice = shop.invoice()
    note = credit_invoice(shop.ctx, invoice=invoice, on=shop.ctx.today, reason="Wrong patient")
    text = pdf_text(client, f"/billing/invoices/{note.pk}/pdf/")
    for part in ("Credit note", str(note.number), str(invoice.number), "Wrong patient"):
        assert part in text


def test_an_old_invoice_keeps_its_letterhead(shop: Shop) -> None:
    """The one that was valid on its date; and the name it was issued to, although the party was renamed."""
    letterhead(shop)
    invoice = shop.invoice()
    run_raw(shop.ctx, "billing.add_letterhead", {"valid_from": "2199-01-01", "legal_name": "Others", "address": "x"})
    run_raw(shop.ctx, "party.change_party", {"party": shop.party.pk, "family_name": "Weber"})
    text = pdf_text(client_of(shop.ctx), f"/billing/invoices/{invoice.pk}/pdf/")
    assert "Dr. Weiß & Partner" in text
    assert "Ada Lindqvist" in text
    assert "Others" not in text


def test_receipts(shop: Shop) -> None:
    """For the payment and for the refund, each with its own number."""
    shop.drawer()
    payment = take_payment(shop.ctx, invoice=shop.invoice(), method="cash", amount=17_380)
    refund = refund_payment(shop.ctx, payment=payment, amount=2_380, reason="Brushes came back")
    client = client_of(shop.ctx)
    first, second = (pdf_text(client, f"/billing/payments/{row.pk}/receipt/") for row in (payment, refund))
    for part in (payment.number, "Cash", "Paul", "Check-up", "173.80", "3.80"):
        assert part in first, part
    assert refund.number in second
    assert "23.80" in second


def test_papers_of_others_do_not_exist(shop: Shop) -> None:
    """Another company gets 404, a colleague without the right 403, a stranger the sign-in page."""
    invoice, other = shop.invoice(), Shop()
    url = f"/billing/invoices/{invoice.pk}/pdf/"
    assert client_of(other.ctx).get(url).status_code == 404
    assert client_of(make_ctx(shop.company, "billing.view_payment")).get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert client_of(shop.ctx).post(url).status_code == 405


def test_every_page_of_billing_answers(shop: Shop) -> None:
    """Lists, records, forms, reports, the drawer: full of rows."""
    session = shop.drawer()
    invoice = shop.invoice()
    payment = take_payment(shop.ctx, invoice=invoice, method="cash", amount=380)
    charge = give_discount(shop.ctx, charge=shop.charge(), discount=500, reason="Waited")
    closed = close_drawer(shop.ctx, drawer=shop.drawer(name="Two"), counted=19_000, reason="Lost")
    letterhead(shop)
    client = client_of(shop.ctx)
    lists = ("invoices", "charges", "payments", "drawer-sessions", "letterheads", "invoice-lines")
    records = [f"invoices/{invoice.pk}", f"charges/{charge.pk}", f"payments/{payment.pk}", f"drawer-sessions/{session.pk}"]
    records += [f"drawer-sessions/{closed.pk}", "reports/receivables", "reports/day_takings", "reports/given_away", "drawer"]
    records += [f"do/{verb}" for verb in ("draft_invoice", "open_drawer", "add_charge")]
    records += [f"do/{verb}/{invoice.pk}" for verb in ("take_payment", "credit_invoice")]
    records += [f"do/give_discount/{charge.pk}", f"do/refund_payment/{payment.pk}", f"do/close_drawer/{session.pk}"]
    for url in (*(f"/billing/{name}/" for name in (*lists, *records)), f"/party/parties/{shop.party.pk}/"):
        assert client.get(url).status_code == 200, url


def test_the_drawer_is_counted_on_its_form(shop: Shop) -> None:
    """Coins and notes as the page sends them; what is expected is nowhere on it before the count."""
    session = shop.drawer(20_000)
    take_payment(shop.ctx, invoice=shop.invoice(), method="cash", amount=1_234)
    client, url = client_of(shop.ctx), f"/billing/do/close_drawer/{session.pk}/"
    page = client.get(url).content.decode()
    assert 'value="50.00"' in page
    assert "212.34" not in page
    post = {
        "counts-0-value": "500.00",
        "counts-0-count": "",
        "counts-3-value": "50.00",
        "counts-3-count": "4",
        "counts-9-value": "0.50",
        "counts-9-count": "24",
    }
    answer = client.post(url, post | {"_key": "k1", "counted": "", "reason": ""})
    assert answer.status_code == 409
    assert "less than expected" in answer.content.decode()
    assert 'value="24"' in answer.content.decode()
    client.post(url, post | {"_key": "k2", "counted": "", "reason": "Wrong change"})
    found = shop.fresh(session)
    assert (found.state, found.counted_minor, found.difference_minor, found.difference_reason) == ("closed", 21_200, -34, "Wrong change")


def test_a_draft_is_written_with_lines_on_the_page_and_in_json(shop: Shop) -> None:
    """One dataclass, two entrances, the same invoice."""
    client = client_of(shop.ctx)
    post = {
        "party": shop.party.pk,
        "lines-0-item": shop.check.pk,
        "lines-0-quantity": "1",
        "lines-1-item": shop.brush.pk,
        "lines-1-quantity": "2",
    }
    assert client.post("/billing/do/draft_invoice/", post | {"_key": "k1"}).status_code in (204, 302)
    body = {"party": shop.party.pk, "lines": [{"item": shop.check.pk}, {"item": shop.brush.pk, "quantity": "2"}]}
    answer = client.post("/api/v1/do/billing/draft_invoice/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["total"], answer.json()["state"]) == (200, "173.80", "draft")
    with scope(shop.company.pk):
        assert (
            list(Invoice.objects.visible_to(shop.ctx).values_list("net_minor", "tax_minor", "total_minor")) == [(17_000, 380, 17_380)] * 2
        )
    record = client.get(f"/api/v1/billing/invoices/{answer.json()['id']}/").json()
    assert [(line["description"], line["net"], line["tax"]) for line in record["lines"]] == [
        ("Check-up", "150.00", "0.00"),
        ("Toothbrush", "20.00", "3.80"),
    ]


def test_the_flow_goes_from_the_front_to_the_money(shop: Shop) -> None:
    """Charged, issued, posted, paid; each with who and when."""
    shop.charge()
    invoice = invoice_charges(shop.ctx, party=shop.party)

    def steps() -> list[tuple[str, str, str]]:
        with scope(shop.company.pk):
            return [(s.label, s.office, s.state) for s in flow_of(shop.ctx, shop.fresh(invoice))]

    done = [("Charged", "front", "done"), ("Issued", "back", "done"), ("Posted", "back", "done")]
    assert steps() == [*done, ("To be paid", "back", "now")]
    take_payment(shop.ctx, invoice=invoice, method="card", amount=5_000)
    assert steps()[-1] == ("Part paid", "back", "now")
    take_payment(shop.ctx, invoice=invoice, method="card", amount=10_000)
    assert steps() == [*done, ("Paid", "back", "done")]
    with scope(shop.company.pk):
        assert [s.label for s in flow_of(shop.ctx, shop.draft())] == ["Drafted", "Issue", "Post", "Pay"]
        note = credit_invoice(shop.ctx, invoice=shop.invoice(), on=shop.ctx.today, reason="x")
        assert [s.label for s in flow_of(shop.ctx, shop.fresh(note))] == ["Credit asked for", "Issued", "Posted", "Credited"]
        assert flow_of(shop.ctx, shop.fresh(note.cancels))[-1].label == "Credited"


def test_open_items_follow_a_party_that_was_merged(shop: Shop) -> None:
    """Open charges and drafts move; what was issued keeps its name and is shown with the one that stays."""
    other: Any = run_raw(shop.ctx, "party.add_party", {"kind": "person", "name": "A. Lindquist"})
    kept, shop.party = shop.party, other
    charge, draft, issued = shop.charge(), shop.draft(), shop.invoice()
    run_raw(shop.ctx, "party.merge_parties", {"keep": kept.pk, "other": other.pk})
    assert (shop.fresh(charge).party_id, shop.fresh(draft).party_id, shop.fresh(issued).party_id) == (kept.pk, kept.pk, other.pk)
    page = client_of(shop.ctx).get(f"/party/parties/{kept.pk}/").content.decode()
    assert str(issued.number) in page


def test_reports_agree_with_the_books(shop: Shop) -> None:
    """What is open on a day, by age; what was taken; what was given away."""
    first, second = shop.invoice(), shop.invoice()
    take_payment(shop.ctx, invoice=first, method="card", amount=7_380)
    credit_invoice(shop.ctx, invoice=second, on=shop.ctx.today, reason="x")
    give_discount(shop.ctx, charge=shop.charge(), discount=3_000, reason="Waited")
    client, day = client_of(shop.ctx), shop.ctx.today
    owed = client.get(f"/api/v1/reports/billing/receivables/?on={day}").json()
    assert owed["totals"]["open_minor"] == shop.balance("receivable") == 10_000
    assert [(row["party"], row["age_0_minor"], row["open_minor"]) for row in owed["rows"]] == [("Ada Lindqvist", 10_000, 10_000)]
    late = client.get(f"/api/v1/reports/billing/receivables/?on={date(day.year + 1, 12, 31)}").json()
    assert late["rows"][0]["age_4_minor"] == 10_000
    assert client.get("/api/v1/reports/billing/receivables/?on=2001-01-01").json()["rows"] == []
    taken = client.get(f"/api/v1/reports/billing/day_takings/?on={day}").json()
    assert (taken["totals"]["in_minor"], taken["totals"]["kept_minor"]) == (7_380, 7_380)
    given = client.get(f"/api/v1/reports/billing/given_away/?from_on={day}&to_on={day}").json()
    assert [(row["how"], row["percent"], row["given_minor"], row["reason"]) for row in given["rows"]] == [
        ("Discount", "20.00", 3_000, "Waited")
    ]
