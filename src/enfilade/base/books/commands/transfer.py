"""Transfers in two phases: reserve, then post or void; what nobody settles expires."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from enfilade.base.books.models import Account, Book, Entry, PendingTransfer
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref

from .post import LineIn, write_entry

Quantity = Annotated[int, Input(label="Quantity", min_value=1)]


@command(permission="books.reserve_transfer", door=True)
def reserve_transfer(
    ctx: Context,
    *,
    book: Ref[Book],
    debit: Ref[Account],
    credit: Ref[Account],
    unit: Annotated[str, Input(max_length=20)],
    quantity_minor: Quantity,
    text: Annotated[str, Input(label="What for")],
    expires_at: datetime | None = None,
    origin: str = "",
) -> PendingTransfer:
    """Reserve a quantity that will move from one account to another; what is posted stays as it is.

    debit: the account that will be debited.
    credit: the account that will be credited.
    unit: what is counted, for money the currency.
    quantity_minor: in the smallest part of the unit.
    expires_at: from when on it counts no more; left out, it stays until it is posted or voided.
    origin: reference of what caused it, for example banking.payment:42.
    Refuses: transfer_two_accounts, transfer_accounts_open, transfer_expires_later, account_limit_kept (database).
    """
    return PendingTransfer.objects.create(
        company=ctx.company,
        book=book,
        debit=debit,
        credit=credit,
        unit=unit,
        quantity_minor=quantity_minor,
        text=text,
        origin=origin,
        recorded_at=ctx.now,
        expires_at=expires_at,
        user=ctx.user,
    )


@command(permission="books.post_transfer", door=True, tone="primary")
def post_transfer(
    ctx: Context,
    *,
    transfer: PendingTransfer,
    on: Annotated[date, Input(prefill="ctx.today")],
    quantity_minor: Annotated[int | None, Input(label="Quantity", min_value=1)] = None,
) -> Entry:
    """Enter what was reserved, the whole or less; the rest is free again.

    on: the day it counts for; its period has to be open.
    quantity_minor: in the smallest part of the unit; left out, the whole.
    Refuses: not_pending, more_than_reserved; transfer_in_time, entry_period_open, account_limit_kept (database).
    """
    quantity = transfer.quantity_minor if quantity_minor is None else quantity_minor
    if quantity > transfer.quantity_minor:
        raise Refusal("more_than_reserved", f"At most {transfer.quantity_minor} can be posted: that was reserved.", field="quantity_minor")
    # What is reserved is given free first: both together would count twice against a limit.
    _settle(transfer, PendingTransfer.State.POSTED)
    lines = [LineIn(transfer.debit_id, transfer.unit, quantity), LineIn(transfer.credit_id, transfer.unit, -quantity)]
    origin = transfer.origin or ref(transfer)
    transfer.entry = write_entry(ctx, book=transfer.book_id, on=on, text=transfer.text, origin=origin, lines=lines)
    transfer.save(update_fields=["entry"])
    return transfer.entry


@command(permission="books.void_transfer", door=True, tone="danger")
def void_transfer(ctx: Context, *, transfer: PendingTransfer, reason: LongText) -> PendingTransfer:
    """Give free what was reserved; nothing is entered.

    reason: kept in the audit.
    Refuses: not_pending; transfer_in_time (database).
    """
    return _settle(transfer, PendingTransfer.State.VOIDED)


@command(permission="books.expire_transfer", hidden=True)
def expire_transfer(ctx: Context, *, transfer: PendingTransfer) -> PendingTransfer:
    """Mark a transfer whose time is over. It counted no more since then.

    Refuses: not_pending; transfer_over (database) before its time.
    """
    return _settle(transfer, PendingTransfer.State.EXPIRED)


def _settle(transfer: PendingTransfer, state: PendingTransfer.State) -> PendingTransfer:
    transfer.state = state
    transfer.save(update_fields=["state"])
    return transfer
