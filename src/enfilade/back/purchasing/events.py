"""What happened to orders, receipts and their bills. Amounts in minor units of the order's currency."""

from __future__ import annotations

from enfilade.core.events import event


@event
class RequisitionMade:
    """Somebody asked for something to be bought."""

    requisition: int
    what: str


@event
class OrderApproved:
    """An order has its number and may be sent. total_minor: with tax."""

    order: int
    number: str
    supplier: int
    total_minor: int
    currency: str


@event
class OrderSent:
    """The supplier has this version of an order."""

    order: int
    version: int


@event
class OrderAmended:
    """An approved order holds in a new version."""

    order: int
    version: int
    total_minor: int
    reason: str


@event
class OrderClosed:
    """Nothing more will come of an order. cancelled: nothing came at all."""

    order: int
    cancelled: bool
    reason: str


@event
class GoodsReceived:
    """Something came of an order. complete: whether all of it is there now."""

    receipt: int
    order: int
    complete: bool


@event
class GoodsReturned:
    """Something went back to the supplier."""

    receipt: int
    order: int
    reason: str


@event
class BillMatched:
    """A bill was matched with orders. fits: whether nobody has to look at a difference; alone: whether it may be approved by itself."""

    bill: int
    fits: bool
    alone: bool


@event
class CreditClaimed:
    """A supplier owes a credit note. amount_minor: without tax."""

    decision: int
    bill: int
    amount_minor: int
    currency: str
