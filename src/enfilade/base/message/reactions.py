"""What messages do when something happens here or below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.base.work.events import CasesMerged
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


@reacts(CasesMerged)
def move_threads(ctx: Context, fact: CasesMerged) -> None:
    """What was written about a merged case, and what comes to it from now on, belongs to the one that goes on."""
    Thread.objects.visible_to(ctx).filter(case=fact.other_id).update(case=fact.keep_id)
    for model in (Mail, Thread):
        model.objects.visible_to(ctx).filter(origin=f"work.case:{fact.other_id}").update(origin=f"work.case:{fact.keep_id}")
