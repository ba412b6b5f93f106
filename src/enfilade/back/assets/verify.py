"""Proof for `enfilade verify`: the register equal to the ledger."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.verify import Finding, verifier

from .proof import differences, sentence_of


@verifier("assets")
def verify_assets(ctx: Context) -> list[Finding]:
    """Accounts of assets whose balance is not what the register says."""
    return [Finding("asset_account_differs", proved.account.code, sentence_of(ctx, proved)) for proved in differences(ctx)]
