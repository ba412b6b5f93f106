"""What calendar does when something happens below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .models import Bookable


@reacts(PartiesMerged)
def move_bookables(ctx: Context, fact: PartiesMerged) -> None:
    """The bookables of a merged party belong to the one that stays."""
    Bookable.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
