"""What calendar does when something happens below."""

from __future__ import annotations

from datetime import datetime

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .commands import offer_time
from .events import TimeFreed
from .models import Bookable, WaitingEntry


@reacts(PartiesMerged)
def move_bookables(ctx: Context, fact: PartiesMerged) -> None:
    """The bookables of a merged party belong to the one that stays, and so does her place on the waiting list."""
    WaitingEntry.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Bookable.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)


@reacts(TimeFreed)
def offer_freed_time(ctx: Context, fact: TimeFreed) -> None:
    """Time that has become free is offered to those who wait for it."""
    offer_time(ctx, datetime.fromisoformat(fact.from_at), datetime.fromisoformat(fact.until_at))
