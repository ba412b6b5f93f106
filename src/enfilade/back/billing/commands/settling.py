"""What several commands know of settling: allocate a payment, take allocations back, keep what an invoice has open in step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date

from enfilade.back.billing.models import Allocation, Invoice, Payment, WriteOff
from enfilade.back.billing.queries import left_by_rate
from enfilade.back.ledger.commands import Leg, difference_leg, post_legs, reverse_journal
from enfilade.base.books.queries import entries_of
from enfilade.base.money.rules import worth_of_part
from enfilade.base.party.models import Party
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.refs import ref

from .shares import divide, tax_legs

_SETTLED = ["paid_minor", "credited_minor", "deducted_minor", "written_off_minor", "open_minor", "gone_worth_minor", "state"]


def hold_invoices(ctx: Context, keys: Collection[int], field: str = "invoices") -> dict[int, Invoice]:
    """Invoices, fresh, held in the order of their keys, with their parties.

    Refuses: not_found.
    """
    rows = Invoice.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk").select_related("party")
    found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    if missing := set(keys) - found.keys():
        raise NotFound("invoice", min(missing), field=field)
    return found


def refresh(invoice: Invoice) -> None:
    """Read what the database has summed up of an invoice."""
    invoice.refresh_from_db(fields=_SETTLED)


def allocate(ctx: Context, payment: Payment, invoice: Invoice, amount_minor: int, on: date) -> Allocation:
    """Let a part of a payment settle an invoice; both are held already.

    Money of another party moves from its account of the ledger to that of the invoice's party; of the same one nothing is posted,
    because what is owed and what was paid stand on one account of the ledger. In a foreign currency what the invoice and the payment count
    differs, and that is an exchange gain or loss. Money for an advance makes its tax owed, and what is left of it is owed to the customer
    until the final invoice.
    Source: Directive 2006/112/EC art. 65; § 13 (1) no. 1 a sentence 4 UStG.
    """
    if payment.currency != invoice.currency:
        said = f"This payment is in {payment.currency}, the invoice in {invoice.currency}: a payment settles invoices in its own currency."
        raise Refusal("other_currency", said, field="invoices")
    if invoice.worth_minor is not None:
        return _allocate_abroad(ctx, payment, invoice, amount_minor, on)
    shares = divide(amount_minor, left_by_rate(ctx, invoice)) if invoice.advance else []
    made = Allocation.objects.create(
        company=ctx.company,
        payment=payment,
        invoice=invoice,
        amount_minor=amount_minor,
        shares=[asdict(share) for share in shares],
        on=on,
        made_at=ctx.now,
        made_by=ctx.user,
    )
    legs = [Leg("advance_asked", amount_minor), Leg("prepayment", -sum(share.net_minor for share in shares))] if shares else []
    legs += tax_legs(shares, -1)
    if payment.party_id != invoice.party_id:
        legs += [
            Leg("receivable", amount_minor, Party(pk=payment.party_id)),
            Leg("receivable", -amount_minor, Party(pk=invoice.party_id)),
        ]
    if legs:
        post_legs(ctx, on=on, text=f"{payment} pays {invoice}", origin=ref(made), legs=legs)
    return made


def _allocate_abroad(ctx: Context, payment: Payment, invoice: Invoice, amount_minor: int, on: date) -> Allocation:
    refresh(invoice)
    payment.refresh_from_db(fields=["rest_minor", "gone_worth_minor"])
    worth = worth_of_part(amount_minor, invoice.open_minor, invoice.open_worth_minor)
    paid = worth_of_part(amount_minor, payment.rest_minor, payment.rest_worth_minor)
    made = Allocation.objects.create(
        company=ctx.company,
        payment=payment,
        invoice=invoice,
        currency=invoice.currency,
        amount_minor=amount_minor,
        worth_minor=worth,
        paid_worth_minor=paid,
        on=on,
        made_at=ctx.now,
        made_by=ctx.user,
    )
    legs = [
        Leg("receivable", paid, Party(pk=payment.party_id), unit=payment.currency, unit_minor=amount_minor),
        Leg("receivable", -worth, Party(pk=invoice.party_id), unit=invoice.currency, unit_minor=-amount_minor),
    ]
    if payment.party_id == invoice.party_id:
        legs = [Leg("receivable", paid - worth, Party(pk=invoice.party_id), unit=invoice.currency)]
    if paid != worth:
        legs.append(difference_leg(paid - worth))
    if any(leg.amount_minor for leg in legs):
        post_legs(ctx, on=on, text=f"{payment} pays {invoice}", origin=ref(made), legs=legs)
    return made


def take_back(ctx: Context, allocation: Allocation, on: date, reason: str) -> None:
    """Undo an allocation; its payment is held already. Not before the day on which it was made."""
    day = max(on, allocation.on)
    allocation.state, allocation.undone_on, allocation.undone_by = Allocation.State.UNDONE, day, ctx.user
    allocation.reason = reason
    allocation.save(update_fields=["state", "undone_on", "undone_by", "reason"])
    for entry in entries_of(ctx, ref(allocation)):
        reverse_journal(ctx, entry=entry, on=day, reason=reason)


def undo_write_off(ctx: Context, write_off: WriteOff, on: date, reason: str) -> None:
    """Claim again what was written off, not before the day on which it was."""
    day = max(on, write_off.on)
    write_off.state, write_off.undone_on, write_off.undone_by = WriteOff.State.UNDONE, day, ctx.user
    write_off.save(update_fields=["state", "undone_on", "undone_by"])
    for entry in entries_of(ctx, ref(write_off)):
        reverse_journal(ctx, entry=entry, on=day, reason=reason)


def claim_discounts(ctx: Context, invoices: Collection[int], on: date, reason: str) -> None:
    """Claim again what was kept by the terms of invoices for a payment that is gone."""
    standing = WriteOff.objects.visible_to(ctx).filter(invoice__in=invoices, agreed=True, state=WriteOff.State.STANDING)
    for row in standing.order_by("pk"):
        undo_write_off(ctx, row, on, reason)


def free(ctx: Context, amount_minor: int, on: date, reason: str, **of: Payment | Invoice) -> None:
    """Take so much back of what is allocated of a payment, or to an invoice, the latest first; what is too much is allocated again.

    Of a payment, discounts that its invoices kept by their terms are claimed again.
    """
    standing = Allocation.objects.visible_to(ctx).filter(state=Allocation.State.STANDING, **of)
    for row in standing.select_related("payment", "invoice").order_by("-pk"):
        if amount_minor <= 0:
            return
        take_back(ctx, row, on, reason)
        if "payment" in of:
            claim_discounts(ctx, [row.invoice_id], on, reason)
        if row.amount_minor > amount_minor:
            allocate(ctx, row.payment, row.invoice, row.amount_minor - amount_minor, row.undone_on or on)
        amount_minor -= row.amount_minor
