"""What assets does when payables publishes."""

from __future__ import annotations

from enfilade.back.payables.events import BillVoided
from enfilade.core.context import Context, Refusal
from enfilade.core.events import reacts

from .models import Movement


@reacts(BillVoided)
def keep_bills_of_assets(ctx: Context, fact: BillVoided) -> None:
    """A bill of which an asset was made is not made void before the asset is taken back: its cost would stand on nothing.

    Refuses: asset_of_bill.
    """
    made = Movement.objects.visible_to(ctx).filter(bill_line__bill=fact.bill, standing=True, reverses=None).select_related("asset").first()
    if made is not None:
        raise Refusal("asset_of_bill", f"The asset {made.asset} was made of this bill: take that back first.")
