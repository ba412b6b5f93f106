"""What expenses does when payables publishes: a claim is paid back when its bill is."""

from __future__ import annotations

from enfilade.back.payables.events import BillVoided, SupplierPaid, SupplierPaymentReversed
from enfilade.core.context import Context, Refusal
from enfilade.core.events import reacts

from .commands.posting import follow_bill
from .queries import claim_of_bill, settled_claims


@reacts(SupplierPaid)
def pay_back(ctx: Context, fact: SupplierPaid) -> None:
    """Claims whose bill this payment settled are paid back."""
    for claim in settled_claims(ctx, fact.supplier):
        follow_bill(ctx, claim)


@reacts(SupplierPaymentReversed)
def owe_again(ctx: Context, fact: SupplierPaymentReversed) -> None:
    """Claims whose bill is open again wait for their money again."""
    for claim in settled_claims(ctx, fact.supplier):
        follow_bill(ctx, claim)


@reacts(BillVoided)
def keep_with_claim(ctx: Context, fact: BillVoided) -> None:
    """What a claim owes a person is taken back with the claim, never without it.

    Refuses: bill_of_claim.
    """
    claim = claim_of_bill(ctx, fact.bill)
    if claim is not None:
        raise Refusal("bill_of_claim", f"This bill pays {claim} back; take back the claim instead.")
