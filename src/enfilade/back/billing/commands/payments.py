"""Money in, and money back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import PaymentRefunded, PaymentTaken, PaymentVoided
from enfilade.back.billing.models import DrawerSession, Invoice, Payment
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal
from enfilade.base.books.models import Account, Entry
from enfilade.base.books.queries import entries_of
from enfilade.base.party.models import Party
from enfilade.core.command import Amount, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw
from enfilade.core.refs import ref

from .common import Method, Today, money, require_date
from .settling import allocate, free, refresh

OpenAmount = Annotated[int, Input(amount=True, prefill="row.open_minor")]
RefundAmount = Annotated[int, Input(amount=True, prefill="row.refundable_minor")]
KeepRest = Annotated[bool, Input(label="Keep what is too much on account")]


class PaymentFacts(TypedDict):
    """What a door is told about a payment or a refund. amount: in major units."""

    amount: Decimal
    method: str


def _pay_facts(*, invoice: Invoice, amount: int, method: str, **_: object) -> PaymentFacts:
    return {"amount": to_major(amount, invoice.currency), "method": method}


def _transfer_facts(*, invoice: Invoice, amount: int, **_: object) -> PaymentFacts:
    return {"amount": to_major(amount, invoice.currency), "method": Payment.Method.TRANSFER.value}


@command(permission="billing.take_payment", door=_pay_facts, label="Take a payment", tone="primary")
def take_payment(
    ctx: Context,
    *,
    invoice: Invoice,
    method: Method,
    amount: OpenAmount,
    on: Today | None = None,
    drawer: Ref[DrawerSession] | None = None,
    keep_rest: KeepRest = False,
) -> Payment:
    """Take money for an invoice and give a receipt.

    method: cash goes into an open drawer, card and transfer to their accounts.
    amount: at most what is open, or more with keep_rest.
    on: day on which the money came; today when left out.
    drawer: the session that cash goes into; one's own, or the only one that is open, when left out.
    keep_rest: what is more than open stays on account of the party.
    Refuses: already_paid, not_issued, nothing_paid, too_much, drawer_closed, which_drawer, not_cash; invoice_never_overpaid,
    entry_period_open (database).
    """
    session = drawer_of(ctx, method, drawer)
    return _take(ctx, invoice, amount, on or ctx.today, keep_rest, method=method, drawer=session)


@command(permission="billing.take_transfer", door=_transfer_facts, hidden=True)
def take_transfer(
    ctx: Context,
    *,
    invoice: Invoice,
    amount: OpenAmount,
    on: Today,
    account: Ref[Account],
    keep_rest: KeepRest = False,
    fee: Amount = 0,
) -> Payment:
    """Take a transfer that was seen on a bank account.

    amount: at most what is open, or more with keep_rest.
    on: day on which the bank booked it.
    account: the bank account in the ledger, which a refund goes back to as well.
    keep_rest: what is more than open stays on account of the party.
    fee: what of the amount the bank kept on the way; so much less arrived on the account.
    Refuses: already_paid, not_issued, nothing_paid, too_much, fee_too_large; invoice_never_overpaid, entry_period_open (database).
    """
    if fee >= max(amount, 1):
        raise Refusal("fee_too_large", "The bank kept less than what was paid.", field="fee")
    return _take(ctx, invoice, amount, on, keep_rest, fee, method=Payment.Method.TRANSFER, account=account)


def _take(ctx: Context, invoice: Invoice, amount: int, day: date, keep_rest: bool, fee: int = 0, **how: object) -> Payment:
    require_date(day)
    open_minor = invoice.open_minor
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > open_minor and not keep_rest:
        raise Refusal("too_much", f"Only {money(ctx, open_minor)} is open.", field="amount", hints=_fill(ctx, open_minor))
    payment = write_receipt(ctx, invoice.party, invoice, amount_minor=amount, on=day, kind=Payment.Kind.PAYMENT, **how)
    allocate(ctx, payment, invoice, min(amount, open_minor), max(day, invoice.issued_on or day))
    refresh(invoice)
    post_payment(ctx, payment, f"Payment from {invoice.party} for {invoice.number}", amount, fee)
    tell_taken(ctx, payment, invoice)
    return payment


def tell_taken(ctx: Context, payment: Payment, invoice: Invoice | None) -> None:
    """Publish that money came in."""
    publish(
        ctx,
        PaymentTaken(
            payment=payment.pk,
            invoice=invoice.pk if invoice else None,
            party=payment.party_id,
            method=payment.method,
            amount_minor=payment.amount_minor,
            open_minor=invoice.open_minor if invoice else 0,
            origin=invoice.origin if invoice else "",
        ),
    )


def _refund_facts(*, payment: Payment, amount: int, **_: object) -> PaymentFacts:
    return {"amount": to_major(amount, payment.currency), "method": payment.method}


@command(permission="billing.refund_payment", door=_refund_facts, label="Refund", tone="danger")
def refund_payment(
    ctx: Context,
    *,
    payment: Payment,
    amount: RefundAmount,
    reason: LongText,
    on: Today | None = None,
    drawer: Ref[DrawerSession] | None = None,
) -> Payment:
    """Give a payment back, as a whole or in part, the way it came: first what is on account, then what it settled, which is open again.

    amount: at most what was not given back yet.
    drawer: the session that cash comes out of; one's own, or the only one that is open, when left out.
    Refuses: already_refunded, already_void, is_refund, nothing_paid, too_much, drawer_closed, which_drawer; payment_refund_in_bounds,
    entry_period_open (database).
    """
    day = on or ctx.today
    require_date(day)
    if payment.kind != Payment.Kind.PAYMENT:
        raise Refusal("is_refund", "A refund is not refunded; take a new payment instead.")
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > payment.refundable_minor:
        raise Refusal("too_much", f"Only {money(ctx, payment.refundable_minor)} of this payment is left.", field="amount")
    session = drawer_of(ctx, payment.method, drawer)
    free(ctx, amount - payment.rest_minor, day, reason, payment=payment)
    payment.refunded_minor += amount
    payment.state = Payment.State.REFUNDED if payment.refunded_minor == payment.amount_minor else Payment.State.TAKEN
    payment.save(update_fields=["refunded_minor", "state"])
    refund = write_receipt(
        ctx,
        payment.party,
        payment.invoice,
        method=payment.method,
        account=payment.account,
        amount_minor=amount,
        on=day,
        drawer=session,
        kind=Payment.Kind.REFUND,
        refunds=payment,
        reason=reason,
    )
    post_payment(ctx, refund, f"Refund to {payment.party} of {payment.number}", -amount)
    publish(
        ctx, PaymentRefunded(refund=refund.pk, payment=payment.pk, invoice=payment.invoice_id, party=payment.party_id, amount_minor=amount)
    )
    return refund


@command(permission="billing.void_transfer", label="Make void", tone="danger", hidden=True)
def void_transfer(ctx: Context, *, payment: Payment, reason: LongText, on: Today) -> Entry:
    """Say that a transfer was none of this party: what it settled is open again, and its entry is reversed. No money moves.

    on: accounting date of the reversal, not before the transfer.
    Refuses: already_void, not_a_transfer, already_refunded; entry_reversed_once, entry_period_open (database).
    """
    require_date(on)
    if payment.method != Payment.Method.TRANSFER or payment.kind != Payment.Kind.PAYMENT:
        raise Refusal("not_a_transfer", "Only a transfer that came in is made void; other payments are given back.")
    if payment.refunded_minor:
        raise Refusal("already_refunded", "A part of this payment was given back already, so it did come.")
    day = max(on, payment.on)
    free(ctx, payment.allocated_minor, day, reason, payment=payment)
    payment.allocated_minor, payment.voided_on, payment.state = 0, day, Payment.State.VOID
    payment.save(update_fields=["voided_on", "state"])
    [entry] = entries_of(ctx, ref(payment))
    undo = reverse_journal(ctx, entry=entry, on=day, reason=reason)
    publish(ctx, PaymentVoided(payment=payment.pk, party=payment.party_id, amount_minor=payment.amount_minor))
    return undo


def _fill(ctx: Context, open_minor: int) -> tuple[dict[str, object], ...]:
    major = str(to_major(open_minor, ctx.company.currency))
    return ({"label": f"Pay {money(ctx, open_minor)}", "fill": {"amount": major}},) if open_minor else ()


def drawer_of(ctx: Context, method: str, chosen: DrawerSession | None) -> DrawerSession | None:
    """The open session that cash moves through, held so that nobody closes it meanwhile; None for other methods."""
    if method != Payment.Method.CASH:
        if chosen is not None:
            raise Refusal("not_cash", "Only cash goes through a drawer.", field="drawer")
        return None
    rows = DrawerSession.objects.visible_to(ctx).filter(state=DrawerSession.State.OPEN)
    if chosen is not None:
        rows = rows.filter(pk=chosen.pk)
    found = list(rows.order_by("-pk")[:20])
    mine = [s for s in found if s.opened_by_id == ctx.user.pk]
    if not found:
        what = f"The drawer {chosen.drawer} is closed." if chosen is not None else "No drawer is open; open one with its float first."
        raise Refusal("drawer_closed", what, field="method" if chosen is None else "drawer")
    if len(found) > 1 and len(mine) != 1:
        hints = tuple({"label": str(s), "fill": {"drawer": s.pk}} for s in found)
        raise Refusal("which_drawer", "Several drawers are open. Say which one.", field="drawer", hints=hints)
    # The trigger on payments takes a share lock on the session and looks at its state again.
    return mine[0] if len(mine) == 1 else found[0]


def write_receipt(ctx: Context, party: Party, invoice: Invoice | None, *, on: date, **values: object) -> Payment:
    """Write the receipt; its number is drawn as late as the posting, which names the row, allows."""
    return Payment.objects.create(
        company=ctx.company,
        number=rules.document_number("R", on.year, draw(ctx, f"billing.payment:{on.year}")),
        party=party,
        invoice=invoice,
        currency=ctx.company.currency,
        received_at=ctx.now,
        received_by=ctx.user,
        on=on,
        **values,
    )


def post_payment(ctx: Context, payment: Payment, text: str, amount_minor: int, fee_minor: int = 0) -> None:
    """Post money in, or with a minus money out, against what the party owes. fee_minor: what of it the bank kept."""
    place = payment.account.code if payment.account else {"cash": "cash", "card": "card", "transfer": "bank"}[payment.method]
    legs = [Leg(place, amount_minor - fee_minor), Leg("bank_fee", fee_minor)]
    legs.append(Leg("receivable", -amount_minor, Party(pk=payment.party_id)))
    post_legs(ctx, on=payment.on, text=text, origin=ref(payment), legs=legs)
