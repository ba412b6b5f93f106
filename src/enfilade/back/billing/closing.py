"""What is to be billed before a month is closed."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .models import Charge, DrawerSession, Invoice
from .proof import differences


@closing_step("billing.drafts", title="No invoice waits as a draft", order=120)
def drafts_issued(ctx: Context, period: Period) -> Standing:
    """Drafts that nobody issued or threw away; a draft has no day yet, so each may belong to the month."""
    del period
    open_count = Invoice.objects.visible_to(ctx).filter(state=Invoice.State.DRAFT).count()
    sentence = f"Invoices that are drafts: {open_count}." if open_count else "Every invoice is issued."
    return Standing(open_count, sentence, "/billing/invoices/?state=draft" if open_count else "")


@closing_step("billing.charges", title="What was done is billed", order=125, required=False)
def charges_billed(ctx: Context, period: Period) -> Standing:
    """Charges of the month, and older ones, that are on no invoice."""
    open_count = Charge.objects.visible_to(ctx).filter(state=Charge.State.OPEN, on__lte=period.ends_on).count()
    sentence = f"Charges that are on no invoice: {open_count}." if open_count else "Every charge is on an invoice."
    return Standing(open_count, sentence, f"/billing/charges/?state=open&on_to={period.ends_on}" if open_count else "")


@closing_step("billing.drawers", title="Every cash drawer is counted", order=130)
def drawers_counted(ctx: Context, period: Period) -> Standing:
    """Drawers that were opened up to the end of the month and are open still."""
    rows = DrawerSession.objects.visible_to(ctx).filter(state=DrawerSession.State.OPEN, opened_at__date__lte=period.ends_on)
    open_count = rows.count()
    sentence = f"Cash drawers that are not counted: {open_count}." if open_count else "Every cash drawer is counted."
    return Standing(open_count, sentence, "/billing/drawer-sessions/?state=open" if open_count else "")


@closing_step("billing.proof", title="Open invoices sum to the account of customers", order=200)
def invoices_tie(ctx: Context, period: Period) -> Standing:
    """Documents and entries that do not say the same."""
    del period
    open_count = len(differences(ctx))
    if not open_count:
        return Standing(0, "What invoices say is owed is what the ledger says.")
    sentence = f"Invoices or entries that differ between the ledger and the list of invoices: {open_count}."
    return Standing(open_count, sentence, "/billing/reports/receivables_proof/")
