"""Who waits for time that becomes free, and what is on offer."""

from __future__ import annotations

from enfilade.base.calendar.models import SlotOffer, WaitingEntry
from enfilade.core.context import Context


def waiting_entry(ctx: Context, pk: int) -> WaitingEntry:
    """One entry of the waiting list with its booking, where it has one."""
    found: WaitingEntry = WaitingEntry.objects.visible_to(ctx).select_related("booking", "party").get(pk=pk)
    return found


def waiting_for(ctx: Context, origin: str) -> list[WaitingEntry]:
    """Who still waits for the sake of a record."""
    return list(WaitingEntry.objects.visible_to(ctx).filter(origin=origin, state=WaitingEntry.State.WAITING).order_by("pk"))


def open_offers(ctx: Context) -> int:
    """How many offers of freed time wait for an answer."""
    return SlotOffer.objects.visible_to(ctx).filter(state=SlotOffer.State.OPEN, expires_at__gt=ctx.now).count()
