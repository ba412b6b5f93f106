"""What cases do when something happens below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .models import Case


@reacts(PartiesMerged)
def move_cases(ctx: Context, fact: PartiesMerged) -> None:
    """The cases of a merged party belong to the one that stays."""
    Case.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
