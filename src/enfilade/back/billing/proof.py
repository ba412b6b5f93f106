"""The sub-ledger against the ledger: what invoices and payments say, and what the account of customers says; expected to be equal."""

from __future__ import annotations

from enfilade.back.ledger.subledgers import Difference, differences_of
from enfilade.core.context import Context

_DOCUMENTS = """
    SELECT 'billing.invoice:' || id, number, party_id, currency, sign * total_minor, sign * coalesce(worth_minor, total_minor)
      FROM billing_invoice CROSS JOIN LATERAL (SELECT CASE kind WHEN 'invoice' THEN 1 ELSE -1 END AS sign) s
     WHERE company_id = %(company)s AND number IS NOT NULL
    UNION ALL
    SELECT 'billing.payment:' || id, number, party_id, currency, sign * amount_minor, sign * coalesce(worth_minor, amount_minor)
      FROM billing_payment CROSS JOIN LATERAL (SELECT CASE WHEN state = 'void' THEN 0 WHEN kind = 'payment' THEN -1 ELSE 1 END AS sign) s
     WHERE company_id = %(company)s
    UNION ALL
    SELECT 'billing.writeoff:' || w.id, i.number, i.party_id, i.currency, sign * w.amount_minor,
           sign * coalesce(w.worth_minor, w.amount_minor)
      FROM billing_writeoff w JOIN billing_invoice i ON i.id = w.invoice_id
     CROSS JOIN LATERAL (SELECT CASE w.state WHEN 'standing' THEN -1 ELSE 0 END AS sign) s
     WHERE w.company_id = %(company)s
    UNION ALL
    SELECT 'billing.allocation:' || a.id, i.number, d.party_id, i.currency, sum(s.sign * d.amount), sum(s.sign * d.worth)
      FROM billing_allocation a JOIN billing_invoice i ON i.id = a.invoice_id JOIN billing_payment y ON y.id = a.payment_id
     CROSS JOIN LATERAL (VALUES (y.party_id, a.amount_minor, coalesce(a.paid_worth_minor, a.amount_minor)),
                                (i.party_id, -a.amount_minor, -coalesce(a.worth_minor, a.amount_minor))) AS d (party_id, amount, worth)
     CROSS JOIN LATERAL (SELECT CASE a.state WHEN 'standing' THEN 1 ELSE 0 END AS sign) s
     WHERE a.company_id = %(company)s AND (y.party_id <> i.party_id OR a.currency <> '')
     GROUP BY a.id, i.id, d.party_id
"""


def differences(ctx: Context) -> list[Difference]:
    """Documents of billing and entries on the account of customers that do not say the same; [] is what is expected."""
    return differences_of(ctx, "receivable", _DOCUMENTS)


def sentence_of(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of customers moved by {difference.posted} without a bill or a payment."
    return f"{difference.number} says {difference.said} on the account of customers, the ledger says {difference.posted}."
