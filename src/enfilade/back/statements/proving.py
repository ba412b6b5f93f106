"""Proofs of the ledger itself: the trial balance sums to nothing, and what is entered gets sealed."""

from __future__ import annotations

from datetime import timedelta

from enfilade.back.ledger.queries import ledger_book
from enfilade.base.books.queries import first_unsealed
from enfilade.core.context import Context
from enfilade.core.proofs import proof
from enfilade.core.ui.format import format_amount

from .queries import standing_on

# Entries are sealed when a month is closed; what is older than this is in a month that should be.
UNSEALED_DAYS_MAX = 60


@proof("trial_balance", title="Debits against credits", permission="ledger.view_reports", url="/ledger/reports/trial_balance/")
def balanced(ctx: Context) -> list[str]:
    """All accounts together are nothing."""
    off = sum(standing_on(ctx, ctx.today).values())
    return [f"All accounts together are {format_amount(off, ctx.company.currency)}, not nothing."] if off else []


@proof("seals", title="Entries against seals", permission="ledger.view_reports", url="/books/book-seals/")
def sealed(ctx: Context) -> list[str]:
    """No entry waits long for its seal."""
    first = first_unsealed(ctx, ledger_book(ctx))
    late = first is not None and first < ctx.today - timedelta(days=UNSEALED_DAYS_MAX)
    return [f"Entries from {first:%Y-%m-%d} on are not sealed: close their month."] if late else []
