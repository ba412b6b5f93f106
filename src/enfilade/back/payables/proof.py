"""The sub-ledger against the ledger: what bills and payments say, and what the account of suppliers says; expected to be equal."""

from __future__ import annotations

from enfilade.back.ledger.subledgers import Difference, differences_of
from enfilade.core.context import Context

_DOCUMENTS = """
    SELECT 'payables.bill:' || id, number, supplier_id, currency, sign * total_minor, sign * coalesce(worth_minor, total_minor)
      FROM payables_bill CROSS JOIN LATERAL (
           SELECT CASE WHEN state = 'void' THEN 0 WHEN kind = 'bill' THEN -1 ELSE 1 END AS sign) m
     WHERE company_id = %(company)s AND number IS NOT NULL
    UNION ALL
    SELECT 'payables.supplierpayment:' || p.id, p.number, p.supplier_id, p.currency, m.amount, m.worth
      FROM payables_supplierpayment p CROSS JOIN LATERAL (
           SELECT CASE WHEN p.state = 'reversed' THEN 0 ELSE p.amount_minor + coalesce(sum(s.discount_minor), 0) END AS amount,
                  CASE WHEN p.state = 'reversed' THEN 0
                       ELSE coalesce(sum(s.worth_minor), p.amount_minor + coalesce(sum(s.discount_minor), 0)) END AS worth
             FROM payables_settlement s WHERE s.payment_id = p.id) m
     WHERE p.company_id = %(company)s
    UNION ALL
    SELECT 'payables.settlement:' || s.id, b.number, b.supplier_id, s.currency, 0, s.worth_minor - s.credit_worth_minor
      FROM payables_settlement s JOIN payables_bill b ON b.id = s.bill_id
     WHERE s.company_id = %(company)s AND s.credit_id IS NOT NULL AND s.worth_minor IS NOT NULL
"""


def differences(ctx: Context) -> list[Difference]:
    """Documents of payables and entries on the account of suppliers that do not say the same; [] is what is expected."""
    return differences_of(ctx, "payable", _DOCUMENTS)


def sentence_of(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of suppliers moved by {difference.posted} without a bill or a payment."
    return f"{difference.number} says {difference.said} on the account of suppliers, the ledger says {difference.posted}."
