"""Expenses of a month are in the books before it is closed."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .models import ExpenseClaim


@closing_step("expenses.unposted", title="Every expense claim is posted", order=145)
def claims_posted(ctx: Context, period: Period) -> Standing:
    """Claims with expenses up to the end of the month that wait for approval or for posting."""
    waiting = (ExpenseClaim.State.SUBMITTED, ExpenseClaim.State.APPROVED)
    open_count = ExpenseClaim.objects.visible_to(ctx).filter(state__in=waiting, last_on__lte=period.ends_on).count()
    sentence = f"Expense claims that are not posted: {open_count}." if open_count else "Every expense claim is posted."
    return Standing(open_count, sentence, "/expenses/expense-claims/?state=submitted" if open_count else "")
