"""How customers stand on a day: what is open of each invoice, what is on account, and what moved between two days.

Of what happened after the day only little is read: what is open now is corrected by it, so that the past costs as much as today.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from enfilade.core.context import Context

# Of an invoice with instalments there is a row for each that is open, the oldest of which is settled first.
# What settled an invoice later, or was taken back later, counts for the day as if it had not happened yet.
_OPEN = """
WITH later AS (
    SELECT invoice_id, amount_minor, coalesce(worth_minor, amount_minor) AS worth
      FROM billing_allocation WHERE company_id = %(company)s AND "on" > %(on)s AND state = 'standing'
    UNION ALL
    SELECT invoice_id, -amount_minor, -coalesce(worth_minor, amount_minor)
      FROM billing_allocation WHERE company_id = %(company)s AND undone_on > %(on)s AND "on" <= %(on)s
    UNION ALL
    SELECT invoice_id, amount_minor, coalesce(worth_minor, amount_minor) AS worth
      FROM billing_writeoff WHERE company_id = %(company)s AND "on" > %(on)s AND state = 'standing'
    UNION ALL
    SELECT invoice_id, -amount_minor, -coalesce(worth_minor, amount_minor)
      FROM billing_writeoff WHERE company_id = %(company)s AND undone_on > %(on)s AND "on" <= %(on)s
    UNION ALL
    SELECT cancels_id, total_minor, coalesce(worth_minor, total_minor)
      FROM billing_invoice WHERE company_id = %(company)s AND kind = 'credit_note' AND issued_on > %(on)s
), moved AS (
    SELECT invoice_id, sum(amount_minor)::bigint AS amount, sum(worth)::bigint AS worth FROM later GROUP BY 1
), wanted AS (
    SELECT id FROM billing_invoice WHERE company_id = %(company)s AND state IN ('issued', 'part_paid')
    UNION
    SELECT invoice_id FROM moved
), items AS (
    SELECT i.id, i.number, i.party_id, p.number AS party_number, p.name, i.issued_on, i.due_on,
           i.open_minor + coalesce(m.amount, 0) AS open, i.total_minor, i.currency,
           coalesce(i.worth_minor - i.gone_worth_minor, i.open_minor) + coalesce(m.worth, 0) AS worth
      FROM wanted JOIN billing_invoice i USING (id) JOIN party_party p ON p.id = i.party_id LEFT JOIN moved m ON m.invoice_id = i.id
     WHERE i.company_id = %(company)s AND i.kind = 'invoice' AND i.issued_on <= %(on)s AND i.open_minor + coalesce(m.amount, 0) <> 0
       AND (%(parties)s::bigint[] IS NULL OR i.party_id = ANY(%(parties)s::bigint[]))
)
SELECT t.id, t.number, t.party_id, t.party_number, t.name, t.issued_on, coalesce(s.due_on, t.due_on), coalesce(r.upto - r.before, t.open),
       t.currency, coalesce(round(t.worth::numeric * r.upto / t.open) - round(t.worth::numeric * r.before / t.open), t.worth)::bigint
  FROM items t
  LEFT JOIN billing_instalment s ON s.invoice_id = t.id AND s.company_id = %(company)s AND s.up_to_minor > t.total_minor - t.open
  LEFT JOIN LATERAL (SELECT s.up_to_minor - t.total_minor + t.open AS upto,
                            greatest(s.up_to_minor - s.amount_minor - t.total_minor + t.open, 0) AS before) r ON s.id IS NOT NULL
 ORDER BY 7, t.id
"""
_ON_ACCOUNT = """
WITH later AS (
    SELECT refunds_id AS payment_id, amount_minor, coalesce(worth_minor, amount_minor) AS worth
      FROM billing_payment WHERE company_id = %(company)s AND kind = 'refund' AND "on" > %(on)s
    UNION ALL
    SELECT payment_id, amount_minor, coalesce(paid_worth_minor, amount_minor)
      FROM billing_allocation WHERE company_id = %(company)s AND "on" > %(on)s AND state = 'standing'
    UNION ALL
    SELECT payment_id, -amount_minor, -coalesce(paid_worth_minor, amount_minor)
      FROM billing_allocation WHERE company_id = %(company)s AND undone_on > %(on)s AND "on" <= %(on)s
    UNION ALL
    SELECT id, amount_minor, coalesce(worth_minor, amount_minor) FROM billing_payment
     WHERE company_id = %(company)s AND voided_on > %(on)s AND kind = 'payment'
), moved AS (
    SELECT payment_id, sum(amount_minor)::bigint AS amount, sum(worth)::bigint AS worth FROM later GROUP BY 1
), wanted AS (
    SELECT id FROM billing_payment WHERE company_id = %(company)s AND rest_minor > 0
    UNION
    SELECT payment_id FROM moved
)
SELECT y.party_id, p.number, p.name, sum(y.rest_minor + coalesce(m.amount, 0))::bigint, y.currency,
       sum(CASE WHEN y.voided_on IS NULL THEN coalesce(y.worth_minor - y.gone_worth_minor, y.rest_minor) ELSE 0 END
           + coalesce(m.worth, 0))::bigint
  FROM wanted JOIN billing_payment y USING (id) JOIN party_party p ON p.id = y.party_id LEFT JOIN moved m ON m.payment_id = y.id
 WHERE y.company_id = %(company)s AND y."on" <= %(on)s AND (%(parties)s::bigint[] IS NULL OR y.party_id = ANY(%(parties)s::bigint[]))
 GROUP BY 1, 2, 3, 5 HAVING sum(y.rest_minor + coalesce(m.amount, 0)) <> 0
"""
_MOVES = """
SELECT "on", what, number, id, amount FROM (
    SELECT issued_on AS "on", kind AS what, number, id, CASE kind WHEN 'invoice' THEN total_minor ELSE -total_minor END AS amount, currency
      FROM billing_invoice WHERE company_id = %(company)s AND party_id = ANY(%(parties)s) AND number IS NOT NULL
    UNION ALL
    SELECT "on", kind, number, id, CASE kind WHEN 'payment' THEN -amount_minor ELSE amount_minor END, currency
      FROM billing_payment WHERE company_id = %(company)s AND party_id = ANY(%(parties)s) AND kind IN ('payment', 'refund')
    UNION ALL
    SELECT voided_on, 'void', number, id, amount_minor, currency
      FROM billing_payment WHERE company_id = %(company)s AND party_id = ANY(%(parties)s) AND voided_on IS NOT NULL AND kind = 'payment'
    UNION ALL
    SELECT w."on", w.kind, i.number, i.id, -w.amount_minor, i.currency FROM billing_writeoff w JOIN billing_invoice i ON i.id = w.invoice_id
     WHERE w.company_id = %(company)s AND i.party_id = ANY(%(parties)s)
    UNION ALL
    SELECT w.undone_on, 'claimed_again', i.number, i.id, w.amount_minor, i.currency
      FROM billing_writeoff w JOIN billing_invoice i ON i.id = w.invoice_id
     WHERE w.company_id = %(company)s AND i.party_id = ANY(%(parties)s) AND w.undone_on IS NOT NULL
    UNION ALL
    SELECT d.day, CASE WHEN d.amount < 0 THEN 'paid_by_other' ELSE 'paid_for_other' END, i.number, i.id, d.amount, i.currency
      FROM billing_allocation a JOIN billing_invoice i ON i.id = a.invoice_id JOIN billing_payment y ON y.id = a.payment_id
     CROSS JOIN LATERAL (VALUES (a."on", y.party_id, a.amount_minor), (a."on", i.party_id, -a.amount_minor),
                                (a.undone_on, y.party_id, -a.amount_minor), (a.undone_on, i.party_id, a.amount_minor)
                        ) AS d (day, party_id, amount)
     WHERE a.company_id = %(company)s AND y.party_id <> i.party_id AND d.day IS NOT NULL AND d.party_id = ANY(%(parties)s)
       AND (y.party_id = ANY(%(parties)s) OR i.party_id = ANY(%(parties)s))
) moves WHERE "on" <= %(on)s AND currency = %(currency)s ORDER BY "on", amount <= 0, what, id
"""
_CURRENCIES = """
SELECT currency FROM billing_invoice WHERE company_id = %(company)s AND party_id = ANY(%(parties)s) AND number IS NOT NULL
UNION
SELECT currency FROM billing_payment WHERE company_id = %(company)s AND party_id = ANY(%(parties)s)
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice, or an instalment of one, that was open on a day, and how much of it.

    worth_minor: what the books count for that in the company's currency.
    """

    invoice: int
    number: str
    party: int
    party_number: str
    party_name: str
    issued_on: date
    due_on: date
    open_minor: int
    currency: str
    worth_minor: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a party had on account on a day in one currency. worth_minor: what the books count for that in the company's."""

    party: int
    party_number: str
    party_name: str
    amount_minor: int
    currency: str
    worth_minor: int


@dataclass(frozen=True, slots=True)
class Move:
    """What changed what a party owes. amount_minor: above zero when it owes more. what: invoice, payment, small, void ..."""

    on: date
    what: str
    number: str
    key: int
    amount_minor: int


def open_items(ctx: Context, on: date, parties: Collection[int] | None = None) -> list[OpenItem]:
    """Invoices that were open at the end of a day, each instalment for itself, the longest due first."""
    return [OpenItem(*row) for row in _ask(ctx, _OPEN, on, parties)]


def balances_on_account(ctx: Context, on: date, parties: Collection[int] | None = None) -> list[Balance]:
    """What was on account of each party, in each currency, at the end of a day."""
    return [Balance(*row) for row in _ask(ctx, _ON_ACCOUNT, on, parties)]


def moves_of(ctx: Context, parties: Collection[int], from_on: date, to_on: date, currency: str = "") -> tuple[int, list[Move]]:
    """What parties owed before a day in one currency, the company's when left out, and all that moved from then until another day."""
    moves = [Move(*row) for row in _ask(ctx, _MOVES, to_on, parties, currency or ctx.company.currency)]
    return sum(m.amount_minor for m in moves if m.on < from_on), [m for m in moves if m.on >= from_on]


def currencies_of(ctx: Context, parties: Collection[int]) -> list[str]:
    """In which currencies parties were billed or paid, the company's own first, also where nothing was."""
    own = ctx.company.currency
    return [own, *(code for (code,) in _ask(ctx, _CURRENCIES, ctx.today, parties) if code != own)]


def _ask(ctx: Context, sql: str, on: date, parties: Collection[int] | None, currency: str = "") -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "company": ctx.company_id,
        "on": on,
        "parties": None if parties is None else list(parties),
        "currency": currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
