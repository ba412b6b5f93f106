"""What appointments do when something happens below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .models import Prescription, Visit


@reacts(PartiesMerged)
def move_visits(ctx: Context, fact: PartiesMerged) -> None:
    """Visits and prescriptions of a merged party belong to the one that stays."""
    Visit.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Prescription.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Prescription.objects.visible_to(ctx).filter(pharmacy=fact.other_id).update(pharmacy=fact.keep_id)
