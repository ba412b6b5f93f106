"""Letters to suppliers as PDF, in their language: that something was set off, and what tax was withheld from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.printing import company_part
from enfilade.back.billing.queries import bill_to, letterhead
from enfilade.base.document.pdf import render_pdf
from enfilade.base.message.queries import as_read_by
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.ui.format import format_amount, format_day, format_number

from .models import Bill
from .withheld import Kept


def set_off_pdf(
    ctx: Context,
    number: str,
    *,
    party: Party,
    on: date,
    currency: str,
    amount_minor: int,
    invoices: Sequence[tuple[Invoice, int]],
    bills: Sequence[tuple[Bill, int]],
) -> bytes:
    """What was set off against what, and what is left; after it was, with the amount of each document.

    Source: § 388 BGB: a set-off is declared to the other side.
    """
    with as_read_by(ctx, party):
        return render_pdf("payables/set_off.typ", _letter(ctx, number, party, on, currency, amount_minor, invoices, bills))


def _letter(
    ctx: Context,
    number: str,
    party: Party,
    on: date,
    currency: str,
    amount_minor: int,
    invoices: Sequence[tuple[Invoice, int]],
    bills: Sequence[tuple[Bill, int]],
) -> dict[str, object]:
    right = {"align": "right"}
    text = say("We set off what we owe you against what you owe us. On {day}, {amount} of each counts as paid; nobody has to transfer it.")

    def row(kind: str, document: Invoice | Bill, name: str, part: int) -> list[str]:
        amounts = (document.total_minor, part, document.open_minor)
        return [kind, name, *(format_amount(minor, currency, symbol=False) for minor in amounts)]

    return {
        "title": f"{say('Set-off')} {number}",
        "language": (party.language or ctx.company.language)[:2],
        **company_part(ctx, letterhead(ctx, on)),
        "to": bill_to(ctx, party).splitlines(),
        "facts": [[say("Date"), format_day(on)], [say("Customer number"), party.number]],
        "texts": [text.format(day=format_day(on), amount=format_amount(amount_minor, currency))],
        "columns": [
            {"label": ""},
            {"label": say("Number"), "width": "1fr"},
            {"label": say("Total"), **right},
            {"label": say("Set off"), **right},
            {"label": say("Still open"), **right},
        ],
        "rows": [
            *(row(say("Our invoice"), invoice, str(invoice.number), part) for invoice, part in invoices),
            *(row(say("Your bill"), bill, bill.supplier_number, part) for bill, part in bills),
        ],
        "totals": [[say("Set off on both sides"), format_amount(amount_minor, currency)]],
        "notes": [say("If you do not agree, please tell us.")],
    }


def certificate_pdf(ctx: Context, supplier: Party, kept: Sequence[Kept]) -> bytes:
    """The certificate about what was withheld from one supplier.

    Source: § 48a (2) EStG: name and address, the bill and its date, the day of the payment, what was withheld, the tax office.
    """
    with as_read_by(ctx, supplier):
        return render_pdf("payables/withheld.typ", _certificate(ctx, supplier, kept))


def _certificate(ctx: Context, supplier: Party, kept: Sequence[Kept]) -> dict[str, object]:
    def money(minor: int) -> str:
        return format_amount(minor, ctx.company.currency)

    right = {"align": "right"}
    offices = dict.fromkeys(str(one.authority or one.kind.authority) for one in kept)
    laws = dict.fromkeys(f"{one.kind.name}: {one.kind.source}" for one in kept)
    return {
        "title": say("Certificate of tax withheld"),
        "language": (supplier.language or ctx.company.language)[:2],
        **company_part(ctx, letterhead(ctx, ctx.today)),
        "to": bill_to(ctx, supplier).splitlines(),
        "facts": [
            [say("Supplier number"), supplier.number],
            *([[say("Tax number"), supplier.tax_number]] if supplier.tax_number else []),
            [say("Date"), format_day(ctx.today)],
            [say("Paid to"), ", ".join(offices)],
        ],
        "columns": [
            {"label": say("Bill"), "width": "1fr"},
            {"label": say("Dated")},
            {"label": say("Total"), **right},
            {"label": say("Paid")},
            {"label": say("Reckoned from"), **right},
            {"label": say("Rate"), **right},
            {"label": say("Withheld"), **right},
        ],
        "rows": [
            [
                one.bill.supplier_number,
                format_day(one.bill.billed_on),
                format_amount(one.bill.total_minor, one.bill.currency),
                format_day(one.on),
                money(one.base_minor),
                f"{format_number(one.rate_percent.normalize())} %",
                money(one.amount_minor),
            ]
            for one in kept
        ],
        "totals": [[say("Withheld"), money(sum(one.amount_minor for one in kept))]],
        "notes": [say("We withheld this from the payments named, and declare and pay it to the office named for your account."), *laws],
    }
