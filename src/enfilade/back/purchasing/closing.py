"""What has to be done about orders before a month is closed."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .models import PurchaseOrder
from .proof import differences
from .queries import to_accrue


@closing_step("purchasing.accrued", title="What came and is not billed is posted", order=305)
def not_billed_posted(ctx: Context, period: Period) -> Standing | None:
    """Lines of orders whose cost at the end of the month is not posted, or not as it is known today."""
    if not PurchaseOrder.objects.visible_to(ctx).filter(number__isnull=False).exists():
        return None
    open_count = len(to_accrue(ctx, period.ends_on))
    sentence = "What came and is not billed is posted."
    if open_count:
        sentence = f"Lines of orders that came, are not billed, and whose cost is not posted yet: {open_count}."
    return Standing(open_count, sentence, f"/purchasing/do/accrue_not_billed/?through_on={period.ends_on}" if open_count else "")


@closing_step("purchasing.proof", title="Accruals of orders are what the ledger says", order=325)
def accruals_tie(ctx: Context, period: Period) -> Standing | None:
    """Accruals that the ledger does not confirm."""
    del period
    if not PurchaseOrder.objects.visible_to(ctx).filter(number__isnull=False).exists():
        return None
    open_count = len(differences(ctx))
    sentence = "Orders and ledger say the same."
    if open_count:
        sentence = f"Accruals or orders that differ from the ledger or from their bills: {open_count}."
    return Standing(open_count, sentence, "/purchasing/reports/purchasing_proof/" if open_count else "")
