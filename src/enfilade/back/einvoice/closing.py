"""What came in as an e-invoice is a bill before its month is closed."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .queries import not_entered


@closing_step("einvoice.incoming", title="Every e-invoice of a supplier is entered", order=135)
def einvoices_entered(ctx: Context, period: Period) -> Standing:
    """E-invoices with a date up to the end of the month of which nobody made a bill."""
    open_count = len(not_entered(ctx, period.ends_on))
    if not open_count:
        return Standing(0, "Every e-invoice is entered.")
    return Standing(
        open_count,
        f"E-invoices that are not entered as bills: {open_count}.",
        f"/einvoice/incoming-e-invoices/?issued_on_to={period.ends_on}",
    )
