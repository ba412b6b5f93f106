"""Accruals against the ledger, and what orders say came and was billed against receipts and bills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount

# An accrual moved the account of costs that are billed later by its lines, on its day; and on the day after, once that has come, back.
_ACCRUALS = """
SELECT 'purchasing.accrual:' || a.id, a.through_on, a.total_minor, l.total, coalesce(-p.posted, 0)::bigint, coalesce(p.back, 0)::bigint
  FROM purchasing_accrual a
  JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0)::bigint AS total FROM purchasing_accrualline WHERE accrual_id = a.id) l ON true
  JOIN LATERAL (
       SELECT sum(b.quantity_minor) FILTER (WHERE e.reverses_id IS NULL AND e."on" = a.through_on) AS posted,
              sum(b.quantity_minor) FILTER (WHERE e.reverses_id IS NOT NULL AND e."on" = a.through_on + 1) AS back
         FROM books_line b JOIN books_entry e ON e.id = b.entry_id LEFT JOIN books_entry o ON o.id = e.reverses_id
         JOIN ledger_accountpurpose u ON u.account_id = b.account_id AND u.company_id = b.company_id AND u.purpose = 'accrued_expense'
        WHERE b.company_id = %(company)s AND b.unit = %(unit)s AND coalesce(o.origin, e.origin) = 'purchasing.accrual:' || a.id) p ON true
 WHERE a.company_id = %(company)s
   AND (a.total_minor <> l.total OR a.total_minor <> coalesce(-p.posted, 0)
        OR (a.through_on < %(today)s AND a.total_minor <> coalesce(p.back, 0)))
 ORDER BY a.id
"""
# What a line says came and is billed, against receipts and matches of bills that are approved and not void.
_LINES = """
SELECT 'purchasing.orderline:' || l.id, o.number || ' ' || l.position
  FROM purchasing_orderline l JOIN purchasing_purchaseorder o ON o.id = l.order_id
 WHERE l.company_id = %(company)s
   AND (l.received_quantity <> (SELECT coalesce(sum(quantity), 0) FROM purchasing_receiptline WHERE order_line_id = l.id)
        OR l.invoiced_quantity <> (
           SELECT coalesce(sum(m.counted_quantity), 0) FROM purchasing_ordermatch m
             JOIN payables_billline s ON s.id = m.bill_line_id JOIN payables_bill b ON b.id = s.bill_id
            WHERE m.order_line_id = l.id AND b.number IS NOT NULL AND b.state <> 'void'))
 ORDER BY l.id
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not say the same, in a sentence."""

    ref: str
    sentence: str


def differences(ctx: Context) -> list[Difference]:
    """Accruals that the ledger does not confirm, and lines of orders that receipts and bills do not; [] is what is expected."""
    currency = ctx.company.currency
    found = []
    for name, day, total, lines, posted, back in _read(ctx, _ACCRUALS):
        said, ledger, later = (format_amount(minor, currency) for minor in (total, posted, back))
        if total != lines:
            found.append(Difference(name, f"The accrual of {day:%Y-%m-%d} is over {said}, its lines are not."))
        elif total != posted:
            found.append(Difference(name, f"The accrual of {day:%Y-%m-%d} says {said}, the ledger says {ledger}."))
        else:
            found.append(Difference(name, f"The accrual of {day:%Y-%m-%d} over {said} was taken back on the day after with {later}."))
    found += [
        Difference(name, f"What line {line} says came and is billed is not what receipts and bills say.")
        for name, line in _read(ctx, _LINES)
    ]
    return found


def _read(ctx: Context, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"company": ctx.company_id, "unit": ctx.company.currency, "today": ctx.today})
        return cursor.fetchall()
