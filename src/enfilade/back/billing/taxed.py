"""Tells tax what of invoices, credit notes and write-offs is taxed: when posted, or what is paid of them; of advances always that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from enfilade.back.tax.parts import TaxedPart, register_source
from enfilade.back.tax.queries import setting_on, tax_for
from enfilade.back.tax.treatment import country_of_vat_id, read_vat_id
from enfilade.base.money.rules import split_tax
from enfilade.core.context import Context

from .commands.accounts import OUTPUT_TAX

# Figures are in the company's currency, and beside them in that of the document. One row per document, category, rate and class.
# The country is the one the VAT id begins with, else that of the address; both as they were when it was drafted, where that was kept.
_DOCUMENTS = """
SELECT i.id, i.number, i.issued_on, p.name, coalesce(i.buyer_vat_id, p.tax_number),
       coalesce(i.buyer_country, (SELECT a.country FROM party_address a WHERE a.party_id = p.id ORDER BY a.preferred DESC, a.id LIMIT 1)),
       l.tax_category, l.tax_rate_bp, l.tax_class, min(l.supplied_on),
       sum(CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * coalesce(l.net_worth_minor, l.net_minor))::bigint,
       sum(CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * coalesce(l.tax_worth_minor, l.tax_minor))::bigint, i.total_minor,
       l.tax_country, i.currency,
       sum(CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * l.net_minor)::bigint,
       sum(CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * l.tax_minor)::bigint,
       (SELECT o.issued_on FROM billing_invoice o WHERE o.id = i.cancels_id)
  FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id JOIN party_party p ON p.id = i.party_id
 WHERE i.company_id = %(company)s AND i.number IS NOT NULL AND NOT i.advance
   AND (NOT %(cash)s AND i.issued_on BETWEEN %(from)s AND %(to)s
        OR %(cash)s AND i.kind = 'invoice' AND i.total_minor > 0
           AND i.id IN (SELECT invoice_id FROM billing_allocation WHERE company_id = %(company)s
                         AND ("on" BETWEEN %(from)s AND %(to)s OR undone_on BETWEEN %(from)s AND %(to)s)))
 GROUP BY i.id, p.id, l.tax_category, l.tax_rate_bp, l.tax_class, l.tax_country
"""
# What was paid of an invoice before each allocation, so that the parts of all of them sum to the tax of the whole; one that was taken back
# counts against it from that day on.
_PAYMENTS = """
WITH moves AS (
    SELECT a.id, a.payment_id, a.invoice_id, a."on", a.amount_minor AS amount FROM billing_allocation a
     WHERE a.company_id = %(company)s AND a.invoice_id = ANY(%(invoices)s)
     UNION ALL
    SELECT a.id, a.payment_id, a.invoice_id, a.undone_on, -a.amount_minor FROM billing_allocation a
     WHERE a.company_id = %(company)s AND a.invoice_id = ANY(%(invoices)s) AND a.undone_on IS NOT NULL
)
SELECT y.id, y.number, m.invoice_id, m."on", m.amount,
       coalesce(sum(m.amount) OVER (PARTITION BY m.invoice_id ORDER BY m."on", m.id, m.amount DESC
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
  FROM moves m JOIN billing_payment y ON y.id = m.payment_id WHERE m."on" <= %(to)s ORDER BY m."on", m.id
"""
# What a payment adds to the account of its party, and what takes it off again: what it settles, what is given back, that it was void.
_ON_ACCOUNT = """
WITH moves AS (
    SELECT y.id AS payment, y."on", coalesce(y.worth_minor, y.amount_minor) AS amount FROM billing_payment y
     WHERE y.company_id = %(company)s AND y.kind = 'payment'
     UNION ALL
    SELECT y.id, y.voided_on, -coalesce(y.worth_minor, y.amount_minor) FROM billing_payment y
     WHERE y.company_id = %(company)s AND y.kind = 'payment' AND y.voided_on IS NOT NULL
     UNION ALL
    SELECT y.refunds_id, y."on", -coalesce(y.worth_minor, y.amount_minor) FROM billing_payment y
     WHERE y.company_id = %(company)s AND y.kind = 'refund'
     UNION ALL
    SELECT a.payment_id, a."on", -coalesce(a.paid_worth_minor, a.amount_minor) FROM billing_allocation a WHERE a.company_id = %(company)s
     UNION ALL
    SELECT a.payment_id, a.undone_on, coalesce(a.paid_worth_minor, a.amount_minor) FROM billing_allocation a
     WHERE a.company_id = %(company)s AND a.undone_on IS NOT NULL
), days AS (
    SELECT payment, "on", sum(amount)::bigint AS moved FROM moves WHERE "on" <= %(to)s GROUP BY payment, "on" HAVING sum(amount) <> 0
), stood AS (
    SELECT d.*, sum(moved) OVER (PARTITION BY payment ORDER BY "on")::bigint AS stands FROM days d
)
SELECT s.payment, y.number, s."on", p.name, p.tax_number,
       (SELECT a.country FROM party_address a WHERE a.party_id = p.id ORDER BY a.preferred DESC, a.id LIMIT 1), s.moved, s.stands
  FROM stood s JOIN billing_payment y ON y.id = s.payment JOIN party_party p ON p.id = y.party_id
 WHERE s."on" >= %(from)s ORDER BY s."on", s.payment
"""
# What was given up, with its tax by rate; what was claimed again takes it back.
_GIVEN_UP = """
SELECT w.id, i.number, moved.on, p.name, coalesce(i.buyer_vat_id, p.tax_number),
       coalesce(i.buyer_country, (SELECT a.country FROM party_address a WHERE a.party_id = p.id ORDER BY a.preferred DESC, a.id LIMIT 1)),
       (SELECT min(l.tax_category) FROM billing_invoiceline l
         WHERE l.invoice_id = i.id AND l.tax_class = share->>'tax_class' AND l.tax_rate_bp = (share->>'rate_bp')::int),
       (share->>'rate_bp')::int, share->>'tax_class', NULL::date,
       moved.sign * coalesce(share->>'net_worth_minor', share->>'net_minor')::bigint,
       moved.sign * coalesce(share->>'tax_worth_minor', share->>'tax_minor')::bigint,
       i.total_minor,
       (SELECT max(l.tax_country) FROM billing_invoiceline l
         WHERE l.invoice_id = i.id AND l.tax_class = share->>'tax_class' AND l.tax_rate_bp = (share->>'rate_bp')::int),
       i.currency, moved.sign * (share->>'net_minor')::bigint, moved.sign * (share->>'tax_minor')::bigint,
       i.issued_on
  FROM billing_writeoff w
 CROSS JOIN LATERAL (SELECT w."on" AS "on", -1 AS sign UNION ALL SELECT w.undone_on, 1 WHERE w.undone_on IS NOT NULL) moved
 CROSS JOIN LATERAL jsonb_array_elements(w.shares) share
  JOIN billing_invoice i ON i.id = w.invoice_id JOIN party_party p ON p.id = i.party_id
 WHERE w.company_id = %(company)s AND w.final_id IS NULL AND moved.on BETWEEN %(from)s AND %(to)s ORDER BY w.id
"""
# What came in for advances, with its tax by rate; what settles the final invoice, or is on account again, takes it back. Goods that go to
# another member state are taxed when they are supplied, whatever was paid before (Directive 2006/112/EC art. 67).
_RECEIVED = """
SELECT a.id, i.number, moved.on, p.name, coalesce(i.buyer_vat_id, p.tax_number),
       coalesce(i.buyer_country, (SELECT d.country FROM party_address d WHERE d.party_id = p.id ORDER BY d.preferred DESC, d.id LIMIT 1)),
       (SELECT min(l.tax_category) FROM billing_invoiceline l
         WHERE l.invoice_id = i.id AND l.tax_class = share->>'tax_class' AND l.tax_rate_bp = (share->>'rate_bp')::int),
       (share->>'rate_bp')::int, share->>'tax_class', NULL::date,
       moved.sign * (share->>'net_minor')::bigint, moved.sign * (share->>'tax_minor')::bigint, i.total_minor,
       (SELECT max(l.tax_country) FROM billing_invoiceline l
         WHERE l.invoice_id = i.id AND l.tax_class = share->>'tax_class' AND l.tax_rate_bp = (share->>'rate_bp')::int)
  FROM billing_allocation a
 CROSS JOIN LATERAL (SELECT a."on" AS "on", 1 AS sign UNION ALL SELECT a.undone_on, -1 WHERE a.undone_on IS NOT NULL) moved
 CROSS JOIN LATERAL jsonb_array_elements(a.shares) share
  JOIN billing_invoice i ON i.id = a.invoice_id JOIN party_party p ON p.id = i.party_id
 WHERE a.company_id = %(company)s AND i.advance AND moved.on BETWEEN %(from)s AND %(to)s AND share->>'tax_class' <> 'intra' ORDER BY a.id
"""


def taxed_sales(ctx: Context, from_on: date, to_on: date, cash: bool) -> Iterator[TaxedPart]:
    """Parts of sales between two days."""
    values: dict[str, Any] = {"company": ctx.company_id, "from": from_on, "to": to_on, "cash": cash}
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, values)
        yield from (_part(row, f"billing.allocation:{row[0]}", row[1], row[2], row[10], row[11]) for row in cursor.fetchall())
        cursor.execute(_DOCUMENTS, values)
        documents = cursor.fetchall()
        if not cash:
            yield from (_part(row, f"billing.invoice:{row[0]}", row[1], row[2], row[10], row[11]) for row in documents)
            cursor.execute(_GIVEN_UP, values)
            yield from (_part(row, f"billing.writeoff:{row[0]}", row[1], row[2], row[10], row[11]) for row in cursor.fetchall())
            return
        rows: dict[int, list[Any]] = {}
        for row in documents:
            rows.setdefault(row[0], []).append(row)
        cursor.execute(_PAYMENTS, values | {"invoices": list(rows)})
        for key, number, invoice, on, paid, before in cursor.fetchall():
            if on < from_on:
                continue
            for row in rows[invoice]:
                net, tax = (share(row[at], before + paid, row[12]) - share(row[at], before, row[12]) for at in (10, 11))
                if net or tax:
                    yield _part(row[:14], f"billing.payment:{key}", number, on, net, tax)
    yield from _advances(ctx, on_account_moves(ctx, from_on, to_on))


def on_account_moves(ctx: Context, from_on: date, to_on: date) -> list[Any]:
    """What moved on the accounts of parties between two days, a row for each payment and day, in the order of the days.

    Shape: payment, number, day, name of the party, its tax number and country, what moved, what of the payment stands after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ON_ACCOUNT, {"company": ctx.company_id, "from": from_on, "to": to_on})
        return cursor.fetchall()


def _advances(ctx: Context, moved: list[Any]) -> Iterator[TaxedPart]:
    """Money on account, taxed when it comes in at the class that the company says, and untaxed when it settles an invoice or goes back.

    Source: § 13 (1) no. 1 a sentence 4 and b, § 20 UStG; Directive 2006/112/EC art. 65 and 66 (b).
    Why: tax is worked out on what stands on account, before and after, so that all parts of a payment sum to nothing once it is used up.
    """
    codes = {on: tax_for(ctx, setting_on(ctx, on).advance_class, on) for on in {row[2] for row in moved}}
    for key, number, on, party, tax_number, country, amount, stands in moved:
        code = codes[on]
        (net, tax), (net_before, tax_before) = split_tax(stands, code.rate_bp), split_tax(stands - amount, code.rate_bp)
        vat_id = read_vat_id(tax_number)
        yield TaxedPart(
            f"billing.payment:{key}", number, on, party, vat_id, country_of_vat_id(vat_id) or country or "", True, code.category,
            code.rate_bp, net - net_before, tax - tax_before, OUTPUT_TAX.get(code.tax_class, ""), tax_class=code.tax_class,
        )  # fmt: skip


def share(amount_minor: int, paid_minor: int, total_minor: int) -> int:
    """What of an amount is paid when so much of its document is, rounded half away from zero; all of it at the end."""
    numerator = 2 * amount_minor * paid_minor + (total_minor if amount_minor * paid_minor >= 0 else -total_minor)
    return int(numerator // (2 * total_minor)) if numerator >= 0 else -int(-numerator // (2 * total_minor))


def _part(row: Any, reference: str, number: str, on: date, net_minor: int, tax_minor: int) -> TaxedPart:
    """A part of a row of a document, or of what was given up of one; those of money have no currency of their own and change nothing."""
    vat_id = read_vat_id(row[4])
    country = country_of_vat_id(vat_id) or row[5] or ""
    purpose = OUTPUT_TAX.get(row[8], "") if tax_minor else ""
    currency, there_base, there_owed, corrects_on = row[14:] or ("", 0, 0, None)
    return TaxedPart(
        reference, number, on, row[3], vat_id, country, True, row[6], row[7], net_minor, tax_minor, purpose, supplied_on=row[9],
        taxed_in=row[13], tax_class=row[8], currency=currency, there_base_minor=there_base, there_owed_minor=there_owed,
        corrects_on=corrects_on,
    )  # fmt: skip


register_source("billing", taxed_sales)
