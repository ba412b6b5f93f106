"""Proof of billing: what invoices say is open, and what the account of customers says."""

from __future__ import annotations

from django.db.models import Sum

from enfilade.back.ledger.queries import balance_of, ledger_book
from enfilade.base.books.queries import last_period
from enfilade.core.context import Context
from enfilade.core.proofs import proof
from enfilade.core.ui.format import format_amount

from .models import Invoice


@proof("receivables", title="Open invoices against the ledger", permission="billing.view_invoice", url="/billing/reports/receivables/")
def owed_by_customers(ctx: Context) -> list[str]:
    """The open amounts of all invoices are the balance of the account of customers, whatever the day."""
    last = last_period(ctx, ledger_book(ctx))
    if last is None:
        return []
    rows = Invoice.objects.visible_to(ctx).filter(kind=Invoice.Kind.INVOICE, number__isnull=False)
    said, posted = int(rows.aggregate(sum=Sum("open_minor"))["sum"] or 0), balance_of(ctx, "receivable", last.ends_on)
    open_amount, balance = (format_amount(amount, ctx.company.currency) for amount in (said, posted))
    return [f"Open invoices are {open_amount}, the account of customers is {balance}."] if said != posted else []
