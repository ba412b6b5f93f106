"""What happened to charges, invoices, payments and drawers. Amounts in minor units, of `currency` where there is one, else of the
company's own.
"""

from __future__ import annotations

from enfilade.core.events import event


@event
class ChargeAdded:
    """Something done is to be paid. origin: reference of what it came from."""

    charge: int
    party: int
    net_minor: int
    origin: str


@event
class DiscountGiven:
    """A charge became cheaper. percent: of its price, decimal text."""

    charge: int
    party: int
    discount_minor: int
    percent: str
    reason: str


@event
class InvoiceIssued:
    """An invoice has its number and is posted. on: ISO date."""

    invoice: int
    number: str
    party: int
    total_minor: int
    on: str
    origin: str
    currency: str


@event
class AdvanceAsked:
    """Money is asked for before anything is supplied. invoice: the draft that will take it over."""

    advance: int
    invoice: int
    party: int
    total_minor: int
    currency: str


@event
class AdvanceTakenOver:
    """A final invoice took an advance over.

    deducted_minor: what was received for it, with tax_minor in it; replaced_minor: what was not.
    """

    advance: int
    invoice: int
    party: int
    deducted_minor: int
    tax_minor: int
    replaced_minor: int
    currency: str


@event
class DepositTaken:
    """Money came as security, and is held. reason: what it secures."""

    deposit: int
    number: str
    party: int
    amount_minor: int
    reason: str


@event
class DepositReturned:
    """A deposit was given back. held_minor: what is still held."""

    deposit: int
    party: int
    amount_minor: int
    held_minor: int
    reason: str


@event
class DepositKept:
    """A deposit was kept. invoice: the one that it pays, None where it makes up for damage. held_minor: what is still held."""

    deposit: int
    party: int
    amount_minor: int
    held_minor: int
    invoice: int | None
    reason: str


@event
class DepositUseUndone:
    """What was given back or kept of a deposit is held again. use: what was taken back; payment: the one that went with it, None for
    damage. held_minor: what is held now.
    """

    deposit: int
    use: int
    payment: int | None
    party: int
    amount_minor: int
    held_minor: int
    reason: str


@event
class DepositVoided:
    """A deposit never came: a transfer was none of this party, or no deposit."""

    deposit: int
    party: int
    amount_minor: int
    reason: str


@event
class InvoiceCredited:
    """A credit note was issued for an invoice."""

    credit_note: int
    invoice: int
    party: int
    total_minor: int
    currency: str


@event
class PaymentTaken:
    """Money came in. invoice: None on account. open_minor: what the invoice still owes. origin: of the invoice."""

    payment: int
    invoice: int | None
    party: int
    method: str
    amount_minor: int
    open_minor: int
    origin: str
    currency: str


@event
class PaymentRefunded:
    """Money was given back. invoice: what the payment was taken for."""

    refund: int
    payment: int
    invoice: int | None
    party: int
    amount_minor: int
    currency: str


@event
class PaymentVoided:
    """A transfer was none of this party; no money moved."""

    payment: int
    party: int
    amount_minor: int
    currency: str


@event
class PaymentAllocated:
    """What was on account settles an invoice. open_minor: what the invoice still owes."""

    payment: int
    invoice: int
    party: int
    amount_minor: int
    open_minor: int
    currency: str


@event
class WrittenOff:
    """A part of an invoice is given up. kind: small, bad_debt or discount."""

    write_off: int
    invoice: int
    party: int
    kind: str
    amount_minor: int
    currency: str


@event
class DrawerClosed:
    """A drawer was counted. difference_minor: counted less expected."""

    session: int
    drawer: str
    counted_minor: int
    difference_minor: int
