"""From a draft, or from open charges, to a numbered and posted invoice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import TypedDict

from django.db import connection

from enfilade.back.billing import rules
from enfilade.back.billing.agreed import dated_parts
from enfilade.back.billing.events import InvoiceIssued
from enfilade.back.billing.models import Charge, Instalment, Invoice
from enfilade.back.ledger.commands import Leg, Posting, post_legs
from enfilade.back.tax.choosing import Chosen, Wish
from enfilade.base.money.rules import RateOn, worth_at
from enfilade.base.party.models import Party
from enfilade.core.command import Ref, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import document_number, draw
from enfilade.core.refs import ref

from .accounts import OUTPUT_TAX, REVENUE
from .common import remember
from .drafts import Priced, write_draft
from .taking_over import take_over_advances
from .taxing import Buyer, buyer_of, chosen_taxes, require_taxable, supply_of
from .valuing import own_worth, rates_for, require_rate, value_documents

_SUMS = """
SELECT invoice_id, tax_class, sum(coalesce(net_worth_minor, net_minor))::bigint, sum(coalesce(tax_worth_minor, tax_minor))::bigint,
       sum(discount_minor)::bigint FROM billing_invoiceline
 WHERE company_id = %s AND invoice_id = ANY(%s) GROUP BY invoice_id, tax_class ORDER BY invoice_id, tax_class
"""
NUMBERED = ("number", "issued_on", "due_on", "state")
VALUED = ("worth_minor", "rate")
SERIES = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CN"}


class IssueFacts(TypedDict):
    """What a door is told about an invoice. total, discount: in major units of our currency; percent: the discount, of the net price."""

    total: Decimal
    discount: Decimal
    percent: Decimal


def _issue_facts(*, ctx: Context, invoice: Invoice, on: date, **_: object) -> IssueFacts:
    own = ctx.company.currency
    return {
        "total": to_major(own_worth(ctx, invoice, invoice.total_minor, on), own),
        "discount": to_major(own_worth(ctx, invoice, invoice.discount_minor, on), own),
        "percent": rules.percent(invoice.discount_minor, invoice.net_minor + invoice.discount_minor),
    }


@command(permission="billing.issue_invoice", door=_issue_facts, label="Issue", tone="primary")
def issue_invoice(ctx: Context, *, invoice: Invoice, on: Today) -> Invoice:
    """Number a draft and post it to the ledger; what was received for advances that it takes over is paid of it from now on.

    on: date of the invoice and of the posting; its month has to be open.
    Refuses: not_draft, date_out_of_range, due_before_issue, no_rate (of one in a foreign currency), own_vat_id, no_vat_id, wrong_vat_id,
    denied_vat_id, home_vat_id, vat_id_changed (where nothing is charged because of a VAT id); invoice_sums_lines, entry_period_open
    (database).
    Source: Directive 2006/112/EC art. 226(2): sequential number.
    Why: the number is drawn last, because everybody else who wants one waits from then on until this transaction ends; the
    posting names the invoice by reference.
    """
    rates = rates_for(ctx, [invoice], on)
    require_issuable(ctx, invoice, on, rates)
    require_taxable(ctx, invoice, on)
    value_documents(ctx, [invoice], rates)
    post_document(ctx, invoice, on)
    divide([invoice], on)
    take_number(ctx, invoice, on)
    publish(ctx, issued(invoice, on))
    take_over_advances(ctx, [invoice], on)
    return invoice


def divide(invoices: Sequence[Invoice], on: date) -> None:
    """Write the instalments of those drafts that have some; one statement, however many, and none where none has."""
    rows = []
    for invoice in invoices:
        dated = dated_parts(invoice, on)
        reached = accumulate(amount for _, amount in dated)
        rows += [
            Instalment(company_id=invoice.company_id, invoice=invoice, number=number, due_on=day, amount_minor=amount, up_to_minor=up_to)
            for number, ((day, amount), up_to) in enumerate(zip(dated, reached, strict=True), 1)
        ]
        if dated:
            invoice.due_on = dated[-1][0]
    if rows:
        Instalment.objects.bulk_create(rows)


def require_issuable(ctx: Context, invoice: Invoice, on: date, rates: dict[str, RateOn]) -> None:
    """Refuse a date on which a draft can't be issued. rates: of the foreign currencies that are known on it."""
    require_date(on)
    require_rate(ctx, invoice, rates, on)
    if invoice.due_on is not None and invoice.due_on < on:
        raise Refusal("due_before_issue", f"This draft is due on {invoice.due_on:%Y-%m-%d}, before it would be issued.", field="on")


def issued(invoice: Invoice, on: date) -> InvoiceIssued:
    """What is told of an invoice that has its number."""
    return InvoiceIssued(
        invoice=invoice.pk,
        number=str(invoice.number),
        party=invoice.party_id,
        total_minor=invoice.total_minor,
        currency=invoice.currency,
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
        wishes = [_charged(row) for row in of_day]
        taxes |= {row.pk: tax for row, tax in zip(of_day, chosen_taxes(ctx, buyer, wishes, day), strict=True)}
    found = []
    for row in rows:
        tax = taxes[row.pk]
        price = rules.Price(row.quantity, row.unit_price_minor, row.discount_minor, tax.rate_bp, tax.category)
        found.append(Priced(price, row.description, tax, row.on, row.item_id, row, row.price_why))
    return found


def _charged(row: Charge) -> Wish:
    """A charge whose tax is wanted; whoever says that it is taxed elsewhere says that its goods are sent."""
    return Wish(supply_of(row.item, row.tax_class, stays=not row.treatment), row.net_minor, row.treatment, row.treatment_reason)


def post_document(ctx: Context, invoice: Invoice, on: date) -> None:
    """Post an invoice, or with opposite signs a credit note."""
    if posting := postings_of(ctx, [invoice])[0]:
        post_legs(ctx, on=on, text=posting.text, origin=posting.origin, legs=posting.legs)


def postings_of(ctx: Context, invoices: Sequence[Invoice]) -> list[Posting | None]:
    """What documents move in the ledger: what the party owes, what was earned and given off, and the tax. None where nothing moves."""
    sums: dict[int, list[tuple[str, int, int, int]]] = {invoice.pk: [] for invoice in invoices}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [ctx.company_id, list(sums)])
        for key, *of_class in cursor.fetchall():
            sums[key].append((of_class[0], of_class[1], of_class[2], of_class[3]))
    return [_posting(invoice, sums[invoice.pk], ctx.company.currency) for invoice in invoices]


def _posting(invoice: Invoice, sums: list[tuple[str, int, int, int]], own: str) -> Posting | None:
    sign = -1 if invoice.kind == Invoice.Kind.CREDIT_NOTE else 1
    # The party is named by key; reading its row again would cost a statement and tell nothing new.
    legs, given = [owed_leg(invoice, sign * invoice.total_minor, sign * worth_of(invoice))], 0
    if invoice.advance:
        legs, sums = [*legs, Leg("advance_asked", -sign * invoice.total_minor)], []
    for tax_class, net, tax, discount in sums:
        off = discount if invoice.rate is None else worth_at(discount, invoice.rate, invoice.currency, own)
        given += off
        legs.append(Leg(REVENUE[tax_class], -sign * (net + off)))
        if tax:
            legs.append(Leg(OUTPUT_TAX[tax_class], -sign * tax))
    legs.append(Leg("discount", sign * given))
    name = invoice.bill_to.partition("\n")[0]
    text = f"Advance asked of {name}" if invoice.advance else f"Invoice to {name}"
    if sign < 0:
        text = f"Credit note for {name}"
    return Posting(text, ref(invoice), legs) if any(leg.amount_minor for leg in legs) else None


def worth_of(invoice: Invoice) -> int:
    """What a document is over in the company's currency."""
    return invoice.total_minor if invoice.worth_minor is None else invoice.worth_minor


def owed_leg(invoice: Invoice, amount_minor: int, worth_minor: int) -> Leg:
    """What a party owes more, or with a minus less, because of a document; in a foreign currency it owes that."""
    if invoice.worth_minor is None:
        return Leg("receivable", amount_minor, Party(pk=invoice.party_id))
    return Leg("receivable", worth_minor, Party(pk=invoice.party_id), unit=invoice.currency, unit_minor=amount_minor)


def take_number(ctx: Context, invoice: Invoice, on: date, **more: int) -> None:
    """Give a draft its number, its dates and the state that follows from its amounts. more: further columns to set with them."""
    for name, value in more.items():
        setattr(invoice, name, value)
    number(invoice, on, draw(ctx, f"billing.{invoice.kind}:{on.year}"))
    valued = VALUED if invoice.worth_minor is not None else ()
    invoice.save(update_fields=[*NUMBERED, *valued, *more])
    invoice.open_minor = invoice.total_minor - invoice.paid_minor - invoice.credited_minor


def number(invoice: Invoice, on: date, drawn: int) -> None:
    """Set what issuing sets: number, dates and the state that follows from its amounts; nothing is saved."""
    invoice.issued_on = on
    invoice.due_on = invoice.due_on or rules.due_on(on, invoice.term_days, invoice.end_of_month)
    invoice.state = rules.state_of(invoice.total_minor, invoice.paid_minor, invoice.credited_minor)
    invoice.number = document_number(SERIES[Invoice.Kind(invoice.kind)], on.year, drawn)
