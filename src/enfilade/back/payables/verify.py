"""Proof for `enfilade verify`: numbers without gaps, what is settled as the rows say, and the sub-ledger equal to the ledger."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.verify import Finding, declare_series, verifier

from .models import Bill, PaymentRun, SupplierPayment
from .proof import differences, sentence_of

declare_series("payables.bill", Bill, "number", starts="B-")
declare_series("payables.credit_note", Bill, "number", starts="BC-")
declare_series("payables.payment", SupplierPayment, "number", starts="SP-")
declare_series("payables.run", PaymentRun, "number", starts="P-")


@verifier("payables")
def verify_payables(ctx: Context) -> list[Finding]:
    """Documents that are not in the ledger once, and suppliers whose open items are not what the ledger says is owed to them."""
    return [Finding(d.code, d.ref, sentence_of(d)) for d in differences(ctx)]
