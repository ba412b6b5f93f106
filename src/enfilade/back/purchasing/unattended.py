"""Bills that fit order and receipt go through the door without a person, where the settings say so."""

from __future__ import annotations

from enfilade.back.payables.commands import approve_bill
from enfilade.core.access import house_context
from enfilade.core.context import Context, Held, Refusal
from enfilade.core.scope import scope

from .queries import fitting_bills


def approve_unattended(ctx: Context, bill: int) -> None:
    """By the house, through the same door as everybody; a rule may hold it there, and what does not fit any more waits for a person."""
    try:
        approve_bill(house_context(ctx.company), bill=bill, on=ctx.today)
    except (Refusal, Held):
        return


def approve_what_waited(ctx: Context, order: int) -> None:
    """Bills that came before the goods and fit now."""
    with scope(ctx.company_id, read_only=True):
        found = fitting_bills(ctx, order)
    for bill in found:
        approve_unattended(ctx, bill.pk)
