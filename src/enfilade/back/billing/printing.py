"""Invoices and receipts as PDF: what is printed is read here, how it looks is in the layouts, or in the company's own words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from enfilade.back.tax.models import TaxSetting
from enfilade.back.tax.treatment import NEEDS_VAT_ID, Treatment
from enfilade.base.document.models import PaperTemplate
from enfilade.base.document.papers import Paper, Printed, declare_paper, render_paper
from enfilade.base.document.pdf import Attached
from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount, format_day, format_instant, format_number

from .agreed import sentences
from .deducted import NOT_SUPPLIED, deductions, replaced
from .models import Allocation, Invoice, InvoiceLine, Letterhead, Payment, WriteOff
from .queries import OUT, allocations_of, letterhead, taken_advances

INVOICE, ADVANCE, CREDIT_NOTE, RECEIPT = "billing.invoice", "billing.advance", "billing.credit_note", "billing.receipt"
LINE_COLUMNS = [
    {"label": "What", "width": "1fr"},
    {"label": "Quantity", "align": "right"},
    {"label": "Price", "align": "right"},
    {"label": "Discount", "align": "right"},
    {"label": "Tax", "align": "right"},
    {"label": "Net", "align": "right"},
]


def invoice_pdf(ctx: Context, invoice: Invoice, template: PaperTemplate | None = None, attached: Sequence[Attached] = ()) -> bytes:
    """An invoice or credit note; a draft says that it is one.

    template: printed by it; the one that was in force when it was issued, when left out.
    attached: files that go inside.
    Source: Directive 2006/112/EC art. 226: what an invoice has to show.
    """
    lines = list(invoice.lines.visible_to(ctx).order_by("pk"))
    head = letterhead(ctx, invoice.issued_on or ctx.today)
    taken = taken_advances(ctx, invoice)
    data = {
        "title": _title(invoice),
        "language": ctx.company.language[:2],
        **company_part(ctx, head),
        "to": invoice.bill_to.splitlines() or [str(invoice.party)],
        "facts": _facts(ctx, invoice, lines),
        "columns": LINE_COLUMNS,
        "rows": [_row(line, invoice.currency) for line in lines],
        "totals": _totals(invoice, lines, ctx.company.currency, taken),
        "notes": _notes(ctx, invoice, lines, head, taken),
    }
    code = CREDIT_NOTE if invoice.kind == Invoice.Kind.CREDIT_NOTE else ADVANCE if invoice.advance else INVOICE
    language, day = (invoice.party.language or ctx.company.language)[:2], invoice.issued_on or ctx.today
    printed = Printed(code, _invoice_names(ctx, invoice, lines, head), data, language, day, "billing/invoice.typ")
    return render_paper(ctx, printed, at=_issued_at(ctx, invoice), attached=attached, template=template)


def receipt_pdf(ctx: Context, payment: Payment, template: PaperTemplate | None = None) -> bytes:
    """The receipt of a payment, or of a refund. template: printed by it; the one that was in force that day when left out."""
    invoice, currency = payment.invoice, payment.currency
    word = "Refund" if payment.kind in OUT else "Paid"
    held = payment.kind in {Payment.Kind.DEPOSIT, Payment.Kind.DEPOSIT_RETURN}
    what = f"Deposit: {payment.reason}" if held else "Payment on account"
    lines = list(invoice.lines.visible_to(ctx).order_by("pk")) if invoice else []
    rows = [[line.description, format_amount(line.total_minor, currency, symbol=False)] for line in lines]
    facts = [
        ["Date", format_instant(payment.received_at)],
        ["Invoice", str(invoice.number) if invoice else ""],
        ["For", str(payment.party)],
    ]
    of_invoice = [["Invoice total", format_amount(invoice.total_minor, currency)], *_tax_pairs(lines, currency)] if invoice else []
    data = {
        "title": f"{'Refund' if word == 'Refund' else 'Receipt'} {payment.number}",
        "language": ctx.company.language[:2],
        **company_part(ctx, letterhead(ctx, payment.on)),
        "facts": [*[f for f in facts if f[1]], ["By", payment.get_method_display()], ["Taken by", str(payment.received_by)]],
        "columns": [{"label": "What", "width": "1fr"}, {"label": currency, "align": "right"}],
        "rows": rows or [[what, format_amount(payment.amount_minor, currency, symbol=False)]],
        "totals": [*of_invoice, [word, format_amount(payment.amount_minor, currency)]],
    }
    names = {
        "word": "Refund" if word == "Refund" else "Receipt",
        "number": payment.number,
        "date": format_instant(payment.received_at),
        "party": str(payment.party),
        "invoice": str(invoice.number) if invoice else "",
        "amount": format_amount(payment.amount_minor, currency),
        "method": payment.get_method_display(),
        "taken_by": str(payment.received_by),
        "company": ctx.company.name,
    }
    language = (payment.party.language or ctx.company.language)[:2]
    printed = Printed(RECEIPT, names, data, language, payment.on, "billing/receipt.typ", slip=True)
    return render_paper(ctx, printed, at=payment.received_at.replace(microsecond=0), template=template)


def _invoice_names(ctx: Context, invoice: Invoice, lines: list[InvoiceLine], head: Letterhead | None) -> dict[str, str]:
    days = sorted({line.supplied_on for line in lines})
    return {
        "number": invoice.number or "draft, not issued",
        "date": format_day(invoice.issued_on) if invoice.issued_on else "–",
        "due": format_day(invoice.due_on) if invoice.due_on else "–",
        "supplied": " – ".join(format_day(d) for d in dict.fromkeys((days[0], days[-1]))) if days else "–",
        "party": next(iter(invoice.bill_to.splitlines()), str(invoice.party)),
        "customer_number": invoice.party.number,
        "cancels": str(invoice.cancels) if invoice.cancels_id else "",
        "net": format_amount(invoice.net_minor, invoice.currency),
        "total": format_amount(invoice.total_minor, invoice.currency),
        "open": format_amount(invoice.open_minor, invoice.currency),
        "iban": head.iban if head is not None else "",
        "company": head.legal_name if head is not None else ctx.company.name,
    }


def _title(invoice: Invoice) -> str:
    word = "Credit note" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "Advance invoice" if invoice.advance else "Invoice"
    return f"{word} {invoice.number}" if invoice.number else f"{word} – draft, not issued"


def company_part(ctx: Context, head: Letterhead | None) -> dict[str, Any]:
    """Head and foot of a paper of the company."""
    if head is None:
        return {"company": {"name": ctx.company.name, "lines": []}, "footer": []}
    foot = [
        head.legal_name,
        f"Tax number {head.tax_number}" if head.tax_number else "",
        f"VAT id {head.vat_id}" if head.vat_id else "",
        head.registration,
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
        ("Date of supply", "" if invoice.advance else supplied),
        ("Customer number", invoice.party.number),
        ("Your VAT id", _vat_id(invoice, lines)),
        ("For invoice", str(invoice.cancels) if invoice.cancels_id else ""),
        ("Payable until", format_day(invoice.due_on) if invoice.due_on and invoice.kind == Invoice.Kind.INVOICE else ""),
    ]
    return [[label, value] for label, value in pairs if value]


def _vat_id(invoice: Invoice, lines: list[InvoiceLine]) -> str:
    """The customer's VAT id, where the law wants it on the bill (Directive 2006/112/EC art. 226(4))."""
    return (invoice.buyer_vat_id or "") if any(line.treatment in {*NEEDS_VAT_ID, Treatment.REVERSE_HOME} for line in lines) else ""


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
    groups: dict[tuple[Decimal, str], list[int]] = {}
    for line in lines:
        sums = groups.setdefault((line.tax_percent, line.tax_country), [0, 0])
        sums[0] += line.net_minor
        sums[1] += line.tax_minor
    return [
        [_tax_label(format_number(rate), country, format_amount(net, currency, symbol=False)), format_amount(tax, currency)]
        for (rate, country), (net, tax) in sorted(groups.items(), reverse=True)
        if rate
    ]


def _tax_label(rate: str, country: str, base: str) -> str:
    """country: whose tax it is, where it is not that of the company."""
    return f"{rate} % tax ({country}) on {base}" if country else f"{rate} % tax on {base}"


def _totals(invoice: Invoice, lines: list[InvoiceLine], own: str, taken: Sequence[WriteOff]) -> list[list[str]]:
    """The sums of a document, with the advances that it deducts; in a foreign currency also the tax in the company's, as Directive
    2006/112/EC art. 230 wants it.
    """
    currency = invoice.currency
    net, total = format_amount(invoice.net_minor, currency), format_amount(invoice.total_minor, currency)
    pairs = [["Net", net], *_tax_pairs(lines, currency), ["Total", total]]
    if invoice.worth_minor is not None and invoice.rate is not None and invoice.tax_minor:
        said = f"Tax in {own} (1 {own} = {format_number(invoice.rate.normalize())} {currency})"
        pairs.append([said, format_amount(sum(line.tax_worth_minor or 0 for line in lines), own)])
    if less := deductions(taken):
        pairs += [[said, format_amount(-amount, currency)] for said, amount in less]
        pairs.append(["Left to pay", format_amount(invoice.total_minor - sum(amount for _, amount in less), currency)])
    return pairs


def _notes(ctx: Context, invoice: Invoice, lines: list[InvoiceLine], head: Letterhead | None, taken: Sequence[WriteOff]) -> list[str]:
    """Why no tax is charged and what else was written; below it, what has happened since: a copy of the bill stays the same bill."""
    notes = list(dict.fromkeys(line.tax_reason for line in lines if line.tax_reason))
    if invoice.note:
        notes.append(invoice.note)
    if invoice.rounding == TaxSetting.Rounding.LINE and invoice.tax_minor:
        notes.append("Tax is rounded on every line.")
    notes += sentences(invoice, ctx.today)
    if invoice.advance and invoice.kind == Invoice.Kind.INVOICE:
        notes.append(NOT_SUPPLIED)
    notes += replaced(taken)
    if invoice.kind != Invoice.Kind.INVOICE or invoice.number is None:
        return notes
    notes += [
        f"Received on {format_day(part.on)}: {format_amount(part.amount_minor, invoice.currency)} ({part.payment.number})."
        for part in _received(ctx, invoice, taken)
    ]
    if invoice.credited_minor:
        notes.append(f"Credited: {format_amount(invoice.credited_minor, invoice.currency)}.")
    if given_up := invoice.deducted_minor + invoice.written_off_minor:
        notes.append(f"No longer claimed: {format_amount(given_up, invoice.currency)}.")
    if invoice.open_minor and head is not None and head.iban and invoice.due_on:
        owed, day = format_amount(invoice.open_minor, invoice.currency), format_day(invoice.due_on)
        if invoice.parts:
            return [*notes, f"Please transfer each instalment to {head.iban}, with the reference {invoice.number}."]
        notes.append(f"Please transfer {owed} by {day} to {head.iban}, with the reference {invoice.number}.")
    elif not invoice.open_minor:
        notes.append("Nothing is left to pay.")
    return notes


def _received(ctx: Context, invoice: Invoice, taken: Sequence[WriteOff]) -> list[Allocation]:
    """What was paid of it, without what is said already because it came for an advance."""
    found = allocations_of(ctx, invoice)
    if not taken:
        return found
    before = Allocation.objects.visible_to(ctx).filter(invoice__in=[row.invoice_id for row in taken], undone_on=invoice.issued_on)
    moved = set(before.values_list("payment", flat=True))
    return [part for part in found if part.payment_id not in moved or part.on != invoice.issued_on]


def _issued_at(ctx: Context, invoice: Invoice) -> datetime | None:
    return datetime.combine(invoice.issued_on, time(12), ctx.zone) if invoice.issued_on else None


def _newest_invoice(kind: str, advance: bool) -> Any:
    def preview(ctx: Context, template: PaperTemplate, pk: int | None) -> bytes | None:
        wanted = {"kind": kind} if kind == Invoice.Kind.CREDIT_NOTE else {"kind": kind, "advance": advance}
        rows = Invoice.objects.visible_to(ctx).filter(**wanted).select_related("party", "cancels").order_by("-pk")
        invoice = (rows.filter(pk=pk) if pk else rows.exclude(number=None)).first()
        return invoice_pdf(ctx, invoice, template) if invoice is not None else None

    return preview


def _newest_payment(ctx: Context, template: PaperTemplate, pk: int | None) -> bytes | None:
    rows = Payment.objects.visible_to(ctx).select_related("party", "invoice", "received_by").order_by("-pk")
    payment = (rows.filter(pk=pk) if pk else rows).first()
    return receipt_pdf(ctx, payment, template) if payment is not None else None


_NAMES = {
    "number": "INV-2026-00001",
    "date": "2 November 2026",
    "due": "16 November 2026",
    "supplied": "2 November 2026",
    "party": "Ada Lovelace",
    "customer_number": "P-00017",
    "cancels": "INV-2026-00001",
    "net": "€67.23",
    "total": "€80.00",
    "open": "€80.00",
    "iban": "DE02 1203 0000 0000 2020 51",
    "company": "Lindenhof Dental",
}
# What the law wants on an invoice stands in these: lines with tax, totals by rate, and why no tax is charged.
_INVOICE_PARTS = {"facts": 0, "lines": len(LINE_COLUMNS), "totals": 0, "notes": 0}
_INVOICE_TEXT = "{facts}\n\n{lines}\n{totals}\n\n{notes}"

for _code, _word, _kind in (
    (INVOICE, "Invoice", Invoice.Kind.INVOICE),
    (ADVANCE, "Advance invoice", Invoice.Kind.INVOICE),
    (CREDIT_NOTE, "Credit note", Invoice.Kind.CREDIT_NOTE),
):
    declare_paper(
        Paper(
            code=_code,
            label=_word,
            names=_NAMES,
            parts=_INVOICE_PARTS,
            required=tuple(_INVOICE_PARTS),
            title=f"{_word} {{number}}",
            text=_INVOICE_TEXT,
            permission="billing.view_invoice",
            preview=_newest_invoice(_kind, _code == ADVANCE),
        )
    )
declare_paper(
    Paper(
        code=RECEIPT,
        label="Receipt",
        names={
            "word": "Receipt",
            "number": "RC-2026-00001",
            "date": "2 November 2026, 09:30",
            "party": "Ada Lovelace",
            "invoice": "INV-2026-00001",
            "amount": "€80.00",
            "method": "Cash",
            "taken_by": "Grace Hopper",
            "company": "Lindenhof Dental",
        },
        parts={"facts": 0, "lines": 2, "totals": 0},
        required=("facts", "lines", "totals"),
        title="{word} {number}",
        text="{facts}\n\n{lines}\n{totals}",
        permission="billing.view_payment",
        preview=_newest_payment,
    )
)
