"""Named reads of tax that customers withhold from us: who does, what is expected, what came without a certificate; and its proof."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from enfilade.back.ledger.subledgers import Difference, differences_of
from enfilade.back.tax.models import WithholdingKind
from enfilade.back.tax.queries import withholding_on
from enfilade.base.money.rules import multiply, worth_of_part
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from .models import CustomerWithholding, Invoice, Payment

# Posted in the company's currency, without a party.
_DOCUMENTS = """
    SELECT 'billing.payment:' || p.id, p.number, NULL::bigint, c.currency, m.amount, m.amount
      FROM billing_payment p JOIN core_company c ON c.id = p.company_id
     CROSS JOIN LATERAL (SELECT CASE p.state WHEN 'void' THEN 0 ELSE coalesce(p.own_minor, p.amount_minor) END AS amount) m
     WHERE p.company_id = %(company)s AND p.method = 'withheld'
    UNION ALL
    SELECT 'billing.withheldproof:' || w.id, w.reference, NULL::bigint, c.currency, m.amount, m.amount
      FROM billing_withheldproof w JOIN billing_payment p ON p.id = w.payment_id JOIN core_company c ON c.id = w.company_id
     CROSS JOIN LATERAL (SELECT -coalesce(p.own_minor, p.amount_minor) AS amount) m
     WHERE w.company_id = %(company)s AND w.set_off_on IS NOT NULL
"""


def withheld_differences(ctx: Context) -> list[Difference]:
    """What was withheld from us and entries on its account that do not say the same; [] is what is expected."""
    return differences_of(ctx, "withholding_receivable", _DOCUMENTS)


def withheld_sentence(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of tax that customers withheld moved by {difference.posted} without a payment."
    return f"{difference.number} says {difference.said} on the account of tax that customers withheld, the ledger says {difference.posted}."


def expected_withheld(ctx: Context, invoices: Iterable[Invoice], on: date) -> dict[int, int]:
    """What customers keep back for an office when they pay what is open. Shape: key of the invoice -> minor units, only where they do."""
    rows = [invoice for invoice in invoices if invoice.open_minor and invoice.kind == Invoice.Kind.INVOICE]
    known = CustomerWithholding.objects.visible_to(ctx).filter(customer__in={row.party_id for row in rows}).select_related("kind")
    kinds: dict[str, WithholdingKind | None] = {}
    rules: dict[int, WithholdingKind] = {}
    for one in known:
        if one.kind.code not in kinds:
            kinds[one.kind.code] = withholding_on(ctx, one.kind, on)
        if (kind := kinds[one.kind.code]) is not None:
            rules[one.customer_id] = kind
    return {row.pk: kept for row in rows if row.party_id in rules and (kept := _of_open(row, rules[row.party_id]))}


def _of_open(invoice: Invoice, kind: WithholdingKind) -> int:
    base = invoice.total_minor if kind.base == WithholdingKind.Base.GROSS else invoice.net_minor
    return worth_of_part(invoice.open_minor, invoice.total_minor, multiply(base, kind.rate_percent / 100))


def own_amount(payment: Payment) -> int:
    """What was withheld, in the company's currency."""
    return payment.amount_minor if payment.own_minor is None else payment.own_minor


def withholds(ctx: Context, party: Party) -> CustomerWithholding | None:
    """Under which law a customer withholds tax from us."""
    return CustomerWithholding.objects.visible_to(ctx).filter(customer__in=merged_keys(ctx, party)).select_related("kind").first()


def withheld_by_customers(
    ctx: Context, *, until_on: date | None = None, party: Party | None = None, unproved: bool = False, standing: bool = False
) -> list[Payment]:
    """Tax that customers withheld from us, oldest first, with the invoice and the certificate.

    unproved: without a certificate. standing: that no office has counted yet.
    """
    rows = Payment.objects.visible_to(ctx).filter(method=Payment.Method.WITHHELD, state=Payment.State.TAKEN)
    if until_on is not None:
        rows = rows.filter(on__lte=until_on)
    if party is not None:
        rows = rows.filter(party__in=merged_keys(ctx, party))
    if unproved:
        rows = rows.filter(withheld_proof=None)
    if standing:
        rows = rows.filter(withheld_proof__set_off_on=None)
    return list(rows.select_related("party", "invoice", "withheld_proof").order_by("on", "pk"))
