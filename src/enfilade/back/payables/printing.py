"""The letter that declares a set-off, in the language of the party."""

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
from enfilade.core.ui.format import format_amount, format_day

from .models import Bill


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
