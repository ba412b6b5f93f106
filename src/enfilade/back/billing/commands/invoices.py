"""From a draft, or from open charges, to a numbered and posted invoice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict

from django.db import connection

from enfilade.back.billing import rules
from enfilade.back.billing.events import InvoiceIssued
from enfilade.back.billing.models import Charge, Invoice
from enfilade.back.ledger.commands import Leg, Posting, post_legs
from enfilade.back.tax.choosing import Chosen, Wish
from enfilade.base.party.models import Party
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw
from enfilade.core.refs import ref

from .common import Today, remember, require_date
from .drafts import Priced, write_draft
from .taxing import Buyer, buyer_of, chosen_taxes, require_taxable, supply_of

REVENUE = {
    "standard": "revenue", "reduced": "revenue_reduced", "exempt": "revenue_exempt", "zero": "revenue_zero", "intra": "revenue_eu_goods",
    "export": "revenue_export", "reverse_eu": "revenue_eu_services", "reverse_home": "revenue_reverse", "outside": "revenue_outside",
    "oss": "revenue_oss", "oss_services": "revenue_oss",
}  # fmt: skip
OUTPUT_TAX = {"standard": "tax_output", "reduced": "tax_output_reduced", "oss": "tax_output_oss", "oss_services": "tax_output_oss"}
_SUMS = """
SELECT invoice_id, tax_class, sum(net_minor + discount_minor)::bigint, sum(tax_minor)::bigint FROM billing_invoiceline
 WHERE company_id = %s AND invoice_id = ANY(%s) GROUP BY invoice_id, tax_class ORDER BY invoice_id, tax_class
"""
NUMBERED = ("number", "issued_on", "due_on", "state")
SERIES = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CN"}


class IssueFacts(TypedDict):
    """What a door is told about an invoice. total, discount: in major units; percent: the discount, of the price without tax."""

    total: Decimal
    discount: Decimal
    percent: Decimal


def _issue_facts(*, invoice: Invoice, **_: object) -> IssueFacts:
    return {
        "total": to_major(invoice.total_minor, invoice.currency),
        "discount": to_major(invoice.discount_minor, invoice.currency),
        "percent": rules.percent(invoice.discount_minor, invoice.net_minor + invoice.discount_minor),
    }


@command(permission="billing.issue_invoice", door=_issue_facts, label="Issue", tone="primary")
def issue_invoice(ctx: Context, *, invoice: Invoice, on: Today) -> Invoice:
    """Number a draft and post it to the ledger.

    on: date of the invoice and of the posting; its month has to be open.
    Refuses: not_draft, date_out_of_range, due_before_issue, own_vat_id, no_vat_id, wrong_vat_id, denied_vat_id, home_vat_id, vat_id_changed
    (where nothing is charged because of a VAT id); invoice_sums_lines, entry_period_open (database).
    Source: Directive 2006/112/EC art. 226(2): sequential number.
    Why: the number is drawn last, because everybody else who wants one waits from then on until this transaction ends; the
    posting names the invoice by reference.
    """
    require_issuable(invoice, on)
    require_taxable(ctx, invoice, on)
    post_document(ctx, invoice, on)
    take_number(ctx, invoice, on)
    publish(ctx, issued(invoice, on))
    return invoice


def require_issuable(invoice: Invoice, on: date) -> None:
    """Refuse a date on which a draft can't be issued."""
    require_date(on)
    if invoice.due_on is not None and invoice.due_on < on:
        raise Refusal("due_before_issue", f"This draft is due on {invoice.due_on:%Y-%m-%d}, before it would be issued.", field="on")


def issued(invoice: Invoice, on: date) -> InvoiceIssued:
    """What is told of an invoice that has its number."""
    return InvoiceIssued(
        invoice=invoice.pk,
        number=str(invoice.number),
        party=invoice.party_id,
        total_minor=invoice.total_minor,
        on=on.isoformat(),
        origin=invoice.origin,
    )


@command(permission="billing.invoice_charges", label="Invoice the open charges", target="party")
def invoice_charges(ctx: Context, *, party: Ref[Party], on: Today | None = None, origin: str = "", note: str = "") -> Invoice:
    """Put the open charges of a party on one invoice and issue it.

    on: date of the invoice; today when left out.
    origin: only charges of this origin, for example appointments.visit:5; all of them when left out.
    Refuses: no_open_charges; what issue_invoice refuses or what holds it.
    """
    charges = Charge.objects.visible_to(ctx).filter(party=party, state=Charge.State.OPEN)
    if origin:
        charges = charges.filter(origin=origin)
    rows = list(charges.select_related("item").select_for_update(no_key=True, of=("self",)).order_by("pk"))
    if not rows:
        raise Refusal("no_open_charges", f"There are no open charges for {party}.", field="party")
    buyer = buyer_of(ctx, party)
    invoice = write_draft(ctx, party, _from_charges(ctx, buyer, rows), note=note, origin=origin, buyer=buyer)
    Charge.objects.visible_to(ctx).filter(pk__in=[c.pk for c in rows]).update(state=Charge.State.INVOICED, invoice=invoice)
    remember(ctx, invoice)
    return issue_invoice(ctx, invoice=invoice, on=on or ctx.today)


def _from_charges(ctx: Context, buyer: Buyer, rows: list[Charge]) -> list[Priced]:
    """Lines of charges, each with the tax of its own day of supply; what is charged is done, and goods are handed over, here."""
    taxes: dict[int, Chosen] = {}
    for day in sorted({row.on for row in rows}):
        of_day = [row for row in rows if row.on == day]
        wishes = [Wish(supply_of(row.item, row.tax_class, stays=True), row.net_minor) for row in of_day]
        taxes |= {row.pk: tax for row, tax in zip(of_day, chosen_taxes(ctx, buyer, wishes, day), strict=True)}
    found = []
    for row in rows:
        tax = taxes[row.pk]
        price = rules.Price(row.quantity, row.unit_price_minor, row.discount_minor, tax.rate_bp, tax.category)
        found.append(Priced(price, row.description, tax, row.on, row.item_id, row))
    return found


def post_document(ctx: Context, invoice: Invoice, on: date) -> None:
    """Post an invoice, or with opposite signs a credit note."""
    if posting := postings_of(ctx, [invoice])[0]:
        post_legs(ctx, on=on, text=posting.text, origin=posting.origin, legs=posting.legs)


def postings_of(ctx: Context, invoices: Sequence[Invoice]) -> list[Posting | None]:
    """What documents move in the ledger: what the party owes, what was earned and given off, and the tax. None where nothing moves."""
    sums: dict[int, list[tuple[str, int, int]]] = {invoice.pk: [] for invoice in invoices}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [ctx.company_id, list(sums)])
        for key, *of_class in cursor.fetchall():
            sums[key].append((of_class[0], of_class[1], of_class[2]))
    return [_posting(invoice, sums[invoice.pk]) for invoice in invoices]


def _posting(invoice: Invoice, sums: list[tuple[str, int, int]]) -> Posting | None:
    sign = -1 if invoice.kind == Invoice.Kind.CREDIT_NOTE else 1
    # The party is named by key; reading its row again would cost a statement and tell nothing new.
    legs = [Leg("receivable", sign * invoice.total_minor, Party(pk=invoice.party_id))]
    for tax_class, earned, tax in sums:
        legs.append(Leg(REVENUE[tax_class], -sign * earned))
        if tax:
            legs.append(Leg(OUTPUT_TAX[tax_class], -sign * tax))
    legs.append(Leg("discount", sign * invoice.discount_minor))
    name = invoice.bill_to.partition("\n")[0]
    text = f"Credit note for {name}" if sign < 0 else f"Invoice to {name}"
    return Posting(text, ref(invoice), legs) if any(leg.amount_minor for leg in legs) else None


def take_number(ctx: Context, invoice: Invoice, on: date, **more: int) -> None:
    """Give a draft its number, its dates and the state that follows from its amounts. more: further columns to set with them."""
    for name, value in more.items():
        setattr(invoice, name, value)
    number(invoice, on, draw(ctx, f"billing.{invoice.kind}:{on.year}"))
    invoice.save(update_fields=[*NUMBERED, *more])
    invoice.open_minor = invoice.total_minor - invoice.paid_minor - invoice.credited_minor


def number(invoice: Invoice, on: date, drawn: int) -> None:
    """Set what issuing sets: number, dates and the state that follows from its amounts; nothing is saved."""
    invoice.issued_on = on
    invoice.due_on = invoice.due_on or rules.due_on(on, invoice.term_days)
    invoice.state = rules.state_of(invoice.total_minor, invoice.paid_minor, invoice.credited_minor)
    invoice.number = rules.document_number(SERIES[Invoice.Kind(invoice.kind)], on.year, drawn)
