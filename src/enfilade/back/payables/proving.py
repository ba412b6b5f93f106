"""Proof of payables: each document against what it moved on the account of suppliers."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof

from .proof import differences, sentence_of, withheld_differences, withheld_sentence


@proof("payables", title="Bills against the ledger", permission="payables.view_bill", url="/payables/reports/payables_proof/")
def owed_to_suppliers(ctx: Context) -> list[str]:
    """Every bill and payment moved the account of suppliers by what it is over, and nothing else did."""
    return [sentence_of(difference) for difference in differences(ctx)]


@proof("withheld", title="Tax withheld against the ledger", permission="payables.view_bill", url="/payables/reports/withheld/")
def owed_to_tax_offices(ctx: Context) -> list[str]:
    """Every payment moved the account of tax withheld by what it kept back, every declaration took that away, and nothing else moved it."""
    return [withheld_sentence(difference) for difference in withheld_differences(ctx)]
