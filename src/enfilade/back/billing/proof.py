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
     WHERE company_id = %(company)s AND kind IN ('payment', 'refund')
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


_DEPOSITS = """
    SELECT 'billing.payment:' || y.id, y.number, y.party_id, y.currency, sign * y.amount_minor, sign * y.amount_minor
      FROM billing_payment y
     CROSS JOIN LATERAL (SELECT CASE WHEN y.state = 'void' THEN 0 WHEN y.kind = 'deposit' THEN -1 ELSE 1 END AS sign) s
     WHERE y.company_id = %(company)s AND y.kind IN ('deposit', 'deposit_return')
    UNION ALL
    SELECT CASE WHEN u.payment_id IS NULL THEN 'billing.deposituse:' || u.id ELSE 'billing.payment:' || u.payment_id END,
           d.number, d.party_id, c.currency, sign * u.amount_minor, sign * u.amount_minor
      FROM billing_deposituse u JOIN billing_deposit d ON d.id = u.deposit_id JOIN core_company c ON c.id = u.company_id
     CROSS JOIN LATERAL (SELECT CASE u.state WHEN 'standing' THEN 1 ELSE 0 END AS sign) s
     WHERE u.company_id = %(company)s AND u.kind IN ('invoice', 'damages')
"""


def deposit_differences(ctx: Context) -> list[Difference]:
    """Deposits and entries on the account of deposits that do not say the same; [] is what is expected."""
    return differences_of(ctx, "deposit_held", _DEPOSITS)


def deposit_sentence(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of deposits moved by {difference.posted} without a deposit."
    return f"{difference.number} says {difference.said} on the account of deposits, the ledger says {difference.posted}."


def differences(ctx: Context) -> list[Difference]:
    """Documents of billing and entries on the account of customers that do not say the same; [] is what is expected."""
    return differences_of(ctx, "receivable", _DOCUMENTS)


def sentence_of(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of customers moved by {difference.posted} without a bill or a payment."
    return f"{difference.number} says {difference.said} on the account of customers, the ledger says {difference.posted}."
