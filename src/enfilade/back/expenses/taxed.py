"""Tells tax what of expenses is deducted that the company paid itself; what people paid is in their bills, of which payables tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from enfilade.back.payables.commands.approval import INPUT_TAX
from enfilade.back.tax.parts import TaxedPart, register_source
from enfilade.back.tax.queries import rates_on
from enfilade.core.context import Context

# What was posted says it, also of a claim that was taken back and amended since.
_DEDUCTED = """
SELECT coalesce(o.origin, e.origin), e.text, e."on", p.purpose, sum(l.quantity_minor)::bigint
  FROM books_entry e LEFT JOIN books_entry o ON o.id = e.reverses_id
  JOIN books_line l ON l.entry_id = e.id
  JOIN ledger_accountpurpose p ON p.account_id = l.account_id AND p.company_id = l.company_id AND p.purpose = ANY(%(purposes)s)
 WHERE e.company_id = %(company)s AND e."on" BETWEEN %(from)s AND %(to)s AND coalesce(o.origin, e.origin) LIKE 'expenses.expenseclaim:%%'
   AND l.unit = %(unit)s
 GROUP BY e.id, 1, 2, 3, 4 ORDER BY e.id, 4
"""


def taxed_expenses(ctx: Context, from_on: date, to_on: date, _cash: bool) -> Iterator[TaxedPart]:
    """Input tax of expenses that were paid by a card of the company or out of its cash; the base follows from the tax and its rate."""
    classes = {purpose: tax_class for tax_class, purpose in INPUT_TAX.items()}
    values: dict[str, Any] = {"company": ctx.company_id, "from": from_on, "to": to_on, "unit": ctx.company.currency}
    with connection.cursor() as cursor:
        cursor.execute(_DEDUCTED, values | {"purposes": list(classes)})
        rows = cursor.fetchall()
    for reference, text, on, purpose, tax in rows:
        rate = rates_on(ctx, on).get(classes[purpose], 0)
        base = round(tax * 10_000 / rate) if rate else 0
        yield TaxedPart(
            reference, text, on, "", "", ctx.company.country, False, "S", rate, base, deducted_minor=tax, deducted_on=purpose
        )  # fmt: skip


register_source("expenses", taxed_expenses)
