"""Proof for `enfilade verify`: numbers without gaps, and claims equal to the ledger."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.verify import Finding, declare_series, verifier

from .models import ExpenseClaim
from .proof import differences

declare_series("expenses.claim", ExpenseClaim, "number", starts="EC-")


@verifier("expenses")
def verify_expenses(ctx: Context) -> list[Finding]:
    """Claims that the ledger does not confirm."""
    return [Finding("posted_differs", d.ref, d.sentence) for d in differences(ctx)]
