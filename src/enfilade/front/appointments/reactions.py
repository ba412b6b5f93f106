"""What appointments do when something happens below."""

from __future__ import annotations

from enfilade.base.calendar.commands import withdraw_entry
from enfilade.base.calendar.events import OfferAccepted
from enfilade.base.calendar.queries import waiting_entry, waiting_for
from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts
from enfilade.core.refs import resolve

from .commands import visit_of_offer
from .events import VisitCancelled, VisitMissed, VisitMoved
from .models import Prescription, Service, Visit


@reacts(PartiesMerged)
def move_visits(ctx: Context, fact: PartiesMerged) -> None:
    """Visits and prescriptions of a merged party belong to the one that stays."""
    Visit.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Prescription.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Prescription.objects.visible_to(ctx).filter(pharmacy=fact.other_id).update(pharmacy=fact.keep_id)


@reacts(OfferAccepted)
def book_accepted_offer(ctx: Context, fact: OfferAccepted) -> None:
    """Time that a waiting patient has accepted becomes her visit; what others waited for is theirs."""
    wish = resolve(ctx, fact.origin)
    if isinstance(wish, Service | Visit):
        visit_of_offer(ctx, waiting_entry(ctx, fact.entry_id), wish)


@reacts(VisitMoved)
@reacts(VisitCancelled)
@reacts(VisitMissed)
def end_waiting(ctx: Context, fact: VisitMoved | VisitCancelled | VisitMissed) -> None:
    """Who was moved, called off or did not come waits no longer for an earlier time."""
    for entry in waiting_for(ctx, f"{Visit._meta.label_lower}:{fact.visit_id}"):
        withdraw_entry(ctx, entry=entry)
