"""The sub-ledger against the ledger: what invoices and payments say, and what the account of customers says; expected to be equal."""

from __future__ import annotations

from enfilade.back.ledger.subledgers import Difference, differences_of
from enfilade.core.context import Context

_DOCUMENTS = """
    SELECT 'billing.invoice:' || id AS ref, number, party_id, CASE kind WHEN 'invoice' THEN total_minor ELSE -total_minor END AS amount
      FROM billing_invoice WHERE company_id = %(company)s AND number IS NOT NULL
    UNION ALL
    SELECT 'billing.payment:' || id, number, party_id,
           CASE WHEN state = 'void' THEN 0 WHEN kind = 'payment' THEN -amount_minor ELSE amount_minor END
      FROM billing_payment WHERE company_id = %(company)s
    UNION ALL
    SELECT 'billing.writeoff:' || w.id, i.number, i.party_id, CASE w.state WHEN 'standing' THEN -w.amount_minor ELSE 0 END
      FROM billing_writeoff w JOIN billing_invoice i ON i.id = w.invoice_id WHERE w.company_id = %(company)s
    UNION ALL
    SELECT 'billing.allocation:' || a.id, i.number, d.party_id, CASE a.state WHEN 'standing' THEN d.amount ELSE 0 END
      FROM billing_allocation a JOIN billing_invoice i ON i.id = a.invoice_id JOIN billing_payment y ON y.id = a.payment_id
     CROSS JOIN LATERAL (VALUES (y.party_id, a.amount_minor), (i.party_id, -a.amount_minor)) AS d (party_id, amount)
     WHERE a.company_id = %(company)s AND y.party_id <> i.party_id
"""


def differences(ctx: Context) -> list[Difference]:
    """Documents of billing and entries on the account of customers that do not say the same; [] is what is expected."""
    return differences_of(ctx, "receivable", _DOCUMENTS)


def sentence_of(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of customers moved by {difference.posted} without a bill or a payment."
    return f"{difference.number} says {difference.said} on the account of customers, the ledger says {difference.posted}."
