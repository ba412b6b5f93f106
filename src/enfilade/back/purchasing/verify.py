"""Proof for `enfilade verify`: numbers without gaps, and orders equal to receipts, bills and ledger."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.verify import Finding, declare_series, verifier

from .models import GoodsReceipt, PurchaseOrder
from .proof import differences

declare_series("purchasing.order", PurchaseOrder, "number", starts="PO-")
declare_series("purchasing.receipt", GoodsReceipt, "number", starts="GR-")


@verifier("purchasing")
def verify_purchasing(ctx: Context) -> list[Finding]:
    """Accruals that are not in the ledger, and orders that do not say what came and was billed."""
    return [Finding("order_differs", difference.ref, difference.sentence) for difference in differences(ctx)]
