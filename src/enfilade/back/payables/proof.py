"""The sub-ledger against the ledger: what bills and payments say is owed, and what the control account says. Expected to be equal."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from enfilade.core.context import Context

# Every document of ours moved the control account by what it is over, in the entry that names it, and once; a reversal counts with it.
_DOCUMENTS = """
WITH wanted AS (
    SELECT 'payables.bill:' || id AS ref, number, supplier_id,
           CASE WHEN state = 'void' THEN 0 WHEN kind = 'bill' THEN -total_minor ELSE total_minor END AS amount
      FROM payables_bill WHERE company_id = %(company)s AND number IS NOT NULL
    UNION ALL
    SELECT 'payables.supplierpayment:' || p.id, p.number, p.supplier_id,
           CASE WHEN p.state = 'reversed' THEN 0 ELSE p.amount_minor + coalesce((SELECT sum(s.discount_minor) FROM payables_settlement s
                                                                                WHERE s.payment_id = p.id), 0) END
      FROM payables_supplierpayment p WHERE p.company_id = %(company)s
), posted AS (
    SELECT coalesce(o.origin, e.origin) AS ref, l.party_id, sum(l.quantity_minor)::bigint AS amount
      FROM books_line l JOIN books_entry e ON e.id = l.entry_id LEFT JOIN books_entry o ON o.id = e.reverses_id
      JOIN ledger_accountpurpose p ON p.account_id = l.account_id AND p.company_id = %(company)s AND p.purpose = 'payable'
     WHERE l.company_id = %(company)s
     GROUP BY 1, 2
)
SELECT coalesce(w.ref, p.ref), w.number, coalesce(w.amount, 0), coalesce(p.amount, 0)
  FROM wanted w FULL JOIN posted p ON p.ref = w.ref AND p.party_id = w.supplier_id
 WHERE coalesce(w.amount, 0) <> coalesce(p.amount, 0)
 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the sub-ledger says of a document and what the ledger says; both with credit negative."""

    ref: str
    number: str
    said_minor: int
    posted_minor: int

    @property
    def code(self) -> str:
        """not_posted, posted_differs, or by_hand for what no document of payables explains."""
        if not self.number:
            return "payable_by_hand"
        return "posted_differs" if self.posted_minor else "not_posted"

    @property
    def sentence(self) -> str:
        """What is wrong."""
        if not self.number:
            return f"The account of suppliers moved by {self.posted_minor} without a bill or a payment."
        return f"{self.number} says {self.said_minor} on the account of suppliers, the ledger says {self.posted_minor}."


def differences(ctx: Context) -> list[Difference]:
    """Documents of payables and entries on the control account that do not say the same; [] is what is expected."""
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENTS, {"company": ctx.company_id})
        return [Difference(reference or "", number or "", said, posted) for reference, number, said, posted in cursor.fetchall()]
