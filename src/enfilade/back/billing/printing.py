"""Invoices and receipts as PDF: what is printed is read here, how it looks is in the templates."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from enfilade.base.document.pdf import render_pdf
from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount, format_day, format_instant, format_number

from .models import Invoice, InvoiceLine, Letterhead, Payment
from .queries import letterhead, payments_of

LINE_COLUMNS = [
    {"label": "What", "width": "1fr"},
    {"label": "Quantity", "align": "right"},
    {"label": "Price", "align": "right"},
    {"label": "Discount", "align": "right"},
    {"label": "Tax", "align": "right"},
    {"label": "Net", "align": "right"},
]


def invoice_pdf(ctx: Context, invoice: Invoice) -> bytes:
    """An invoice or credit note; a draft says that it is one.

    Source: Directive 2006/112/EC art. 226: what an invoice has to show.
    """
    lines = list(invoice.lines.visible_to(ctx).order_by("pk"))
    head = letterhead(ctx, invoice.issued_on or ctx.today)
    data = {
        "title": _title(invoice),
        "language": ctx.company.language[:2],
        **_company(ctx, head),
        "to": invoice.bill_to.splitlines() or [str(invoice.party)],
        "facts": _facts(ctx, invoice, lines),
        "columns": LINE_COLUMNS,
        "rows": [_row(line, invoice.currency) for line in lines],
        "totals": _totals(invoice, lines),
        "notes": _notes(ctx, invoice, lines, head),
    }
    return render_pdf("billing/invoice.typ", data, at=_issued_at(ctx, invoice))


def receipt_pdf(ctx: Context, payment: Payment) -> bytes:
    """The receipt of a payment, or of a refund."""
    invoice, currency = payment.invoice, payment.currency
    word = "Refund" if payment.kind == Payment.Kind.REFUND else "Paid"
    lines = list(invoice.lines.visible_to(ctx).order_by("pk"))
    rows = [[line.description, format_amount(line.total_minor, currency, symbol=False)] for line in lines]
    facts = [["Date", format_instant(payment.received_at)], ["Invoice", str(invoice.number)], ["For", str(payment.party)]]
    data = {
        "title": f"{'Refund' if word == 'Refund' else 'Receipt'} {payment.number}",
        "language": ctx.company.language[:2],
        **_company(ctx, letterhead(ctx, payment.on)),
        "facts": [*facts, ["By", payment.get_method_display()], ["Taken by", str(payment.received_by)]],
        "columns": [{"label": "What", "width": "1fr"}, {"label": currency, "align": "right"}],
        "rows": rows,
        "totals": [
            ["Invoice total", format_amount(invoice.total_minor, currency)],
            *_tax_pairs(lines, currency),
            [word, format_amount(payment.amount_minor, currency)],
        ],
    }
    return render_pdf("billing/receipt.typ", data, at=payment.received_at.replace(microsecond=0))


def _title(invoice: Invoice) -> str:
    word = "Credit note" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "Invoice"
    return f"{word} {invoice.number}" if invoice.number else f"{word} – draft, not issued"


def _company(ctx: Context, head: Letterhead | None) -> dict[str, Any]:
    if head is None:
        return {"company": {"name": ctx.company.name, "lines": []}, "footer": []}
    foot = [
        head.legal_name,
        f"Tax number {head.tax_number}" if head.tax_number else "",
        f"IBAN {head.iban} {head.bank}".strip() if head.iban else "",
    ]
    lines = [*head.address.splitlines(), *head.contact.splitlines()]
    return {"company": {"name": head.legal_name, "lines": [line for line in lines if line.strip()]}, "footer": [f for f in foot if f]}


def _facts(ctx: Context, invoice: Invoice, lines: list[InvoiceLine]) -> list[list[str]]:
    days = sorted({line.supplied_on for line in lines})
    supplied = " – ".join(format_day(d) for d in dict.fromkeys((days[0], days[-1])))
    pairs = [
        ("Number", invoice.number or "–"),
        ("Date", format_day(invoice.issued_on) if invoice.issued_on else "–"),
        ("Date of supply", supplied),
        ("Customer number", invoice.party.number),
        ("For invoice", str(invoice.cancels) if invoice.cancels_id else ""),
        ("Payable until", format_day(invoice.due_on) if invoice.due_on and invoice.kind == Invoice.Kind.INVOICE else ""),
    ]
    return [[label, value] for label, value in pairs if value]


def _row(line: InvoiceLine, currency: str) -> list[str]:
    return [
        line.description,
        format_number(line.quantity.normalize()),
        format_amount(line.unit_price_minor, currency, symbol=False),
        format_amount(line.discount_minor, currency, symbol=False) if line.discount_minor else "",
        f"{format_number(line.tax_percent)} %" if line.tax_rate_bp else line.tax_category,
        format_amount(line.net_minor, currency, symbol=False),
    ]


def _tax_pairs(lines: list[InvoiceLine], currency: str) -> list[list[str]]:
    """Tax per rate, with the amount it is worked out from."""
    groups: dict[Decimal, list[int]] = {}
    for line in lines:
        sums = groups.setdefault(line.tax_percent, [0, 0])
        sums[0] += line.net_minor
        sums[1] += line.tax_minor
    return [
        [f"{format_number(rate)} % tax on {format_amount(net, currency, symbol=False)}", format_amount(tax, currency)]
        for rate, (net, tax) in sorted(groups.items(), reverse=True)
        if rate
    ]


def _totals(invoice: Invoice, lines: list[InvoiceLine]) -> list[list[str]]:
    currency = invoice.currency
    net, total = format_amount(invoice.net_minor, currency), format_amount(invoice.total_minor, currency)
    return [["Net", net], *_tax_pairs(lines, currency), ["Total", total]]


def _notes(ctx: Context, invoice: Invoice, lines: list[InvoiceLine], head: Letterhead | None) -> list[str]:
    """Why no tax is charged and what else was written; below it, what has happened since: a copy of the bill stays the same bill."""
    notes = list(dict.fromkeys(line.tax_reason for line in lines if line.tax_reason))
    if invoice.note:
        notes.append(invoice.note)
    if invoice.kind != Invoice.Kind.INVOICE or invoice.number is None:
        return notes
    for payment in payments_of(ctx, invoice):
        word = "Refunded" if payment.kind == Payment.Kind.REFUND else "Received"
        notes.append(f"{word} on {format_day(payment.on)}: {format_amount(payment.amount_minor, invoice.currency)} ({payment.number}).")
    if invoice.credited_minor:
        notes.append(f"Credited: {format_amount(invoice.credited_minor, invoice.currency)}.")
    if invoice.open_minor and head is not None and head.iban and invoice.due_on:
        owed, day = format_amount(invoice.open_minor, invoice.currency), format_day(invoice.due_on)
        notes.append(f"Please transfer {owed} by {day} to {head.iban}, with the reference {invoice.number}.")
    elif not invoice.open_minor:
        notes.append("Nothing is left to pay.")
    return notes


def _issued_at(ctx: Context, invoice: Invoice) -> datetime | None:
    return datetime.combine(invoice.issued_on, time(12), ctx.zone) if invoice.issued_on else None
