"""Proofs of billing: open invoices less what is on account against the account of customers, deposits against theirs."""

from __future__ import annotations

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from enfilade.back.ledger.queries import balance_of, ledger_book
from enfilade.base.books.queries import last_period
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.proofs import proof
from enfilade.core.ui.format import format_amount

from .models import Deposit, Invoice, Payment
from .proof import deposit_differences, deposit_sentence
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


@proof("deposits", title="Deposits against the ledger", permission="billing.view_deposit", url="/billing/reports/deposits_proof/")
def held_as_security(ctx: Context) -> list[str]:
    """What is held of all deposits is the balance of the account of deposits, and each one is posted as it says."""
    held = int(Deposit.objects.visible_to(ctx).aggregate(sum=Sum("held_minor"))["sum"] or 0)
    last = last_period(ctx, ledger_book(ctx))
    if last is None or not held:
        return [deposit_sentence(found) for found in deposit_differences(ctx)]
    posted = -balance_of(ctx, "deposit_held", last.ends_on)
    said, balance = (format_amount(amount, ctx.company.currency) for amount in (held, posted))
    whole = [f"Deposits are {said}, the account of deposits is {balance}."] if held != posted else []
    return [*whole, *(deposit_sentence(found) for found in deposit_differences(ctx))]
