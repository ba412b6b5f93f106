"""Proof of assets: the register against the accounts of its classes."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof

from .proof import differences, sentence_of


@proof("assets", title="Assets against the ledger", permission="assets.view_asset", url="/assets/reports/assets_proof/")
def register_is_the_ledger(ctx: Context) -> list[str]:
    """Cost and what is written off by the register are the balances of the accounts of its classes."""
    return [sentence_of(ctx, proved) for proved in differences(ctx)]
