"""The sub-ledger against the ledger: what bills and payments say is owed, and what the account of customers says. Expected to be equal."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from enfilade.core.context import Context

# Every document moved the account of customers by what it is over, in the entry that names it; a reversal counts with it.
_DOCUMENTS = """
WITH wanted AS (
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
), posted AS (
    SELECT coalesce(o.origin, e.origin) AS ref, l.party_id, sum(l.quantity_minor)::bigint AS amount
      FROM books_line l JOIN books_entry e ON e.id = l.entry_id LEFT JOIN books_entry o ON o.id = e.reverses_id
      JOIN ledger_accountpurpose p ON p.account_id = l.account_id AND p.company_id = %(company)s AND p.purpose = 'receivable'
     WHERE l.company_id = %(company)s
     GROUP BY 1, 2
)
SELECT coalesce(w.ref, p.ref), w.number, coalesce(w.amount, 0), coalesce(p.amount, 0)
  FROM wanted w FULL JOIN posted p ON p.ref = w.ref AND p.party_id = w.party_id
 WHERE coalesce(w.amount, 0) <> coalesce(p.amount, 0)
 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the sub-ledger says of a document and what the ledger says."""

    ref: str
    number: str
    said_minor: int
    posted_minor: int

    @property
    def code(self) -> str:
        """posted_differs, or by_hand for what no document of billing explains."""
        return "posted_differs" if self.number else "receivable_by_hand"

    @property
    def sentence(self) -> str:
        """What is wrong."""
        if not self.number:
            return f"The account of customers moved by {self.posted_minor} without a bill or a payment."
        return f"{self.number} says {self.said_minor} on the account of customers, the ledger says {self.posted_minor}."


def differences(ctx: Context) -> list[Difference]:
    """Documents of billing and entries on the account of customers that do not say the same; [] is what is expected."""
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENTS, {"company": ctx.company_id})
        return [Difference(reference or "", number or "", said, posted) for reference, number, said, posted in cursor.fetchall()]
