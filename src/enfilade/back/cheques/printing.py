"""Cheques and deposit slips as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from enfilade.back.banking.models import BankAccount
from enfilade.back.billing.printing import company_part
from enfilade.back.billing.queries import bill_to, letterhead
from enfilade.back.payables.queries import standing_of
from enfilade.base.document.pdf import render_pdf
from enfilade.base.message.queries import as_read_by
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.ui.format import format_amount, format_day

from .models import ReceivedCheque, WrittenCheque
from .words import in_words

_LETTER_PAPER = {"US", "CA", "MX", "PH"}


def cheque_pdf(ctx: Context, cheque: WrittenCheque, payee: Party) -> bytes:
    """A cheque to be printed onto its form, with the stub that lists its bills; one that is void says so."""
    with as_read_by(ctx, payee):
        return render_pdf("cheques/cheque.typ", _cheque(ctx, cheque, payee))


def _cheque(ctx: Context, cheque: WrittenCheque, payee: Party) -> dict[str, object]:
    language, currency, right = (payee.language or ctx.company.language)[:2], cheque.currency, {"align": "right"}
    settled = standing_of(ctx, cheque.payment) if cheque.payment is not None else []
    numbers = ", ".join(part.bill.supplier_number for part in settled)

    def plain(minor: int) -> str:
        return format_amount(minor, currency, symbol=False)

    return {
        "title": f"{say('Cheque')} {cheque.number}",
        "language": language,
        "paper": "us-letter" if ctx.company.country in _LETTER_PAPER else "a4",
        **company_part(ctx, letterhead(ctx, cheque.on)),
        "right_mm": cheque.book.right_mm,
        "down_mm": cheque.book.down_mm,
        "number": str(cheque.number),
        "day": format_day(cheque.on),
        "payee": payee.name,
        "address": bill_to(ctx, payee).splitlines(),
        "amount": f"**{format_amount(cheque.amount_minor, currency)}",
        "words": in_words(cheque.amount_minor, currency, language),
        "memo": numbers[:90],
        "void": say("Void") if cheque.voided_on is not None else "",
        "facts": [[say("Date"), format_day(cheque.on)], [say("To"), payee.name]],
        "columns": [
            {"label": say("Your bill"), "width": "1fr"},
            {"label": say("Date")},
            {"label": say("Total"), **right},
            {"label": say("Discount kept"), **right},
            {"label": say("Paid"), **right},
        ],
        "rows": [
            [
                part.bill.supplier_number,
                format_day(part.bill.billed_on),
                plain(part.bill.total_minor),
                plain(part.discount_minor) if part.discount_minor else "",
                plain(part.amount_minor - part.discount_minor),
            ]
            for part in settled
        ],
        "totals": [[say("Paid"), format_amount(cheque.amount_minor, currency)]],
    }


def slip_pdf(ctx: Context, number: str, bank_account: BankAccount, cheques: Sequence[ReceivedCheque], on: date) -> bytes:
    """The list of cheques for the bank, in the language of the company."""
    right = {"align": "right"}
    rows = [
        [
            str(place),
            cheque.number,
            cheque.bank,
            str(cheque.party),
            format_day(cheque.dated_on),
            format_amount(cheque.amount_minor, cheque.currency, symbol=False),
        ]
        for place, cheque in enumerate(cheques, 1)
    ]
    data = {
        "title": f"{say('Deposit slip')} {number}",
        "language": ctx.company.language[:2],
        **company_part(ctx, letterhead(ctx, on)),
        "facts": [
            [say("Account"), f"{bank_account.name} {bank_account.number}"],
            [say("Date"), format_day(on)],
            [say("Cheques"), str(len(cheques))],
        ],
        "columns": [
            {"label": ""},
            {"label": say("Number")},
            {"label": say("Drawn on")},
            {"label": say("From"), "width": "1fr"},
            {"label": say("Date on the cheque")},
            {"label": say("Amount"), **right},
        ],
        "rows": rows,
        "totals": [[say("Total"), format_amount(sum(c.amount_minor for c in cheques), bank_account.currency)]],
    }
    return render_pdf("cheques/slip.typ", data)
