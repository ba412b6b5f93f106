"""A sub-ledger against the ledger: what documents of a module say somebody owes or is owed, and what the control account says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount

from .queries import ledger_book

# Every document moved the control account by what it is over, in its own currency and in what that is worth, in the entry that names it,
# and once; a reversal counts with it. What revaluing moves is taken back by itself.
_DIFFERENCES = """
WITH documents (ref, number, party_id, currency, amount, worth) AS ({documents}), wanted AS (
    SELECT ref, number, party_id, %(unit)s::text AS unit, worth AS amount FROM documents
    UNION ALL
    SELECT ref, number, party_id, currency, amount FROM documents WHERE currency <> %(unit)s
), posted AS (
    SELECT coalesce(o.origin, e.origin) AS ref, l.party_id, l.unit, sum(l.quantity_minor)::bigint AS amount
      FROM books_line l JOIN books_entry e ON e.id = l.entry_id LEFT JOIN books_entry o ON o.id = e.reverses_id
      JOIN ledger_accountpurpose p ON p.account_id = l.account_id AND p.company_id = %(company)s AND p.purpose = %(purpose)s
     WHERE l.company_id = %(company)s AND strpos(l.unit, '@') = 0
     GROUP BY 1, 2, 3
)
SELECT coalesce(w.ref, p.ref, ''), coalesce(w.number, ''), coalesce(w.amount, 0), coalesce(p.amount, 0), coalesce(w.unit, p.unit)
  FROM wanted w FULL JOIN posted p ON p.ref = w.ref AND coalesce(p.party_id, 0) = coalesce(w.party_id, 0) AND p.unit = w.unit
 WHERE coalesce(w.amount, 0) <> coalesce(p.amount, 0)
 ORDER BY 1, 5
"""
_REVALUED = """
SELECT coalesce(sum(l.quantity_minor), 0)::bigint
  FROM books_entry e LEFT JOIN books_entry o ON o.id = e.reverses_id JOIN books_line l ON l.entry_id = e.id
  JOIN ledger_accountpurpose p ON p.account_id = l.account_id AND p.company_id = %(company)s AND p.purpose = %(purpose)s
 WHERE e.company_id = %(company)s AND l.unit = %(unit)s AND e."on" <= %(on)s AND coalesce(o.origin, e.origin) = %(book)s
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the sub-ledger says of a document and what the ledger says, debit positive. number: "" where no document explains an entry."""

    ref: str
    number: str
    said_minor: int
    posted_minor: int
    currency: str

    @property
    def code(self) -> str:
        """by_hand for what no document explains, not_posted, or posted_differs."""
        if not self.number:
            return "by_hand"
        return "posted_differs" if self.posted_minor else "not_posted"

    @property
    def said(self) -> str:
        """The amount of the document."""
        return format_amount(self.said_minor, self.currency)

    @property
    def posted(self) -> str:
        """The amount in the ledger."""
        return format_amount(self.posted_minor, self.currency)


def differences_of(ctx: Context, purpose: str, documents: str) -> list[Difference]:
    """Documents and entries on a control account that do not say the same; [] is what is expected.

    purpose: of the control account. documents: SQL for reference, number, party (NULL where it is posted without), currency, amount in it
    (debit positive) and its worth in
    the company's own of every document that was posted, a document and party once, with %(company)s in it;
    written in the module, never from outside.
    """
    values: dict[str, Any] = {"company": ctx.company_id, "purpose": purpose, "unit": ctx.company.currency}
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES.format(documents=documents), values)
        rows = cursor.fetchall()
    return [Difference(*row) for row in rows]


def revalued_by(ctx: Context, purpose: str, on: date) -> int:
    """By how much the control account stands at rates of the day and not at those of its documents, debit positive; 0 but for days on which
    foreign currencies are revalued.
    """
    values: dict[str, Any] = {
        "company": ctx.company_id,
        "purpose": purpose,
        "unit": ctx.company.currency,
        "on": on,
        "book": ref(ledger_book(ctx)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REVALUED, values)
        return int(cursor.fetchone()[0])
