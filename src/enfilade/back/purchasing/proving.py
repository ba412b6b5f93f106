"""Proof of purchasing: accruals against the ledger, orders against receipts and bills."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof

from .proof import differences


@proof(
    "purchasing",
    title="Orders against receipts, bills and ledger",
    permission="purchasing.view_accrual",
    url="/purchasing/reports/purchasing_proof/",
)
def orders_are_what_came(ctx: Context) -> list[str]:
    """Every accrual is in the ledger and was taken back, and every order says what came of it and what was billed."""
    return [difference.sentence for difference in differences(ctx)]
