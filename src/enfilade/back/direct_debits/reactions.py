"""What direct debits do when a lower module publishes."""

from __future__ import annotations

from enfilade.back.billing.events import PaymentVoided
from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .commands.matching import wait_again
from .models import Mandate


@reacts(PaymentVoided)
def collection_waits_again(ctx: Context, fact: PaymentVoided) -> None:
    """The line was matched with a collection by mistake: the collection waits for the bank again."""
    wait_again(ctx, fact.payment)


@reacts(PartiesMerged)
def move_mandates(ctx: Context, fact: PartiesMerged) -> None:
    """Mandates follow the party that stays, unless that one has a valid one; then they stay where they are and are not used."""
    mandates = Mandate.objects.visible_to(ctx)
    if not mandates.filter(party_id=fact.keep_id, state=Mandate.State.ACTIVE).exists():
        mandates.filter(party_id=fact.other_id).exclude(state=Mandate.State.ENDED).update(party_id=fact.keep_id)
