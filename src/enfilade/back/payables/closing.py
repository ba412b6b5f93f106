"""What suppliers are owed has to be settled in the books before a month is closed."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .models import Bill, SupplierWithholding
from .proof import differences
from .withheld import kept_back


@closing_step("payables.drafts", title="Every bill is approved", order=140)
def bills_approved(ctx: Context, period: Period) -> Standing:
    """Bills with a date up to the end of the month that wait for their approval."""
    open_count = Bill.objects.visible_to(ctx).filter(state=Bill.State.DRAFT, billed_on__lte=period.ends_on).count()
    sentence = f"Bills that wait for their approval: {open_count}." if open_count else "Every bill is approved."
    return Standing(open_count, sentence, f"/payables/bills/?state=draft&billed_on_to={period.ends_on}" if open_count else "")


@closing_step("payables.proof", title="Open bills sum to the account of suppliers", order=200)
def bills_tie(ctx: Context, period: Period) -> Standing:
    """Documents and entries that do not say the same."""
    del period
    open_count = len(differences(ctx))
    if not open_count:
        return Standing(0, "What bills say is owed is what the ledger says.")
    sentence = f"Bills or entries that differ between the ledger and the list of bills: {open_count}."
    return Standing(open_count, sentence, "/payables/reports/payables_proof/")


@closing_step("payables.withheld", title="Tax withheld is declared", order=325, required=False)
def withheld_declared(ctx: Context, period: Period) -> Standing | None:
    """What payments up to the end of the month kept back and no declaration has; companies that withhold nothing have no step."""
    if not SupplierWithholding.objects.visible_to(ctx).exists():
        return None
    open_count = len(kept_back(ctx, to_on=period.ends_on, open_only=True))
    if not open_count:
        return Standing(0, "All tax that was withheld is declared.")
    sentence = f"Payments of which tax was withheld and is not declared: {open_count}."
    return Standing(open_count, sentence, "/payables/do/declare_withholding/")
