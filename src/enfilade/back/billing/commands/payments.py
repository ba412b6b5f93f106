"""Money in, and money back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import PaymentRefunded, PaymentTaken
from enfilade.back.billing.models import DrawerSession, Invoice, Payment
from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.base.books.models import Account
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw
from enfilade.core.refs import ref

from .common import Method, Today, money, require_date

OpenAmount = Annotated[int, Input(amount=True, prefill="row.open_minor")]
RefundAmount = Annotated[int, Input(amount=True, prefill="row.refundable_minor")]


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
    ctx: Context, *, invoice: Invoice, method: Method, amount: OpenAmount, on: Today | None = None, drawer: Ref[DrawerSession] | None = None
) -> Payment:
    """Take money for an invoice and give a receipt.

    method: cash goes into an open drawer, card and transfer to their accounts.
    amount: at most what is open.
    on: day on which the money came; today when left out.
    drawer: the session that cash goes into; one's own, or the only one that is open, when left out.
    Refuses: already_paid, not_issued, nothing_paid, too_much, drawer_closed, which_drawer, not_cash; invoice_never_overpaid,
    entry_period_open (database).
    """
    session = _drawer(ctx, method, drawer)
    return _take(ctx, invoice, amount, on or ctx.today, method=method, drawer=session)


@command(permission="billing.take_transfer", door=_transfer_facts, hidden=True)
def take_transfer(ctx: Context, *, invoice: Invoice, amount: OpenAmount, on: Today, account: Ref[Account]) -> Payment:
    """Take a transfer that was seen on a bank account.

    amount: at most what is open.
    on: day on which the bank booked it.
    account: the bank account in the ledger, which a refund goes back to as well.
    Refuses: already_paid, not_issued, nothing_paid, too_much; invoice_never_overpaid, entry_period_open (database).
    """
    return _take(ctx, invoice, amount, on, method=Payment.Method.TRANSFER, account=account)


def _take(ctx: Context, invoice: Invoice, amount: int, day: date, **how: object) -> Payment:
    require_date(day)
    open_minor = invoice.total_minor - invoice.paid_minor - invoice.credited_minor
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > open_minor:
        raise Refusal("too_much", f"Only {money(ctx, open_minor)} is open.", field="amount", hints=_fill(ctx, open_minor))
    invoice.paid_minor += amount
    _save_paid(invoice)
    payment = _write(ctx, invoice, amount_minor=amount, on=day, kind=Payment.Kind.PAYMENT, **how)
    _post(ctx, payment, f"Payment from {invoice.party} for {invoice.number}", amount)
    publish(
        ctx,
        PaymentTaken(
            payment=payment.pk,
            invoice=invoice.pk,
            party=invoice.party_id,
            method=payment.method,
            amount_minor=amount,
            open_minor=open_minor - amount,
            origin=invoice.origin,
        ),
    )
    return payment


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
    """Give a payment back, as a whole or in part, the way it came; its invoice is open again by as much.

    amount: at most what was not given back yet.
    drawer: the session that cash comes out of; one's own, or the only one that is open, when left out.
    Refuses: already_refunded, is_refund, nothing_paid, too_much, drawer_closed, which_drawer; payment_refund_in_bounds,
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
    invoice = (
        Invoice.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).select_related("party").get(pk=payment.invoice_id)
    )
    session = _drawer(ctx, payment.method, drawer)
    payment.refunded_minor += amount
    payment.state = Payment.State.REFUNDED if payment.refunded_minor == payment.amount_minor else Payment.State.TAKEN
    payment.save(update_fields=["refunded_minor", "state"])
    invoice.paid_minor -= amount
    _save_paid(invoice)
    refund = _write(
        ctx,
        invoice,
        method=payment.method,
        account=payment.account,
        amount_minor=amount,
        on=day,
        drawer=session,
        kind=Payment.Kind.REFUND,
        refunds=payment,
        reason=reason,
    )
    _post(ctx, refund, f"Refund to {invoice.party} of {payment.number}", -amount)
    publish(ctx, PaymentRefunded(refund=refund.pk, payment=payment.pk, invoice=invoice.pk, party=invoice.party_id, amount_minor=amount))
    return refund


def _fill(ctx: Context, open_minor: int) -> tuple[dict[str, object], ...]:
    major = str(to_major(open_minor, ctx.company.currency))
    return ({"label": f"Pay {money(ctx, open_minor)}", "fill": {"amount": major}},) if open_minor else ()


def _drawer(ctx: Context, method: str, chosen: DrawerSession | None) -> DrawerSession | None:
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


def _save_paid(invoice: Invoice) -> None:
    invoice.state = rules.state_of(invoice.total_minor, invoice.paid_minor, invoice.credited_minor)
    invoice.save(update_fields=["paid_minor", "state"])
    invoice.open_minor = invoice.total_minor - invoice.paid_minor - invoice.credited_minor


def _write(ctx: Context, invoice: Invoice, **values: object) -> Payment:
    """Write the receipt; its number is drawn as late as the posting, which names the row, allows."""
    day = values["on"]
    number = rules.document_number("R", day.year, draw(ctx, f"billing.payment:{day.year}"))  # type: ignore[attr-defined]
    return Payment.objects.create(
        company=ctx.company,
        number=number,
        party_id=invoice.party_id,
        invoice=invoice,
        currency=invoice.currency,
        received_at=ctx.now,
        received_by=ctx.user,
        **values,
    )


def _post(ctx: Context, payment: Payment, text: str, amount_minor: int) -> None:
    place = payment.account.code if payment.account else {"cash": "cash", "card": "card", "transfer": "bank"}[payment.method]
    legs = [Leg(place, amount_minor), Leg("receivable", -amount_minor, payment.invoice.party)]
    post_legs(ctx, on=payment.on, text=text, origin=ref(payment), legs=legs)
