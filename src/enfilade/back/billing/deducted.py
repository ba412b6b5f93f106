"""What a final invoice says of the advances that it takes over, on paper and as data."""

from __future__ import annotations

from collections.abc import Sequence

from enfilade.core.ui.format import format_amount, format_day

from .models import Invoice, WriteOff

NOT_SUPPLIED = "This is asked for in advance. What it is for will be billed as a whole when it is supplied, and what was paid is deducted."


def deductions(taken: Sequence[WriteOff]) -> list[tuple[str, int]]:
    """Each advance that was received, in a sentence with its net and its tax, and what it comes to.

    Source: § 14 (5) sentence 2 UStG: what was received, and the tax on it.
    """
    return [(_deducted(row), row.amount_minor) for row in taken if row.kind == WriteOff.Kind.DEDUCTED]


def replaced(taken: Sequence[WriteOff]) -> list[str]:
    """Each advance of which something was not paid, in a sentence."""
    return [
        f"Of {row.invoice.number}, {format_amount(row.amount_minor, row.invoice.currency)} was not paid; it is claimed here instead."
        for row in taken
        if row.kind == WriteOff.Kind.REPLACED
    ]


def _deducted(row: WriteOff) -> str:
    advance = row.invoice
    net, tax = format_amount(row.net_minor, advance.currency), format_amount(row.tax_minor, advance.currency)
    day = format_day(advance.issued_on) if advance.issued_on else ""
    return f"Less advance {advance.number} of {day}: {net}, and {tax} tax"


def sentences_of(invoice: Invoice, taken: Sequence[WriteOff]) -> list[str]:
    """All that an e-invoice says in words; of an advance, that it is one."""
    if invoice.advance:
        return [NOT_SUPPLIED] if invoice.kind == Invoice.Kind.INVOICE else []
    found = [f"{said}: {format_amount(amount, invoice.currency)}." for said, amount in deductions(taken)]
    return [*found, *replaced(taken)]
