"""The return of a period is filed before its last month is closed for good."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .forms import form_of
from .models import TaxReturn
from .queries import last_return, setting_on
from .rules import period_of


@closing_step("tax.return", title="The tax return is filed", order=320, required=False)
def return_filed(ctx: Context, period: Period) -> Standing | None:
    """The return of the month, or of the quarter that ends with it; countries whose form nobody knows have no such step."""
    form = form_of(ctx.company.country)
    first, last = period_of(period.ends_on, setting_on(ctx, period.ends_on).interval)
    if not form or last != period.ends_on:
        return None
    made = last_return(ctx, form, first)
    if made is None:
        return Standing(1, "The return is not prepared.", "/tax/tax-returns/")
    if made.state == TaxReturn.State.PREPARED:
        return Standing(1, "The return is prepared and not filed.", f"/tax/tax-returns/{made.pk}/")
    return Standing(0, "The return is filed.", f"/tax/tax-returns/{made.pk}/")
