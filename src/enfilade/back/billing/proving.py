"""Proof of billing: each document against what it moved on the account of customers."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof

from .proof import differences


@proof("receivables", title="Invoices against the ledger", permission="billing.view_invoice", url="/billing/reports/receivables_proof/")
def owed_by_customers(ctx: Context) -> list[str]:
    """Every invoice, payment and write-off moved the account of customers by what it is over, and nothing else did."""
    return [difference.sentence for difference in differences(ctx)]
