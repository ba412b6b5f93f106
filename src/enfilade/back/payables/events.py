"""What happened to bills, payments and runs. Amounts in minor units of `currency`, of runs in euro cents."""

from __future__ import annotations

from enfilade.core.events import event


@event
class BillEntered:
    """A bill or a credit note of a supplier came in and waits for approval."""

    bill: int
    kind: str
    supplier: int
    total_minor: int
    origin: str
    currency: str


@event
class BillApproved:
    """A bill is in the ledger and waits for its payment. due_on: ISO date."""

    bill: int
    kind: str
    supplier: int
    total_minor: int
    due_on: str
    origin: str
    currency: str


@event
class BillVoided:
    """A bill is not owed; what was posted is reversed."""

    bill: int
    supplier: int
    total_minor: int
    reason: str
    currency: str


@event
class SupplierPaid:
    """Money went out to a supplier. order: of a payment run; 0 where there is none."""

    payment: int
    supplier: int
    method: str
    amount_minor: int
    order: int
    currency: str


@event
class SupplierPaymentReversed:
    """A payment to a supplier was taken back; what it settled is open again."""

    payment: int
    supplier: int
    amount_minor: int
    reason: str
    currency: str


@event
class ClaimsSetOff:
    """Invoices of ours and bills of a party were set off against each other."""

    set_off: int
    party: int
    amount_minor: int
    currency: str


@event
class SetOffUndone:
    """A set-off does not hold: its invoices and its bills are open again."""

    set_off: int
    party: int
    amount_minor: int
    currency: str
    reason: str


@event
class RunReleased:
    """A second person released a payment run; its file can go to the bank."""

    run: int
    total_minor: int
    order_count: int


@event
class RunCancelled:
    """A payment run is not executed; its bills can be paid by another one."""

    run: int
    reason: str
