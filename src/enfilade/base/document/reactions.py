"""What documents do when something happens below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .models import Document, LegalHold, SignatureRequest


@reacts(PartiesMerged)
def move_documents(ctx: Context, fact: PartiesMerged) -> None:
    """The documents of a merged party belong to the one that stays, and so do the holds on them."""
    LegalHold.objects.visible_to(ctx).filter(party=fact.other_id, state=LegalHold.State.ACTIVE).update(party=fact.keep_id)
    SignatureRequest.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Document.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
