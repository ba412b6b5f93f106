"""Proof of expenses: each claim against what it posted, and all that is open against what the ledger owes."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof

from .proof import differences, open_and_owed


@proof("expenses", title="Expense claims against the ledger", permission="expenses.view_books", url="/expenses/reports/expenses_proof/")
def owed_to_people(ctx: Context) -> list[str]:
    """Every claim is posted as it says, and open claims are what the ledger owes to people for them."""
    said, owed = open_and_owed(ctx)
    whole = [] if said == owed else ["Open claims and what the ledger owes for them differ."]
    return [*(difference.sentence for difference in differences(ctx)), *whole]
