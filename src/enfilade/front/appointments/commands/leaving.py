"""Check-out: nobody who was treated leaves without a bill, or a reason why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from enfilade.back.billing.commands import invoice_charges, take_payment
from enfilade.back.billing.models import Charge, Invoice
from enfilade.back.billing.queries import charges_of
from enfilade.core.command import Choice, Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref
from enfilade.front.appointments.events import VisitCheckedOut
from enfilade.front.appointments.models import Service, Visit
from enfilade.front.appointments.queries import waiting_discounts, who_again
from enfilade.front.appointments.rules import later_of

from .booking import book_visit
from .common import Active

METHODS = Choice(("cash", "Cash"), ("card", "Card"), ("transfer", "Bank transfer"), ("later", "Later, by invoice"), widget="radio")


@command(permission="appointments.check_out", tone="primary")
def check_out(
    ctx: Context,
    *,
    visit: Visit,
    method: Annotated[str, METHODS] = "",
    amount: Annotated[int | None, Input(amount=True)] = None,
    waiver_reason: Annotated[str, Input(label="Free of charge because", max_length=300)] = "",
    next_service: Active[Service] | None = None,
    next_starts_at: Annotated[datetime | None, Input(label="Next visit begins")] = None,
    without_discount: Annotated[bool, Input(label="Do not wait for the discount")] = False,
) -> Visit:
    """Invoice what was done, take the payment, book the next visit, and let the patient go.

    method: how the fee is paid; later sends the patient home with the invoice.
    amount: what is paid now; left empty, all of it.
    waiver_reason: where nothing was charged, why.
    next_service: what the next visit is for; left empty, the same again.
    without_discount: invoice the full fee although a discount waits at the door.
    Refuses: uncharged, method_needed, discount_waiting, already_left, not_treated; what invoicing, paying and booking refuse.
    """
    charges = charges_of(ctx, ref(visit))
    waiver = waiver_reason.strip() or "; ".join(c.waived_reason for c in charges if c.state == Charge.State.WAIVED)
    if all(c.state == Charge.State.WAIVED for c in charges) and not waiver:
        sentence = f"Nothing was charged for the visit of {visit.party}. Add what was done, or say why it is free."
        raise Refusal("uncharged", sentence, field="waiver_reason")
    if not without_discount and waiting_discounts(ctx, charges):
        raise Refusal("discount_waiting", "A discount for this visit still waits at the door.", field="without_discount")
    if next_starts_at is not None:
        _book_next(ctx, visit, next_service or visit.service, next_starts_at)
    invoice = _invoice(ctx, visit, charges)
    if invoice is not None:
        _pay(ctx, invoice, method, amount)
    visit.state, visit.left_at = Visit.State.CHECKED_OUT, later_of(ctx.now, visit.treated_at)
    visit.invoice, visit.waiver_reason = invoice, "" if invoice else waiver
    visit.save(update_fields=["state", "left_at", "invoice", "waiver_reason"])
    publish(ctx, VisitCheckedOut(visit.pk, visit.party_id, invoice.pk if invoice else 0))
    return visit


def _book_next(ctx: Context, visit: Visit, service: Service, starts_at: datetime) -> None:
    # The next visit is booked before the bill, whose number everybody else waits for from the moment it is drawn.
    try:
        book_visit(ctx, patient=visit.party, service=service, starts_at=starts_at, practitioner=who_again(visit, service))
    except Refusal as no:
        hints = tuple({**h, "fill": {"next_starts_at": h["fill"]["starts_at"]}} for h in no.hints if "starts_at" in h.get("fill", {}))
        raise Refusal(no.code, str(no), field="next_starts_at", hints=hints) from None


def _invoice(ctx: Context, visit: Visit, charges: list[Charge]) -> Invoice | None:
    """The invoice of the visit: made of its open charges, or the one that the back office has made of them already."""
    if any(c.state == Charge.State.OPEN for c in charges):
        return invoice_charges(ctx, party=visit.party_id, on=ctx.today, origin=ref(visit))
    return next((c.invoice for c in reversed(charges) if c.invoice is not None), None)


def _pay(ctx: Context, invoice: Invoice, method: str, amount: int | None) -> None:
    open_minor = invoice.open_minor
    if not open_minor or method == "later":
        return
    if not method:
        raise Refusal("method_needed", "How is the fee paid: cash, card, bank transfer, or later?", field="method")
    take_payment(ctx, invoice=invoice, method=method, amount=open_minor if amount is None else amount, on=ctx.today)
