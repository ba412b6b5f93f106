"""What a final invoice says of the advances that it takes over, on paper and as data."""

from __future__ import annotations

from collections.abc import Sequence

from enfilade.core.ui.format import format_amount, format_day

from .models import Invoice, WriteOff

NOT_SUPPLIED = "This is asked for in advance. What it is for will be billed as a whole when it is supplied, and what was paid is deducted."


def deductions(taken: Sequence[WriteOff]) -> list[tuple[str, int]]:
    """Each advance that was received, with its net and its tax, and what it comes to.

    Source: § 14 (5) sentence 2 UStG: what was received, and the tax on it.
    """
    found = []
    for row in _received(taken):
        number, day, net, tax, _ = _said(row)
        found.append((f"Less advance {number} of {day}: {net}, and {tax} tax", row.amount_minor))
    return found


def replaced(taken: Sequence[WriteOff]) -> list[str]:
    """Each advance of which something was not paid, in a sentence."""
    found = []
    for row in taken:
        if row.kind == WriteOff.Kind.REPLACED:
            number, _, _, _, amount = _said(row)
            found.append(f"Of {number}, {amount} was not paid; it is claimed here instead.")
    return found


def sentences_of(invoice: Invoice, taken: Sequence[WriteOff]) -> list[str]:
    """All that an e-invoice says in words; of an advance, that it is one."""
    if invoice.advance:
        return [NOT_SUPPLIED] if invoice.kind == Invoice.Kind.INVOICE else []
    found = []
    for row in _received(taken):
        number, day, net, tax, amount = _said(row)
        found.append(f"Less advance {number} of {day}: {net}, and {tax} tax, together {amount}.")
    return [*found, *replaced(taken)]


def _received(taken: Sequence[WriteOff]) -> list[WriteOff]:
    return [row for row in taken if row.kind == WriteOff.Kind.DEDUCTED]


def _said(row: WriteOff) -> tuple[str, str, str, str, str]:
    """Number, day, net, tax and amount of what is deducted."""
    advance = row.invoice
    net, tax, amount = (format_amount(minor, advance.currency) for minor in (row.net_minor, row.tax_minor, row.amount_minor))
    return str(advance.number), format_day(advance.issued_on) if advance.issued_on else "", net, tax, amount
