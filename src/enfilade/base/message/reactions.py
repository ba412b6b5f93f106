"""What messages do when something happens here or below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.access import house_context
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .delivery import deliver
from .events import MessageQueued
from .models import Mail, Recipient, Thread


@reacts(MessageQueued, later=True)
def hand_over_message(ctx: Context, fact: MessageQueued) -> None:
    """After the commit a job hands the message to the mail server, as the house: who may send needs no right to deliver."""
    deliver(house_context(ctx.company), fact.message_id)


@reacts(PartiesMerged)
def move_messages(ctx: Context, fact: PartiesMerged) -> None:
    """The messages of a merged party belong to the one that stays."""
    for model in (Mail, Recipient, Thread):
        model.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
