"""Named reads: a bill with everything that an e-invoice says of it, and what was made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from enfilade.back.billing.models import Invoice, InvoiceLine, Letterhead, WriteOff
from enfilade.back.billing.queries import agreed, allocations_of, first_due, letterhead, said_of_advances, taken_advances
from enfilade.back.payables.models import Bill as SupplierBill
from enfilade.back.payables.queries import bills_from, origins_entered
from enfilade.base.message.models import Mail
from enfilade.base.message.queries import as_read_by, files_of
from enfilade.base.money.rules import multiply
from enfilade.base.party.models import Party
from enfilade.base.party.queries import live_parties
from enfilade.base.party.rules import name_key
from enfilade.core.context import Context
from enfilade.core.fields import to_major
from enfilade.core.language.words import say
from enfilade.core.models import StoredFile
from enfilade.core.refs import ref

from . import rules
from .formats.costs import CostLine, cost_lines
from .formats.reading import first
from .models import EInvoice, EInvoiceWish, IncomingInvoice
from .rules import Bill, BillLine, Seat, TaxSum

PIECE = "C62"


def wish_of(ctx: Context, party: Party) -> EInvoiceWish | None:
    """How a customer wants its invoices; None where it said nothing."""
    return EInvoiceWish.objects.visible_to(ctx).filter(party=party).select_related("party").first()


def einvoices_of(ctx: Context, invoice: Invoice) -> list[EInvoice]:
    """What was made of a bill, newest first."""
    return list(EInvoice.objects.visible_to(ctx).filter(invoice=invoice).select_related("file", "made_by").order_by("-pk"))


def entered_as(ctx: Context, incoming: IncomingInvoice) -> list[SupplierBill]:
    """The bills that were made of an e-invoice that came in."""
    return bills_from(ctx, ref(incoming))


def said_of_costs(ctx: Context, bill: SupplierBill) -> tuple[str, list[CostLine]]:
    """The number of our order that an e-invoice names (BT-13), and what it says of each line of the bill that was made of it.

    "" and nothing where the bill was made of none, or says an amount that is no number.
    """
    model, _, key = bill.origin.partition(":")
    if model != IncomingInvoice._meta.label_lower or not key.isdigit():
        return "", []
    incoming = IncomingInvoice.objects.visible_to(ctx).filter(pk=int(key)).first()
    if incoming is None:
        return "", []
    try:
        return first(incoming.content.get("BT-13")).strip(), cost_lines(incoming.content)
    except InvalidOperation:
        return "", []


def incoming_of_mail(ctx: Context, mail: Mail) -> list[tuple[IncomingInvoice, list[SupplierBill]]]:
    """E-invoices that hang on a mail, each with the bills that were made of it."""
    rows = IncomingInvoice.objects.visible_to(ctx).filter(file__in=[file.pk for file in files_of(ctx, mail.pk)]).order_by("pk")
    return [(row, entered_as(ctx, row)) for row in rows]


def not_entered(ctx: Context, until: date) -> list[IncomingInvoice]:
    """E-invoices with a date up to a day of which nobody made a bill; one that repeats another is none of them."""
    rows = {ref(row): row for row in IncomingInvoice.objects.visible_to(ctx).filter(issued_on__lte=until, repeats=None).order_by("pk")}
    entered = origins_entered(ctx, rows)
    return [row for origin, row in rows.items() if origin not in entered]


def sellers_like(ctx: Context, key: str, name: str, limit: int = 8) -> list[Party]:
    """Parties that have this VAT id or tax number; where there is none, those that have this name. Oldest first."""
    rows = live_parties(ctx).order_by("pk")
    return list(rows.filter(tax_number=key)[:limit]) or list(rows.filter(name_key=name_key(name))[:limit])


def may_read_file(ctx: Context, file: StoredFile) -> bool:
    """Whether a file is an e-invoice that the caller may see."""
    made = ctx.may("einvoice.view_einvoice") and EInvoice.objects.visible_to(ctx).filter(file=file).exists()
    return made or (ctx.may("einvoice.view_incominginvoice") and IncomingInvoice.objects.visible_to(ctx).filter(file=file).exists())


def bill_of(ctx: Context, invoice: Invoice, *, reference: str = "", order: str = "") -> Bill:
    """An issued invoice or credit note as an e-invoice says it.

    Paid is what came in until the day of the invoice; what comes later is not part of it.
    """
    if invoice.number is None or invoice.issued_on is None:
        raise ValueError("a draft is no invoice")
    head = letterhead(ctx, invoice.issued_on)
    wish = wish_of(ctx, invoice.party)
    rows = list(invoice.lines.visible_to(ctx).select_related("item").order_by("pk"))
    days = [row.supplied_on for row in rows]
    paid = sum(part.amount_minor for part in allocations_of(ctx, invoice) if part.on <= invoice.issued_on)
    taken = taken_advances(ctx, invoice)
    before = [invoice.cancels] if invoice.cancels else list({row.invoice_id: row.invoice for row in taken}.values())

    def major(minor: int) -> Decimal:
        return to_major(minor, invoice.currency)

    return Bill(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=first_due(invoice, invoice.issued_on),
        credit=invoice.kind == Invoice.Kind.CREDIT_NOTE,
        currency=invoice.currency,
        seller=_seller(ctx, head),
        buyer=_buyer(ctx, invoice, wish),
        lines=tuple(_line(row, invoice.currency) for row in rows),
        taxes=_taxes(rows, invoice.currency),
        supplied=(min(days), max(days)),
        net=major(invoice.net_minor),
        tax=major(invoice.tax_minor),
        total=major(invoice.total_minor),
        paid=major(paid),
        note="\n".join(filter(None, (invoice.note, *_of_advances(ctx, invoice, taken)))),
        reference=reference or (wish.reference if wish else ""),
        order=order,
        precedes=tuple((str(row.number), row.issued_on) for row in before if row.issued_on),
        advance=invoice.advance,
        iban="".join(head.iban.split()) if head else "",
        sent_to=invoice.buyer_country or "",
        terms=_terms(ctx, invoice),
        skonto=invoice.steps if invoice.kind == Invoice.Kind.INVOICE else (),
        **_abroad(ctx, invoice, rows),
    )


def _terms(ctx: Context, invoice: Invoice) -> tuple[str, ...]:
    """What was agreed on paying, as the customer reads it."""
    with as_read_by(ctx, invoice.party):
        return tuple(say(sentence) for sentence in agreed(invoice))


def _of_advances(ctx: Context, invoice: Invoice, taken: list[WriteOff]) -> list[str]:
    """Which advances are deducted with which tax, as the customer reads it.

    Why: EN 16931 has one sum of what was paid before (BT-113), and no place for the tax on it; it is said in words until it has one.
    Source: § 14 (5) sentence 2 UStG; letter of the Federal Ministry of Finance of 15 October 2024, no. 47 and 48.
    """
    with as_read_by(ctx, invoice.party):
        return [say(sentence) for sentence in said_of_advances(invoice, taken)]


def _abroad(ctx: Context, invoice: Invoice, rows: list[InvoiceLine]) -> dict[str, Any]:
    """The tax in the company's currency, where a bill is in another one."""
    if invoice.worth_minor is None:
        return {}
    own = ctx.company.currency
    return {"own_currency": own, "own_tax": to_major(sum(row.tax_worth_minor or 0 for row in rows), own)}


def seller_on(ctx: Context, on: date) -> Seat:
    """The company as its letterhead of that day names it; without one, by its name and country."""
    return _seller(ctx, letterhead(ctx, on))


def _seller(ctx: Context, head: Letterhead | None) -> Seat:
    """The company, by the letterhead that held on the day."""
    if head is None:
        return Seat(ctx.company.name, country=ctx.company.country)
    street, postal_code, city = rules.place(head.address.splitlines())
    vat_id, tax_number = rules.tax_ids(head.vat_id, head.tax_number)
    phone, email = rules.reachable(head.contact.splitlines())
    return Seat(
        name=head.legal_name,
        street=street,
        postal_code=postal_code,
        city=city,
        country=ctx.company.country,
        vat_id=vat_id,
        tax_number=tax_number,
        registration=head.registration,
        endpoint=rules.endpoint(head.endpoint or email),
        phone=phone,
        email=email,
    )


def _buyer(ctx: Context, invoice: Invoice, wish: EInvoiceWish | None) -> Seat:
    """The customer: its name as the bill has it, its address and numbers as they are known now."""
    party = invoice.party
    address = party.addresses.visible_to(ctx).order_by("-preferred", "pk").first()
    email = party.contact_points.visible_to(ctx).filter(kind="email").order_by("-preferred", "pk").first()
    vat_id, tax_number = rules.tax_ids(invoice.buyer_vat_id or party.tax_number)
    seat = Seat(
        name=next(iter(invoice.bill_to.splitlines()), party.name),
        vat_id=vat_id,
        tax_number=tax_number,
        endpoint=rules.endpoint((wish.endpoint if wish else "") or (email.value if email else "")),
    )
    if address is None:
        return seat
    lines = [*address.street.splitlines(), *address.extra.splitlines()]
    return replace(
        seat,
        street=tuple(line for line in lines if line.strip()),
        postal_code=address.postal_code,
        city=address.city,
        country=address.country or ctx.company.country,
    )


def _line(row: InvoiceLine, currency: str) -> BillLine:
    name, _, more = row.description.strip().partition("\n")
    return BillLine(
        name=name,
        description=more,
        code=row.item.code if row.item else "",
        quantity=row.quantity,
        unit=row.item.unit if row.item else PIECE,
        price=to_major(row.unit_price_minor, currency),
        net=to_major(row.net_minor, currency),
        category=row.tax_category,
        rate=row.tax_percent,
        discount=to_major(row.discount_minor, currency),
        gross=to_major(multiply(row.unit_price_minor, row.quantity), currency),
    )


def _taxes(rows: list[InvoiceLine], currency: str) -> tuple[TaxSum, ...]:
    """Net and tax per category and rate, highest rate first; with the reasons of their lines."""
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    reasons: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    codes: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    for row in rows:
        key = (row.tax_category, row.tax_rate_bp)
        sums[key][0] += row.net_minor
        sums[key][1] += row.tax_minor
        if row.tax_reason:
            reasons[key][row.tax_reason] = None
        codes[key][row.tax_code] = None
    found = []
    for (category, rate), (net, tax) in sorted(sums.items(), key=lambda pair: (-pair[0][1], pair[0][0])):
        said = codes[category, rate]
        # One code can be said of a category; where its lines have several, the words say them all.
        code = next(iter(said)) if len(said) == 1 else ""
        reason = "; ".join(reasons[category, rate])
        found.append(TaxSum(category, Decimal(rate) / 100, to_major(net, currency), to_major(tax, currency), reason, code))
    return tuple(found)


def places_of(ctx: Context, invoice: Invoice, places: set[str]) -> list[dict[str, str]]:
    """Links to where an e-invoice is mended, for the places that findings name."""
    head = letterhead(ctx, invoice.issued_on or ctx.today)
    urls = {
        "letterhead": ("Open the letterhead", f"/billing/letterheads/{head.pk}/" if head else "/billing/letterheads/new/"),
        "customer": ("Open the customer", f"/party/parties/{invoice.party_id}/"),
        "wish": ("Say how the customer wants its invoices", f"/einvoice/do/set_einvoice_wish/{invoice.party_id}/"),
        "tax": ("Open the tax codes", "/tax/tax-codes/"),
    }
    return [{"label": label, "url": url} for place, (label, url) in urls.items() if place in places]
