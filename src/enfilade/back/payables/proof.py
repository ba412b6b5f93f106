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
           SELECT CASE WHEN p.state = 'reversed' THEN 0 ELSE p.amount_minor + k.less END AS amount,
                  CASE WHEN p.state = 'reversed' THEN 0 ELSE coalesce(k.worth, p.amount_minor + k.less) END AS worth
             FROM (SELECT sum(worth_minor) AS worth, coalesce(sum(discount_minor + withheld_minor), 0) AS less
                     FROM payables_settlement WHERE payment_id = p.id) k) m
     WHERE p.company_id = %(company)s
    UNION ALL
    SELECT 'payables.settlement:' || s.id, b.number, b.supplier_id, s.currency, 0, s.worth_minor - s.credit_worth_minor
      FROM payables_settlement s JOIN payables_bill b ON b.id = s.bill_id
     WHERE s.company_id = %(company)s AND s.credit_id IS NOT NULL AND s.worth_minor IS NOT NULL
"""
# What payments withheld, and what was declared of it by bills of authorities; posted in the company's currency, without a party.
_WITHHELD = """
    SELECT 'payables.supplierpayment:' || p.id, p.number, NULL::bigint, c.currency, -s.kept, -s.kept
      FROM (SELECT payment_id, sum(coalesce(withheld_worth_minor, withheld_minor))::bigint AS kept FROM payables_settlement
             WHERE company_id = %(company)s AND withheld_minor <> 0 GROUP BY payment_id) s
      JOIN payables_supplierpayment p ON p.id = s.payment_id JOIN core_company c ON c.id = p.company_id
    UNION ALL
    SELECT 'payables.bill:' || r.bill_id, r.number, NULL::bigint, c.currency, m.total, m.total
      FROM payables_withholdingreturn r JOIN core_company c ON c.id = r.company_id
     CROSS JOIN LATERAL (SELECT CASE r.state WHEN 'declared' THEN r.total_minor ELSE 0 END AS total) m
     WHERE r.company_id = %(company)s
"""


def differences(ctx: Context) -> list[Difference]:
    """Documents of payables and entries on the account of suppliers that do not say the same; [] is what is expected."""
    return differences_of(ctx, "payable", _DOCUMENTS)


def sentence_of(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of suppliers moved by {difference.posted} without a bill or a payment."
    return f"{difference.number} says {difference.said} on the account of suppliers, the ledger says {difference.posted}."


def withheld_differences(ctx: Context) -> list[Difference]:
    """Payments and declarations, and entries on the account of tax withheld, that do not say the same; [] is what is expected."""
    return differences_of(ctx, "withholding_payable", _WITHHELD)


def withheld_sentence(difference: Difference) -> str:
    """What is wrong."""
    if not difference.number:
        return f"The account of tax withheld moved by {difference.posted} without a payment or a declaration."
    return f"{difference.number} says {difference.said} on the account of tax withheld, the ledger says {difference.posted}."
