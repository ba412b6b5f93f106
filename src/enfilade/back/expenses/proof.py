"""Claims against the ledger: what each claim says that a person is owed and that the company paid, and what was posted for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount

# What a person paid is what her bill is over, and what that posted to her; what the company paid is what the claim's own entries posted.
_DIFFERENCES = """
WITH posted AS (
    SELECT coalesce(o.origin, e.origin) AS ref,
           sum(l.quantity_minor) FILTER (WHERE l.account_id = p.account_id) AS owed,
           sum(l.quantity_minor) FILTER (WHERE l.quantity_minor > 0 AND e.reverses_id IS NULL)
             - coalesce(sum(-l.quantity_minor) FILTER (WHERE l.quantity_minor < 0 AND e.reverses_id IS NOT NULL), 0) AS spent
      FROM books_line l JOIN books_entry e ON e.id = l.entry_id LEFT JOIN books_entry o ON o.id = e.reverses_id
      LEFT JOIN ledger_accountpurpose p ON p.company_id = l.company_id AND p.purpose = 'payable'
     WHERE l.company_id = %(company)s AND l.unit = %(unit)s
       AND (coalesce(o.origin, e.origin) LIKE 'expenses.expenseclaim:%%'
            OR coalesce(o.origin, e.origin) IN (
                SELECT 'payables.bill:' || bill_id FROM expenses_expenseclaim WHERE company_id = %(company)s))
     GROUP BY 1
), said AS (
    SELECT id, number, 'expenses.expenseclaim:' || id AS ref, 'payables.bill:' || bill_id AS bill, state,
           CASE WHEN state IN ('posted', 'reimbursed') THEN own_minor ELSE 0 END AS own,
           CASE WHEN state IN ('posted', 'reimbursed') THEN total_minor - own_minor ELSE 0 END AS paid
      FROM expenses_expenseclaim WHERE company_id = %(company)s AND number IS NOT NULL
)
SELECT said.number, said.ref, said.own, coalesce(-b.owed, 0)::bigint, said.paid, coalesce(c.spent, 0)::bigint
  FROM said LEFT JOIN posted b ON b.ref = said.bill LEFT JOIN posted c ON c.ref = said.ref
 WHERE said.own <> coalesce(-b.owed, 0) OR said.paid <> coalesce(c.spent, 0)
 ORDER BY said.id
"""
_STATES = """
SELECT c.number, 'expenses.expenseclaim:' || c.id FROM expenses_expenseclaim c JOIN payables_bill b ON b.id = c.bill_id
 WHERE c.company_id = %(company)s AND (c.state = 'reimbursed') <> (b.state = 'paid') ORDER BY c.id
"""
_OPEN = """
SELECT coalesce(sum(b.open_minor), 0)::bigint FROM expenses_expenseclaim c JOIN payables_bill b ON b.id = c.bill_id
 WHERE c.company_id = %(company)s AND c.state = 'posted'
"""
_LIABILITY = """
WITH bills AS (SELECT bill_id FROM expenses_expenseclaim WHERE company_id = %(company)s AND bill_id IS NOT NULL),
docs AS (
    SELECT 'payables.bill:' || bill_id AS ref FROM bills
)
SELECT coalesce(-sum(l.quantity_minor), 0)::bigint
     - (SELECT coalesce(sum(s.amount_minor), 0)::bigint FROM payables_settlement s WHERE s.bill_id IN (SELECT bill_id FROM bills))
  FROM books_line l JOIN books_entry e ON e.id = l.entry_id LEFT JOIN books_entry o ON o.id = e.reverses_id
  JOIN ledger_accountpurpose p ON p.account_id = l.account_id AND p.company_id = l.company_id AND p.purpose = 'payable'
 WHERE l.company_id = %(company)s AND l.unit = %(unit)s AND coalesce(o.origin, e.origin) IN (SELECT ref FROM docs)
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim and the ledger that do not say the same. own: owed to the person; paid: by the company itself. Minor units."""

    number: str
    ref: str
    own_minor: int = 0
    owed_minor: int = 0
    paid_minor: int = 0
    posted_minor: int = 0
    currency: str = ""
    follows: bool = True

    @property
    def sentence(self) -> str:
        """What is wrong."""
        if not self.follows:
            return f"{self.number} does not say what its bill says of its payment."
        if self.own_minor != self.owed_minor:
            own, owed = format_amount(self.own_minor, self.currency), format_amount(self.owed_minor, self.currency)
            return f"{self.number} says that {own} are owed to the person, the ledger says {owed}."
        paid, posted = format_amount(self.paid_minor, self.currency), format_amount(self.posted_minor, self.currency)
        return f"{self.number} says that the company paid {paid}, the ledger says {posted}."


def differences(ctx: Context) -> list[Difference]:
    """Claims that the ledger does not confirm, or that do not follow their bills; [] is what is expected."""
    currency = ctx.company.currency
    rows = [Difference(number, ref, own, owed, paid, posted, currency) for number, ref, own, owed, paid, posted in _read(ctx, _DIFFERENCES)]
    return rows + [Difference(number, ref, currency=currency, follows=False) for number, ref in _read(ctx, _STATES)]


def open_and_owed(ctx: Context) -> tuple[int, int]:
    """What claims say is owed to people still, and what the ledger says of the same; expected to be equal."""
    [(said,)], [(owed,)] = _read(ctx, _OPEN), _read(ctx, _LIABILITY)
    return int(said), int(owed)


def _read(ctx: Context, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"company": ctx.company_id, "unit": ctx.company.currency})
        return cursor.fetchall()
