"""Invoices that are not reminded of for now: disputed, held back, or promised."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.billing.models import Invoice
from enfilade.back.dunning.models import Hold
from enfilade.core.command import Choice, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal

Kind = Annotated[str, Choice(*Hold.Kind.choices, widget="radio")]
Until = Annotated[date | None, Input(help="The last day of it; a promise to pay needs one.")]


@command(
    permission="dunning.hold_invoice",
    label="Hold reminders back",
    target="invoice",
    offered=lambda invoice: invoice.state in {Invoice.State.ISSUED, Invoice.State.PART_PAID},
)
def hold_invoice(ctx: Context, *, invoice: Ref[Invoice], kind: Kind, reason: LongText, until: Until = None) -> Hold:
    """Send no reminder of an invoice for now, because it is disputed, held back, or its payment was promised.

    Refuses: nothing_open, no_day, day_over; dunning_hold_once (database).
    """
    if not invoice.open_minor or invoice.number is None:
        raise Refusal("nothing_open", "Nothing of this is owed, so there is nothing to hold back.", field="invoice")
    if kind == Hold.Kind.PROMISED and until is None:
        raise Refusal("no_day", "Until when was the payment promised?", field="until")
    if until is not None and until < ctx.today:
        raise Refusal("day_over", "This day is over.", field="until")
    return Hold.objects.create(
        company=ctx.company, invoice=invoice, kind=kind, until=until, reason=reason, made_at=ctx.now, made_by=ctx.user
    )


@command(permission="dunning.hold_invoice", label="Lift the hold")
def lift_hold(ctx: Context, *, hold: Hold) -> Hold:
    """Let an invoice be reminded of again.

    Refuses: already_lifted.
    """
    hold.state, hold.lifted_at, hold.lifted_by = Hold.State.LIFTED, ctx.now, ctx.user
    hold.save(update_fields=["state", "lifted_at", "lifted_by"])
    return hold
