"""Proof of billing: what invoices say is open less what is on account, and what the account of customers says."""

from __future__ import annotations

from django.db.models import Sum

from enfilade.back.ledger.queries import balance_of, ledger_book
from enfilade.base.books.queries import last_period
from enfilade.core.context import Context
from enfilade.core.proofs import proof
from enfilade.core.ui.format import format_amount

from .models import Invoice, Payment


@proof(
    "receivables", title="Open invoices against the ledger", permission="billing.view_invoice", url="/billing/reports/receivables_proof/"
)
def owed_by_customers(ctx: Context) -> list[str]:
    """The open amounts of all invoices less what is on account are the balance of the account of customers, whatever the day."""
    last = last_period(ctx, ledger_book(ctx))
    if last is None:
        return []
    still = [Invoice.State.ISSUED, Invoice.State.PART_PAID]
    rows = Invoice.objects.visible_to(ctx).filter(kind=Invoice.Kind.INVOICE, state__in=still)
    kept = Payment.objects.visible_to(ctx).filter(rest_minor__gt=0).aggregate(sum=Sum("rest_minor"))["sum"] or 0
    said = int(rows.aggregate(sum=Sum("open_minor"))["sum"] or 0) - int(kept)
    posted = balance_of(ctx, "receivable", last.ends_on)
    open_amount, balance = (format_amount(amount, ctx.company.currency) for amount in (said, posted))
    return [f"Open invoices less what is on account are {open_amount}, the account of customers is {balance}."] if said != posted else []
