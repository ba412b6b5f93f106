"""Proof of tax: documents of this year against the accounts of tax."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.proofs import proof
from enfilade.core.ui.format import format_amount

from .parts import by_account, taxed_parts
from .queries import TAX_PURPOSES, moved_in_ledger


@proof("tax", title="Tax accounts against documents", permission="tax.view_taxreturn", url="/tax/reports/tax_proof/")
def tax_of_documents(ctx: Context) -> list[str]:
    """What documents of this calendar year say of tax is what its accounts moved. Accounts that share a number are held together."""
    first, last = ctx.today.replace(month=1, day=1), ctx.today
    said, moved = by_account(taxed_parts(ctx, first, last)), moved_in_ledger(ctx, first, last)
    off = sum(said.get(name, 0) for name in TAX_PURPOSES) - sum(moved.values())
    return [f"Documents of this year and the accounts of tax differ by {format_amount(off, ctx.company.currency)}."] if off else []
