"""What billing does when a lower module publishes."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .models import Charge, Invoice


@reacts(PartiesMerged)
def move_open_items(ctx: Context, fact: PartiesMerged) -> None:
    """Open charges and drafts follow the party that stays; what was issued keeps the name it was issued to."""
    Charge.objects.visible_to(ctx).filter(party_id=fact.other_id, state=Charge.State.OPEN).update(party_id=fact.keep_id)
    Invoice.objects.visible_to(ctx).filter(party_id=fact.other_id, state=Invoice.State.DRAFT).update(party_id=fact.keep_id)
