"""Proof for `enfilade verify`: numbers without gaps, what is settled as the rows say, and the sub-ledger equal to the ledger."""

from __future__ import annotations

from django.db.models import Q

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.verify import Finding, declare_series, verifier

from .models import Bill, PaymentRun, SetOff, SupplierPayment, WithholdingReturn
from .proof import differences, sentence_of, withheld_differences, withheld_sentence

declare_series("payables.bill", Bill, "number", starts="B-")
declare_series("payables.credit_note", Bill, "number", starts="BC-")
declare_series("payables.payment", SupplierPayment, "number", starts="SP-")
declare_series("payables.run", PaymentRun, "number", starts="P-")
declare_series("payables.set_off", SetOff, "number", starts="SO-")
declare_series("payables.withholding_return", WithholdingReturn, "number", starts="WR-")


@verifier("payables")
def verify_payables(ctx: Context) -> list[Finding]:
    """Documents that are not in the ledger once, and suppliers whose open items are not what the ledger says is owed to them."""
    return [*(Finding(d.code, d.ref, sentence_of(d)) for d in differences(ctx)), *_one_sided(ctx)]


def _one_sided(ctx: Context) -> list[Finding]:
    """Set-offs of which one side stands and the other does not."""
    rows = SetOff.objects.visible_to(ctx).select_related("received", "paid").order_by("pk")
    standing = Q(state=SetOff.State.STANDING)
    gone, left = Q(received__voided_on__isnull=False) | ~Q(paid__reversed_on=None), Q(received__voided_on=None) | Q(paid__reversed_on=None)
    found = rows.filter(standing & gone | ~standing & left)
    return [Finding("set_off_one_sided", ref(row), f"{row} stands on one side and is undone on the other.") for row in found]
    found = [Finding(d.code, d.ref, sentence_of(d)) for d in differences(ctx)]
    return [*found, *(Finding(d.code, d.ref, withheld_sentence(d)) for d in withheld_differences(ctx))]
