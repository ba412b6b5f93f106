"""Proof of banking: what is matched with lines of statements against what the ledger moved."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof

from .verify import verify_banking


@proof("banking", title="Matched lines of the bank against the ledger", permission="banking.view_statement", url="/banking/reports/breaks/")
def matched_at_bank(ctx: Context) -> list[str]:
    """Every match is over what its entry moved at the bank."""
    return [finding.sentence for finding in verify_banking(ctx)]
