"""Tells tax what of bills is taxed: what is deducted, and what we owe ourselves; a discount that was kept takes its part of it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from enfilade.back.tax.parts import TaxedPart, register_source
from enfilade.back.tax.queries import deducted_when_paid
from enfilade.base.money.rules import worth_of_part
from enfilade.core.context import Context

from . import rules
from .commands.approval import INPUT_TAX, SELF_TAX, self_tax_of

# One row per bill, category, rate and class, when it is posted; with opposite signs when it became void.
_BILLS = """
SELECT b.id, b.number, moved.on, p.name, p.tax_number,
       (SELECT a.country FROM party_address a WHERE a.party_id = p.id ORDER BY a.preferred DESC, a.id LIMIT 1),
       l.tax_category, l.tax_rate_bp, l.tax_class, moved.sign * sum(coalesce(l.net_worth_minor, l.net_minor))::bigint,
       moved.sign * sum(coalesce(l.deductible_worth_minor, l.deductible_minor))::bigint,
       moved.sign * sum(coalesce(l.self_tax_worth_minor, l.self_tax_minor))::bigint, b.posted_on
  FROM payables_bill b
  CROSS JOIN LATERAL (
        SELECT b.posted_on AS "on", CASE b.kind WHEN 'bill' THEN 1 ELSE -1 END AS sign
         UNION ALL SELECT b.voided_on, CASE b.kind WHEN 'bill' THEN -1 ELSE 1 END WHERE b.voided_on IS NOT NULL) moved
  JOIN payables_billline l ON l.bill_id = b.id JOIN party_party p ON p.id = b.supplier_id
 WHERE b.company_id = %(company)s AND b.number IS NOT NULL AND moved.on BETWEEN %(from)s AND %(to)s
 GROUP BY b.id, p.id, moved.on, moved.sign, l.tax_category, l.tax_rate_bp, l.tax_class
"""
# What settled bills, each day of it, and what of them was settled before; a credit note is settled by the bill that it is used for, or by
# the money that came back. What was taken back counts against it.
_SETTLED = """
WITH moves AS (
    SELECT s.id, s.bill_id, s."on", s.amount_minor FROM payables_settlement s WHERE s.company_id = %(company)s
     UNION ALL
    SELECT s.id, s.credit_id, s."on", s.amount_minor FROM payables_settlement s WHERE s.company_id = %(company)s AND s.credit_id IS NOT NULL
)
SELECT m.bill_id, m."on", m.amount_minor,
       coalesce(sum(m.amount_minor) OVER (PARTITION BY m.bill_id ORDER BY m."on", m.id
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
  FROM moves m WHERE m."on" <= %(to)s AND m.bill_id IN (SELECT o.bill_id FROM moves o WHERE o."on" BETWEEN %(from)s AND %(to)s)
 ORDER BY m."on", m.id
"""
# The deducted tax of bills as they were posted, and their totals, which settlements add up to.
_BILLED = """
SELECT b.id, b.number, b.posted_on, p.name, p.tax_number,
       (SELECT a.country FROM party_address a WHERE a.party_id = p.id ORDER BY a.preferred DESC, a.id LIMIT 1),
       l.tax_category, l.tax_rate_bp, l.tax_class,
       CASE b.kind WHEN 'bill' THEN 1 ELSE -1 END * sum(coalesce(l.net_worth_minor, l.net_minor))::bigint,
       CASE b.kind WHEN 'bill' THEN 1 ELSE -1 END * sum(coalesce(l.deductible_worth_minor, l.deductible_minor))::bigint,
       0::bigint, b.total_minor
  FROM payables_bill b JOIN payables_billline l ON l.bill_id = b.id JOIN party_party p ON p.id = b.supplier_id
 WHERE b.company_id = %(company)s AND b.id = ANY(%(bills)s) AND b.number IS NOT NULL AND b.total_minor > 0
 GROUP BY b.id, p.id, l.tax_category, l.tax_rate_bp, l.tax_class
"""
_DISCOUNTS = """
SELECT s.id, b.id, b.number, s."on", p.name, p.tax_number, coalesce(s.discount_worth_minor, s.discount_minor),
       coalesce(b.worth_minor, b.total_minor)
  FROM payables_settlement s JOIN payables_bill b ON b.id = s.bill_id JOIN party_party p ON p.id = b.supplier_id
 WHERE s.company_id = %(company)s AND s."on" BETWEEN %(from)s AND %(to)s AND s.discount_minor <> 0 ORDER BY s.id
"""
_DEDUCTED = """
SELECT bill_id, tax_class, min(tax_rate_bp), sum(coalesce(deductible_worth_minor, deductible_minor))::bigint
  FROM payables_billline
 WHERE company_id = %(company)s AND bill_id = ANY(%(bills)s) AND tax_category = 'S' AND deductible_minor > 0 GROUP BY bill_id, tax_class
 ORDER BY bill_id, min(id)
"""


def taxed_purchases(ctx: Context, from_on: date, to_on: date, cash: bool) -> Iterator[TaxedPart]:
    """Parts of purchases between two days. Input tax is deducted when a bill is posted, or when it is paid where the company is taxed so on
    the day of its posting; a set-off pays it as money does.

    Source: § 15 (1), § 20 UStG: accounting by payments holds for what is owed only. Directive 2006/112/EC art. 167a; Value Added Tax
    Regulations 1995 (United Kingdom) reg. 57 (b): the day on which payment is made or other consideration is given.
    """
    values: dict[str, Any] = {"company": ctx.company_id, "from": from_on, "to": to_on}
    changes = deducted_when_paid(ctx) if cash else []
    with connection.cursor() as cursor:
        cursor.execute(_BILLS, values)
        yield from (_part(row) for row in cursor.fetchall() if not _waits(row[6], row[12], changes))
        if any(paid for _, paid in changes):
            cursor.execute(_SETTLED, values)
            settled = cursor.fetchall()
            cursor.execute(_BILLED, values | {"bills": list({row[0] for row in settled})})
            yield from _as_paid(from_on, settled, [row for row in cursor.fetchall() if _waits(row[6], row[2], changes)])
        cursor.execute(_DISCOUNTS, values)
        kept = cursor.fetchall()
        cursor.execute(_DEDUCTED, values | {"bills": [row[1] for row in kept]})
        deducted: dict[int, list[Any]] = {}
        for bill, tax_class, rate, amount in cursor.fetchall():
            deducted.setdefault(bill, []).append((tax_class, rate, amount))
    for row in kept:
        yield from _less(row, deducted.get(row[1], []))


def _waits(category: str, posted_on: date, changes: list[tuple[date, bool]]) -> bool:
    """Whether a part of a bill waits for its payment: tax that is deducted, of a bill posted while the company is taxed so."""
    return category not in SELF_TAX and next((paid for since, paid in reversed(changes) if since <= posted_on), False)


def _as_paid(from_on: date, settled: list[Any], billed: list[Any]) -> Iterator[TaxedPart]:
    """What settlements of a period deduct: the difference of what is deducted after and before each, so that all sum to the bill's tax."""
    rows: dict[int, list[Any]] = {}
    for row in billed:
        rows.setdefault(row[0], []).append(row)
    for bill, on, amount, before in settled:
        for row in rows.get(bill, []) if on >= from_on else []:
            net, tax = (_share(row[at], before + amount, row[12]) - _share(row[at], before, row[12]) for at in (9, 10))
            if net or tax:
                yield _part((*row[:2], on, *row[3:9], net, tax, 0))


def _share(amount_minor: int, settled_minor: int, total_minor: int) -> int:
    """What of an amount is settled when so much of its document is."""
    part = worth_of_part(settled_minor, total_minor, abs(amount_minor))
    return part if amount_minor > 0 else -part


def _part(row: Any) -> TaxedPart:
    vat_id, country = _where(row[4], row[5])
    category, deducted, owed = row[6], row[10], row[11]
    input_on, owed_on = INPUT_TAX.get(row[8], "") if deducted else "", ""
    if category in SELF_TAX:
        input_on, owed_on = self_tax_of(category, row[8])
    return TaxedPart(
        f"payables.bill:{row[0]}", row[1], row[2], row[3], vat_id, country, False, category, row[7], row[9],
        owed, owed_on, deducted, input_on, tax_class=row[8],
    )  # fmt: skip


def _less(row: Any, deducted: list[Any]) -> Iterator[TaxedPart]:
    """What a discount takes off each deducted tax, split as it was posted; of a payment that was taken back, the reverse."""
    _, bill, number, on, party, tax_number, discount, total = row
    vat_id, country = _where(tax_number, "")
    taxes = {INPUT_TAX[tax_class]: (tax_class, rate, amount) for tax_class, rate, amount in deducted}
    sums = [("cost", total - sum(amount for *_, amount in taxes.values())), *((name, amount) for name, (*_, amount) in taxes.items())]
    sign = 1 if discount > 0 else -1
    for purpose, cut in rules.cut_discount(abs(discount), sums)[1:]:
        _, rate, _ = taxes[purpose]
        base = round(cut * 10_000 / rate) if rate else 0
        yield TaxedPart(
            f"payables.bill:{bill}", number, on, party, vat_id, country, False, "S", rate, -sign * base, 0, "", -sign * cut, purpose,
            tax_class=taxes[purpose][0],
        )  # fmt: skip


def _where(tax_number: str, country: str | None) -> tuple[str, str]:
    vat_id = "".join(c for c in tax_number if c.isalnum()).upper()
    return vat_id, "GR" if vat_id[:2] == "EL" else vat_id[:2] if vat_id[:2].isalpha() else country or ""


register_source("payables", taxed_purchases)
