"""What a final invoice does with advances: it takes over what was received for them, and hands it back when it is credited.

The money that settled an advance settles the final invoice from then on; the advance is closed by a row that says what was deducted, and
the tax that was owed since the money came is taken off that of the whole supply. What nobody paid of an advance is claimed by the final
invoice, which is over everything: an advance owes tax only once it is paid, so no credit note has to correct it.
Source: § 14 (5) sentence 2 UStG: payments that were received for advances, and the tax on them, are deducted in the final invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import connection

from enfilade.back.billing.events import AdvanceTakenOver
from enfilade.back.billing.models import AdvancePlan, Allocation, Invoice, Payment, WriteOff
from enfilade.back.billing.queries import left_by_rate
from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.refs import ref

from .settling import allocate, hold_invoices, refresh, take_back, undo_write_off
from .shares import Share, divide, sum_shares

# Asked about every invoice, of which few take over an advance, so it is spared the cost of building a query.
_PLANNED = "SELECT invoice_id, advance_id FROM billing_advanceplan WHERE company_id = %s AND invoice_id = ANY(%s) ORDER BY advance_id"


def take_over_advances(ctx: Context, finals: Sequence[Invoice], on: date) -> None:
    """Let invoices that were issued now take over the advances that were planned for them; one statement where none was."""
    if not (plans := _planned(ctx, finals)):
        return
    keys = [advance for _, advance in plans]
    _hold_payments(ctx, keys)
    advances = hold_invoices(ctx, keys)
    AdvancePlan.objects.visible_to(ctx).filter(invoice__in=finals).delete()
    for final in finals:
        for _, key in (plan for plan in plans if plan[0] == final.pk):
            refresh(final)
            _take_over(ctx, advances[key], final, on)
        refresh(final)


def _planned(ctx: Context, finals: Sequence[Invoice]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_PLANNED, [ctx.company_id, [final.pk for final in finals]])
        return [(final, advance) for final, advance in cursor.fetchall()]


def _hold_payments(ctx: Context, invoices: Sequence[int]) -> list[Payment]:
    """The payments that settle invoices or did, in the order of their keys; a payment is held before what it settles."""
    rows = Payment.objects.visible_to(ctx).filter(pk__in=Allocation.objects.visible_to(ctx).filter(invoice__in=invoices).values("payment"))
    return list(rows.order_by("pk").select_for_update(no_key=True))


def _take_over(ctx: Context, advance: Invoice, final: Invoice, on: date) -> None:
    received, amount = advance.paid_minor, min(advance.paid_minor, final.open_minor)
    moved: list[Share] = []
    day = on
    if amount:
        day, moved = _move(ctx, advance, final, amount, on)
        _close(ctx, advance, final, WriteOff.Kind.DEDUCTED, amount, moved, day)
    replaced = advance.open_minor if amount == received else 0
    if replaced:
        _close(ctx, advance, final, WriteOff.Kind.REPLACED, replaced, divide(replaced, left_by_rate(ctx, advance)), day)
    publish(
        ctx,
        AdvanceTakenOver(
            advance=advance.pk,
            invoice=final.pk,
            party=advance.party_id,
            deducted_minor=amount,
            tax_minor=sum(share.tax_minor for share in moved),
            replaced_minor=replaced,
            currency=final.currency,
        ),
    )


def _move(ctx: Context, advance: Invoice, final: Invoice, amount_minor: int, on: date) -> tuple[date, list[Share]]:
    """Let the latest money of an advance settle the final invoice; from which day, and how it was divided over the rates."""
    standing = Allocation.objects.visible_to(ctx).filter(invoice=advance, state=Allocation.State.STANDING)
    signed, day = [], on
    for row in standing.select_related("payment").order_by("-pk"):
        if not amount_minor:
            break
        part = min(row.amount_minor, amount_minor)
        take_back(ctx, row, on, f"Deducted in {final}")
        day = max(day, row.undone_on or on)
        signed.append((1, row.shares))
        if row.amount_minor > part:
            signed.append((-1, allocate(ctx, row.payment, advance, row.amount_minor - part, row.undone_on or on).shares))
        allocate(ctx, row.payment, final, part, row.undone_on or on)
        amount_minor -= part
    refresh(advance)
    return day, sum_shares(signed)


def _close(
    ctx: Context, advance: Invoice, final: Invoice, kind: WriteOff.Kind, amount_minor: int, shares: Sequence[Share], on: date
) -> None:
    made = WriteOff.objects.create(
        company=ctx.company,
        invoice=advance,
        final=final,
        kind=kind,
        amount_minor=amount_minor,
        net_minor=sum(share.net_minor for share in shares),
        tax_minor=sum(share.tax_minor for share in shares),
        shares=[asdict(share) for share in shares],
        on=on,
        reason=f"{kind.label}: {final}",
        written_at=ctx.now,
        written_by=ctx.user,
    )
    refresh(advance)
    legs = [Leg("receivable", -amount_minor, Party(pk=advance.party_id)), Leg("advance_asked", amount_minor)]
    post_legs(ctx, on=on, text=f"{advance} is taken over by {final}", origin=ref(made), legs=legs)


def hand_back_advances(ctx: Context, final: Invoice, on: date, reason: str) -> None:
    """Open the advances again that an invoice had taken over which is credited as a whole, and let their money settle them."""
    taken = WriteOff.objects.visible_to(ctx).filter(final=final, state=WriteOff.State.STANDING)
    keys = list(taken.order_by("invoice").values_list("invoice", flat=True).distinct())
    if not keys:
        return
    _hold_payments(ctx, keys)
    advances = hold_invoices(ctx, keys)
    for row in taken.order_by("pk"):
        undo_write_off(ctx, row, on, reason)
        if row.kind == WriteOff.Kind.DEDUCTED:
            _settle_again(ctx, advances[row.invoice_id], row.amount_minor, row.undone_on or on)
    for advance in advances.values():
        refresh(advance)


def _settle_again(ctx: Context, advance: Invoice, amount_minor: int, on: date) -> None:
    for payment in _hold_payments(ctx, [advance.pk]):
        part = min(payment.rest_minor, amount_minor)
        if part:
            allocate(ctx, payment, advance, part, on)
            amount_minor -= part
