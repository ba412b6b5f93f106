"""What purchasing does when payables and party publish."""

from __future__ import annotations

from enfilade.back.payables.events import BillApproved, BillEntered, BillVoided
from enfilade.back.payables.queries import bill_by_key, lines_of_bill
from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context
from enfilade.core.events import reacts

from .commands import confirm_match, count_bill, uncount_bill
from .events import BillMatched, GoodsReceived
from .models import PurchaseOrder
from .queries import is_of_an_order, matches_of, proposals
from .unattended import approve_unattended, approve_what_waited


@reacts(PartiesMerged)
def move_drafts(ctx: Context, fact: PartiesMerged) -> None:
    """Orders that nobody approved yet follow the party that stays; what was approved keeps who it was ordered from."""
    PurchaseOrder.objects.visible_to(ctx).filter(supplier_id=fact.other_id, state=PurchaseOrder.State.DRAFT).update(
        supplier_id=fact.keep_id
    )


@reacts(BillEntered)
def match_what_is_sure(ctx: Context, fact: BillEntered) -> None:
    """A bill that names order and line for everything it charges is matched at once; of all others a person sees what is proposed."""
    bill = bill_by_key(ctx, fact.bill)
    found = proposals(ctx, bill)
    if found and all(one.sure for _, _, one in found) and len({line.pk for line, _, _ in found}) == len(lines_of_bill(ctx, bill)):
        confirm_match(ctx, bill=bill)


@reacts(BillApproved)
def count_what_is_billed(ctx: Context, fact: BillApproved) -> None:
    """A bill of an order is approved only with what it was matched with, and without a difference that nobody settled.

    Refuses: not_matched, differs.
    """
    bill = bill_by_key(ctx, fact.bill)
    if is_of_an_order(ctx, bill):
        count_bill(ctx, bill=bill)


@reacts(BillVoided)
def take_back_what_was_billed(ctx: Context, fact: BillVoided) -> None:
    """What a void bill charged may be billed again."""
    bill = bill_by_key(ctx, fact.bill)
    if matches_of(ctx, bill):
        uncount_bill(ctx, bill=bill, on=bill.voided_on or ctx.today)


@reacts(BillMatched, later=True)
def approve_what_fits(ctx: Context, fact: BillMatched) -> None:
    """A bill that fits order and receipt goes through the door by itself, where the settings say so."""
    if fact.alone:
        approve_unattended(ctx, fact.bill)


@reacts(GoodsReceived, later=True)
def approve_what_fits_now(ctx: Context, fact: GoodsReceived) -> None:
    """What was billed before it came may fit now."""
    approve_what_waited(ctx, fact.order)
