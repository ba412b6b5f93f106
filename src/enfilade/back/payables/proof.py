"""The sub-ledger against the ledger: what bills and payments say, and what the account of suppliers says; expected to be equal."""

from __future__ import annotations

from enfilade.back.ledger.subledgers import Difference, differences_of
from enfilade.core.context import Context

_DOCUMENTS = """
    SELECT 'payables.bill:' || id, number, supplier_id, %(unit)s::text, amount, amount
      FROM payables_bill CROSS JOIN LATERAL (
           SELECT CASE WHEN state = 'void' THEN 0 WHEN kind = 'bill' THEN -total_minor ELSE total_minor END AS amount) m
     WHERE company_id = %(company)s AND number IS NOT NULL
    UNION ALL
    SELECT 'payables.supplierpayment:' || p.id, p.number, p.supplier_id, %(unit)s::text, amount, amount
      FROM payables_supplierpayment p CROSS JOIN LATERAL (
           SELECT CASE WHEN p.state = 'reversed' THEN 0 ELSE p.amount_minor + coalesce(
                  (SELECT sum(s.discount_minor) FROM payables_settlement s WHERE s.payment_id = p.id), 0) END AS amount) m
     WHERE p.company_id = %(company)s
"""


def differences(ctx: Context) -> list[Difference]:
    """Documents of payables and entries on the account of suppliers that do not say the same; [] is what is expected."""
    return differences_of(ctx, "payable", _DOCUMENTS)


def sentence_of(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of suppliers moved by {difference.posted} without a bill or a payment."
    return f"{difference.number} says {difference.said} on the account of suppliers, the ledger says {difference.posted}."
