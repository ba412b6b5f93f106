"""Proof of billing: what invoices say is open less what is on account, and what the account of customers says."""

from __future__ import annotations

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from enfilade.back.ledger.queries import balance_of, ledger_book
from enfilade.base.books.queries import last_period
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.proofs import proof
from enfilade.core.ui.format import format_amount

from .models import Invoice, Payment
from .withheld import withheld_differences, withheld_sentence

# In the company's currency, as the books count it.
_OPEN = Coalesce(F("worth_minor") - F("gone_worth_minor"), F("open_minor"), output_field=AmountField())
_REST = Coalesce(F("worth_minor") - F("gone_worth_minor"), F("rest_minor"), output_field=AmountField())


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
    kept = Payment.objects.visible_to(ctx).filter(rest_minor__gt=0).aggregate(sum=Sum(_REST))["sum"] or 0
    said = int(rows.aggregate(sum=Sum(_OPEN))["sum"] or 0) - int(kept)
    posted = balance_of(ctx, "receivable", last.ends_on)
    open_amount, balance = (format_amount(amount, ctx.company.currency) for amount in (said, posted))
    return [f"Open invoices less what is on account are {open_amount}, the account of customers is {balance}."] if said != posted else []


@proof(
    "withheld_from_us",
    title="Tax that customers withheld against the ledger",
    permission="billing.view_payment",
    url="/billing/reports/withheld_from_us/",
)
def owed_by_tax_offices(ctx: Context) -> list[str]:
    """All tax that customers withheld and no office has counted is the balance of its account, payment by payment."""
    return [withheld_sentence(difference) for difference in withheld_differences(ctx)]
