"""What visitors do when something happens below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .models import Visitor


@reacts(PartiesMerged)
def move_visits_to_us(ctx: Context, fact: PartiesMerged) -> None:
    """Visits of a merged party belong to the one that stays."""
    Visitor.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
