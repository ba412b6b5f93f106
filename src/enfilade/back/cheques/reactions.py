"""What cheques do when a lower module publishes."""

from __future__ import annotations

from typing import Any

from enfilade.back.banking.events import LineMatched, LineUnmatched
from enfilade.back.banking.queries import line_of
from enfilade.back.billing.events import PaymentVoided
from enfilade.back.payables.events import SupplierPaymentReversed
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish, reacts
from enfilade.core.refs import split

from .commands.writing import make_void
from .events import ChequePresented
from .models import ReceivedCheque, WrittenCheque
from .queries import cheque_by_payment, cheque_of_payment


def _of_origin(ctx: Context, origin: str) -> WrittenCheque | None:
    """The cheque whose payment an entry came from."""
    return cheque_of_payment(ctx, split(origin)[1]) if origin.startswith("payables.supplierpayment:") else None


@reacts(LineMatched)
def the_bank_has_paid_a_cheque(ctx: Context, fact: LineMatched) -> None:
    """A line that stands for the entry of a cheque: the bank has paid it."""
    cheque, line = _of_origin(ctx, fact.origin), line_of(ctx, fact.line)
    if cheque is None or line is None or cheque.state != WrittenCheque.State.ISSUED:
        return
    cheque.state, cheque.presented_on = WrittenCheque.State.PRESENTED, line.booked_on
    cheque.save(update_fields=["state", "presented_on"])
    told: dict[str, Any] = {"number": cheque.number, "amount_minor": cheque.amount_minor, "currency": cheque.currency}
    publish(ctx, ChequePresented(cheque=cheque.pk, on=f"{line.booked_on}", **told))


@reacts(LineUnmatched)
def a_cheque_is_on_its_way_again(ctx: Context, fact: LineUnmatched) -> None:
    """The line was something else."""
    cheque = _of_origin(ctx, fact.origin)
    if cheque is not None and cheque.state == WrittenCheque.State.PRESENTED:
        cheque.state, cheque.presented_on = WrittenCheque.State.ISSUED, None
        cheque.save(update_fields=["state", "presented_on"])


@reacts(SupplierPaymentReversed)
def a_cheque_without_payment_is_void(ctx: Context, fact: SupplierPaymentReversed) -> None:
    """Its payment was taken back by itself."""
    cheque = cheque_of_payment(ctx, fact.payment)
    if cheque is not None and cheque.state == WrittenCheque.State.ISSUED:
        make_void(ctx, cheque, WrittenCheque.Why.VOID, fact.reason, ctx.today)


@reacts(PaymentVoided)
def a_cheque_is_what_its_payment_is(ctx: Context, fact: PaymentVoided) -> None:
    """The payment of a cheque is made void where the cheque bounces or is given back, and not by itself."""
    cheque = cheque_by_payment(ctx, fact.payment)
    if cheque is not None and cheque.state not in {ReceivedCheque.State.BOUNCED, ReceivedCheque.State.GIVEN_BACK}:
        raise Refusal("is_cheque", f"This was paid by the cheque {cheque}: say there that it bounced, or give it back.")
