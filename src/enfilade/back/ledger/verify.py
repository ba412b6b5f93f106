"""Proof for `enfilade verify`: where nothing is held of a foreign currency any more, nothing of its worth is left either."""

from __future__ import annotations

from django.db import connection

from enfilade.core.context import Context
from enfilade.core.verify import Finding, verifier

# All balances ever, so that what is dated ahead counts as well: a revaluation and its reversal belong together.
_RESTS = """
SELECT a.id, a.code, b.currency, b.held, b.worth
  FROM (
    SELECT x.account_id, split_part(x.unit, '@', CASE WHEN strpos(x.unit, '@') > 0 THEN 2 ELSE 1 END) AS currency,
           sum(x.debit_minor - x.credit_minor) FILTER (WHERE strpos(x.unit, '@') = 0) AS held,
           sum(x.debit_minor - x.credit_minor) FILTER (WHERE strpos(x.unit, '@') > 0) AS worth
      FROM books_balance x WHERE x.company_id = %(company)s AND x.unit <> %(own)s GROUP BY 1, 2
  ) b
  JOIN books_account a ON a.id = b.account_id JOIN books_book k ON k.id = a.book_id AND k.code = 'general'
 WHERE a.kind IN ('asset', 'liability') AND coalesce(b.held, 0) = 0 AND coalesce(b.worth, 0) <> 0
 ORDER BY a.code, b.currency
"""


@verifier("ledger")
def verify_ledger(ctx: Context) -> list[Finding]:
    """Accounts that hold nothing of a foreign currency, but something that it is worth."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTS, {"company": ctx.company_id, "own": ctx.company.currency})
        rows = cursor.fetchall()
    return [
        Finding("currency_rest", f"books.account:{key}", f"Account {code} holds no {currency} any more, but {worth} of its worth is left.")
        for key, code, currency, _, worth in rows
    ]
