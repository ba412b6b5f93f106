"""What payables does when a lower module publishes."""

from __future__ import annotations

from datetime import date

from enfilade.back.banking.events import LineUnmatched
from enfilade.back.billing.events import DepositUseUndone, PaymentVoided
from enfilade.base.party.events import PartiesMerged
from enfilade.core.context import Context, Refusal
from enfilade.core.events import reacts

from .commands.declaring import free_declared
from .commands.refunds import put_back
from .commands.setting_off import undo
from .events import BillVoided
from .models import Bill, SetOff, SupplierTerms
from .queries import set_off_by_line


@reacts(PartiesMerged)
def move_what_is_open(ctx: Context, fact: PartiesMerged) -> None:
    """Bills that wait for approval, and the agreement where there is none yet, follow the party that stays.

    What was approved keeps the supplier it was approved for; an account has to be entered anew, and confirmed, for the one that stays.
    """
    Bill.objects.visible_to(ctx).filter(supplier_id=fact.other_id, state=Bill.State.DRAFT).update(supplier_id=fact.keep_id)
    terms = SupplierTerms.objects.visible_to(ctx)
    if not terms.filter(supplier_id=fact.keep_id).exists():
        terms.filter(supplier_id=fact.other_id).update(supplier_id=fact.keep_id)


@reacts(PaymentVoided)
def no_set_off_stands_on_one_side(ctx: Context, fact: PaymentVoided) -> None:
    """Where the side of the invoices was made void by itself, the bills are open again too."""
    rows = SetOff.objects.visible_to(ctx).filter(received_id=fact.payment, state=SetOff.State.STANDING)
    for row in rows.select_related("received", "paid"):
        undo(ctx, row, row.received.voided_on or ctx.today, row.received.reason)


@reacts(LineUnmatched)
def no_set_off_stands_without_its_line(ctx: Context, fact: LineUnmatched) -> None:
    """What was set off because a line paid only the difference is undone with the match of that line."""
    for row in set_off_by_line(ctx, fact.line):
        undo(ctx, row, date.fromisoformat(fact.on), fact.reason)


@reacts(BillVoided)
def credit_is_on_account_again(ctx: Context, fact: BillVoided) -> None:
    """What a customer had on account, and was to be given back by a run, is on her account again."""
    put_back(ctx, Bill.objects.visible_to(ctx).select_related("supplier").get(pk=fact.bill))


@reacts(DepositUseUndone)
def no_deposit_is_held_and_owed(ctx: Context, fact: DepositUseUndone) -> None:
    """A deposit that goes back by a payment run is held again only when the bill over it is void. Refuses: owed_by_bill."""
    rows = Bill.objects.visible_to(ctx).filter(origin=f"billing.payment:{fact.payment}").exclude(state=Bill.State.VOID)
    if fact.payment is not None and (bill := rows.first()) is not None:
        raise Refusal("owed_by_bill", f"The bill {bill} pays this deposit back: make that void, and the deposit is held again.")


@reacts(BillVoided)
def declaration_is_void(ctx: Context, fact: BillVoided) -> None:
    """What was declared with a bill that is void waits to be declared again."""
    free_declared(ctx, Bill.objects.visible_to(ctx).get(pk=fact.bill))
