"""What happened to e-invoices."""

from __future__ import annotations

from enfilade.core.events import event


@event
class EInvoiceMade:
    """An e-invoice of one of our bills kept every rule and is there to be sent."""

    einvoice: int
    invoice: int
    form: str


@event
class EInvoiceTaken:
    """An e-invoice came in. valid: whether it keeps the official rules."""

    incoming: int
    seller: str
    number: str
    valid: bool
