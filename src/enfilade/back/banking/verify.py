"""Proof for `enfilade verify`: what is matched is what the ledger moved."""

from __future__ import annotations

from django.db import connection

from enfilade.core.context import Context
from enfilade.core.verify import Finding, verifier

# A match that posted an entry is over all of it; of one that was there before, lines stand for no more than it moved.
_DIFFERS = """
WITH moved AS (
    SELECT m.id, m.kind, m.amount_minor, coalesce(sum(l.quantity_minor), 0) AS moved,
           sum(m.amount_minor) FILTER (WHERE m.undone_at IS NULL) OVER (PARTITION BY m.entry_id, b.id) AS matched
      FROM banking_linematch m
      JOIN banking_statementline s ON s.id = m.line_id
      JOIN banking_bankaccount b ON b.id = s.bank_account_id
      LEFT JOIN books_line l ON l.entry_id = m.entry_id AND l.account_id = b.account_id AND l.unit = b.currency
     WHERE m.company_id = %s
     GROUP BY m.id, m.kind, m.amount_minor, m.undone_at, m.entry_id, b.id
)
SELECT id, amount_minor, moved FROM moved
 WHERE kind <> 'entry' AND amount_minor <> moved OR matched * moved < 0 OR abs(matched) > abs(moved)
 ORDER BY id
"""


@verifier("banking")
def verify_banking(ctx: Context) -> list[Finding]:
    """Matches whose entry moved the account of the bank by another amount."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERS, [ctx.company_id])
        rows = cursor.fetchall()
    return [
        Finding("match_differs", f"banking.linematch:{key}", f"This match is over {said}, its entry moved {moved}.")
        for key, said, moved in rows
    ]
