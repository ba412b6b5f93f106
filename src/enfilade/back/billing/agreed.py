"""What an invoice says about paying it: discounts with their days, instalments, the last day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from enfilade.core.ui.format import format_amount, format_day, format_number

from . import rules
from .models import Invoice


def dated_parts(invoice: Invoice, on: date) -> list[tuple[date, int]]:
    """When which part of an invoice is due that is issued on a day; nothing where all is due at once."""
    parts = [(Decimal(part["percent"]), int(part["days"])) for part in invoice.parts]
    return rules.instalments(invoice.total_minor, on, parts) if parts and invoice.total_minor else []


def sentences(invoice: Invoice, today: date | None = None) -> list[str]:
    """The terms of an invoice in sentences, of a draft as if it were issued `today`. Empty where there is only a day.

    Days and amounts are in the language of whoever reads; the sentences are in English, and are said in hers where they are shown.
    """
    on, currency = invoice.issued_on or today, invoice.currency
    if on is None or invoice.kind != Invoice.Kind.INVOICE or not (invoice.steps or invoice.parts):
        return []
    found = []
    for days, share in invoice.steps:
        pays = invoice.total_minor - rules.discount_of(invoice.total_minor, share)
        percent, amount, day = format_number(share.normalize()), format_amount(pays, currency), format_day(on + timedelta(days=days))
        found.append(f"With {percent} % discount payable by {day}: {amount}.")
    for number, (due, minor) in enumerate(dated_parts(invoice, on), 1):
        amount, day = format_amount(minor, currency), format_day(due)
        found.append(f"Instalment {number}: {amount} by {day}.")
    if invoice.steps:
        day = format_day(invoice.due_on or rules.due_on(on, invoice.term_days, invoice.end_of_month))
        found.append(f"Without discount payable by {day}.")
    return found
