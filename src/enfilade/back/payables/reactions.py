"""What payables does when a lower module publishes."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .commands.refunds import put_back
from .events import BillVoided
from .models import Bill, SupplierTerms


@reacts(PartiesMerged)
def move_what_is_open(ctx: Context, fact: PartiesMerged) -> None:
    """Bills that wait for approval, and the agreement where there is none yet, follow the party that stays.

    What was approved keeps the supplier it was approved for; an account has to be entered anew, and confirmed, for the one that stays.
    """
    Bill.objects.visible_to(ctx).filter(supplier_id=fact.other_id, state=Bill.State.DRAFT).update(supplier_id=fact.keep_id)
    terms = SupplierTerms.objects.visible_to(ctx)
    if not terms.filter(supplier_id=fact.keep_id).exists():
        terms.filter(supplier_id=fact.other_id).update(supplier_id=fact.keep_id)


@reacts(BillVoided)
def credit_is_on_account_again(ctx: Context, fact: BillVoided) -> None:
    """What a customer had on account, and was to be given back by a run, is on her account again."""
    put_back(ctx, Bill.objects.visible_to(ctx).select_related("supplier").get(pk=fact.bill))
