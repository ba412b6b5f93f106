"""Reports: what is owed by age, a supplier's statement of account, and the sub-ledger against the ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any

from enfilade.back.ledger.queries import balance_of
from enfilade.back.ledger.subledgers import revalued_by
from enfilade.back.tax.models import WithholdingKind
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Today
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.core.resource.hooks import Column
from enfilade.core.ui.format import format_amount

from . import rules
from .proof import differences, sentence_of
from .queries import account_of_supplier, currencies_of, owed_on
from .withheld import kept_back, paid_between

Year = Annotated[date, Input(prefill="ctx.month")]
_Kind = Annotated[WithholdingKind | None, Input(shared=True, label="Kind")]
_Supplier = Annotated[Party | None, Input(shared=True, label="Supplier", query="party_roles__role=supplier")]


@report(title="Bills by age", permission="payables.view_bill", icon="hourglass", order=10)
def payables(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What suppliers are owed on a day, by how long it is overdue; credit notes are taken off.

    on: payments, credit notes and what became void up to this day are taken off.
    Shape: one row per supplier and currency, largest debt first; one amount per age, and the sum, in the company's currency as the books
    count
    them. Where something is in a foreign currency, two columns say in which and how much.
    """
    names = rules.age_names()
    debts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * len(names))
    foreign: dict[tuple[str, str, str], int] = defaultdict(int)
    for owed in owed_on(ctx, on):
        key = (owed.supplier, owed.supplier_number, owed.currency)
        debts[key][names.index(rules.age_of(owed.due_on, on))] += owed.worth_minor
        foreign[key] += owed.open_minor
    columns: list[Column] = [
        {"name": "number", "label": "Number", "kind": "text"},
        {"name": "supplier", "label": "Supplier", "kind": "text"},
    ]
    columns += [{"name": f"age_{i}_minor", "label": name, "kind": "amount"} for i, name in enumerate(names)]
    columns.append({"name": "open_minor", "label": "Open", "kind": "amount"})
    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "supplier": name,
            **{f"age_{i}_minor": age for i, age in enumerate(ages)},
            "open_minor": sum(ages),
            "currency": currency,
            "foreign_minor": foreign[name, number, currency],
        }
        for (name, number, currency), ages in debts.items()
    ]
    rows.sort(key=lambda row: (-row["open_minor"], row["supplier"]))
    totals = {c["name"]: sum(row[c["name"]] for row in rows) for c in columns if c["kind"] == "amount"}
    if {currency for *_, currency in debts} - {ctx.company.currency}:
        columns.append({"name": "currency", "label": "Currency", "kind": "text"})
        columns.append({"name": "foreign_minor", "label": "Open in it", "kind": "amount", "currency_in": "currency"})
    return {"columns": columns, "rows": rows, "totals": totals}


@report(title="Statement of a supplier", permission="payables.view_bill", icon="file-text", order=20)
def supplier_statement(ctx: Context, *, supplier: _Supplier = None, from_on: Year, to_on: Today) -> dict[str, Any]:
    """Everything that was billed by a supplier and settled with her, and what she is owed after each.

    Shape: one row per bill, credit note and payment, in the order of their days; the first and the last say what was owed. Each
    currency in which she billed follows by itself.
    Why: it is laid beside the statement that the supplier sends.
    """
    columns: list[Column] = [
        {"name": "on", "label": "On", "kind": "date"},
        {"name": "text", "label": "Text", "kind": "text"},
        {"name": "billed_minor", "label": "Billed", "kind": "amount", "currency_in": "currency"},
        {"name": "settled_minor", "label": "Paid and credited", "kind": "amount", "currency_in": "currency"},
        {"name": "owed_minor", "label": "Owed", "kind": "amount", "currency_in": "currency"},
    ]
    if supplier is None:
        return {"columns": columns, "rows": [], "notes": ["Choose a supplier."]}
    blocks = [_statement_rows(ctx, supplier, from_on, to_on, code) for code in currencies_of(ctx, supplier)]
    moved = [rows for rows in blocks if len(rows) > 2 or rows[-1]["owed_minor"]] or blocks[:1]
    return {"columns": columns, "rows": [row for rows in moved for row in rows], "owed_minor": blocks[0][-1]["owed_minor"]}


def _statement_rows(ctx: Context, party: Party, from_on: date, to_on: date, currency: str) -> list[dict[str, Any]]:
    """The rows of one currency, between what was owed before and what is owed."""
    before, moves = account_of_supplier(ctx, party, from_on, to_on, currency)
    owed = before
    rows: list[dict[str, Any]] = [{"on": from_on, "text": say("Owed before"), "owed_minor": before, "emphasis": True}]
    for on, text, url, billed, settled in moves:
        owed += billed - settled
        rows.append(
            {"on": on, "text": text, "url": url, "billed_minor": billed or None, "settled_minor": settled or None, "owed_minor": owed}
        )
    billed, settled = sum(m[3] for m in moves), sum(m[4] for m in moves)
    rows.append({"on": to_on, "text": say("Owed"), "billed_minor": billed, "settled_minor": settled, "owed_minor": owed, "emphasis": True})
    return [{**row, "currency": currency} for row in rows]


@report(title="Bills against the ledger", permission="payables.view_bill", icon="scale", order=30)
def payables_proof(ctx: Context) -> dict[str, Any]:
    """Whether the account of suppliers in the ledger is what the open bills say; each document that differs, expected to be none.

    Shape: one row per document; empty when all agree.
    """
    rows = [
        {
            "document": d.number or d.ref,
            "said_minor": -d.said_minor,
            "posted_minor": -d.posted_minor,
            "why": sentence_of(d),
            "currency": d.currency,
        }
        for d in differences(ctx)
    ]
    items = sum(owed.worth_minor for owed in owed_on(ctx, ctx.today))
    ledger = revalued_by(ctx, "payable", ctx.today) - balance_of(ctx, "payable", ctx.today)
    return {
        "columns": [
            {"name": "document", "label": "Document", "kind": "text"},
            {"name": "said_minor", "label": "By the document", "kind": "amount", "currency_in": "currency"},
            {"name": "posted_minor", "label": "In the ledger", "kind": "amount", "currency_in": "currency"},
            {"name": "why", "label": "Why", "kind": "text"},
        ],
        "rows": rows,
        "tiles": [
            _tile(ctx, "Open bills", items),
            _tile(ctx, "Account of suppliers", ledger),
            _tile(ctx, "Difference", ledger - items, "bad" if ledger != items else "ok"),
        ],
        "notes": ["Every document and the ledger agree, as expected." if not rows else "These documents and the ledger do not agree."],
        "difference_minor": ledger - items,
    }


@report(title="Tax withheld, to be paid", permission="payables.view_bill", icon="hand-coins", order=40)
def withheld(
    ctx: Context,
    *,
    from_on: Year,
    to_on: Today,
    kind: _Kind = None,
    open_only: Annotated[bool, Input(label="Not declared yet only")] = False,
) -> dict[str, Any]:
    """What payments kept back of bills, by supplier: what it was reckoned from, the rate, the amount, and with which declaration it went.

    kind: all rates of its code.
    Shape: one row per payment and bill, by tax office, kind and supplier; sums after each tax office. Amounts in the company's currency.
    Source: § 48a EStG (what is declared of each supplier).
    """
    columns: list[Column] = [
        {"name": "supplier", "label": "Supplier", "kind": "text"},
        {"name": "tax_number", "label": "Tax number", "kind": "text"},
        {"name": "bill", "label": "Bill", "kind": "text"},
        {"name": "on", "label": "Paid", "kind": "date"},
        {"name": "base_minor", "label": "Reckoned from", "kind": "amount"},
        {"name": "rate_percent", "label": "Rate (%)", "kind": "number"},
        {"name": "amount_minor", "label": "Withheld", "kind": "amount"},
        {"name": "declared", "label": "Declared with", "kind": "text"},
    ]
    found = kept_back(ctx, from_on=from_on, to_on=to_on, kind=kind, open_only=open_only)
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.supplier.name, one.on, one.settlement)):
        groups[f"{one.authority or one.kind.authority} · {one.kind}"].append(
            {
                "supplier": one.supplier.name,
                "tax_number": one.supplier.tax_number,
                "bill": f"{one.bill.number} · {one.bill.supplier_number}",
                "url": f"/payables/bills/{one.bill.pk}/",
                "on": one.on,
                "base_minor": one.base_minor,
                "rate_percent": one.rate_percent.normalize(),
                "amount_minor": one.amount_minor,
                "declared": one.declared,
            }
        )
    rows: list[dict[str, Any]] = []
    for name in sorted(groups):
        sums = {column: sum(row[column] for row in groups[name]) for column in ("base_minor", "amount_minor")}
        rows += [*groups[name], {"supplier": name, **sums, "emphasis": True}]
    return {
        "columns": columns,
        "rows": rows,
        "totals": {"base_minor": sum(one.base_minor for one in found), "amount_minor": sum(one.amount_minor for one in found)},
        "tiles": [_tile(ctx, "Not declared yet", sum(one.amount_minor for one in found if not one.declared))],
    }


@report(title="Paid to suppliers", permission="payables.view_bill", icon="hand-coins", order=45)
def paid_to_suppliers(
    ctx: Context, *, from_on: Year, to_on: Today, withheld_only: Annotated[bool, Input(label="Suppliers under withholding only")] = False
) -> dict[str, Any]:
    """What each supplier got between two days, and what was withheld from her: the figures of Form 1099, of statements and certificates.

    withheld_only: those from whom something was withheld.
    Shape: one row per supplier, in the order of their names; amounts in the company's currency, payments that were taken back are left out.
    Source: 26 U.S.C. § 6041A (Form 1099-NEC); D.P.R. 322/1998 art. 4 (Certificazione Unica).
    """
    columns: list[Column] = [
        {"name": "number", "label": "Number", "kind": "text"},
        {"name": "supplier", "label": "Supplier", "kind": "text"},
        {"name": "tax_number", "label": "Tax number", "kind": "text"},
        {"name": "paid_minor", "label": "Paid", "kind": "amount"},
        {"name": "withheld_minor", "label": "Withheld", "kind": "amount"},
        {"name": "sum_minor", "label": "Together", "kind": "amount"},
    ]
    rows: list[dict[str, Any]] = [
        {
            "number": party.number,
            "supplier": party.name,
            "tax_number": party.tax_number,
            "url": f"/party/parties/{party.pk}/",
            "paid_minor": paid,
            "withheld_minor": kept,
            "sum_minor": paid + kept,
        }
        for party, paid, kept in paid_between(ctx, from_on, to_on)
        if kept or not withheld_only
    ]
    totals = {name: sum(row[name] for row in rows) for name in ("paid_minor", "withheld_minor", "sum_minor")}
    return {"columns": columns, "rows": rows, "totals": totals}


def _tile(ctx: Context, label: str, amount_minor: int, tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": format_amount(amount_minor, ctx.company.currency), "hint": "", "tone": tone}
