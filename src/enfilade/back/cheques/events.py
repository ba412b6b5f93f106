"""What happened to cheques. Amounts in minor units of `currency`."""

from __future__ import annotations

from enfilade.core.events import event


@event
class ChequeWritten:
    """A cheque was written to a supplier; its bills are paid."""

    cheque: int
    number: int
    payee: int
    amount_minor: int
    currency: str


@event
class ChequeVoided:
    """A cheque that was written is not to be paid; its bills are open again. why: void, stopped, lost or stale."""

    cheque: int
    number: int
    amount_minor: int
    currency: str
    why: str
    reason: str


@event
class ChequePresented:
    """The bank has paid a cheque. on: ISO date."""

    cheque: int
    number: int
    amount_minor: int
    currency: str
    on: str


@event
class ChequeReceived:
    """Somebody gave us a cheque. dated_on: ISO date that stands on it."""

    cheque: int
    party: int
    amount_minor: int
    currency: str
    dated_on: str


@event
class ChequesDeposited:
    """Cheques went to a bank with one slip."""

    slip: int
    total_minor: int
    cheque_count: int
    currency: str


@event
class ChequeBounced:
    """A cheque that we had deposited was not paid; what it settled is open again."""

    cheque: int
    party: int
    amount_minor: int
    currency: str
    reason: str
