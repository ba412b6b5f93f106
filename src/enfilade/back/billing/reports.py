"""Reports: what is owed by age, what was taken on a day, what was given away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from django.db.models import F, Q, Sum
from django.db.models.functions import Cast, Coalesce, Round

from enfilade.back.ledger.queries import balance_of
from enfilade.back.ledger.subledgers import revalued_by
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Today
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.core.ui.format import format_amount

from . import rules
from .models import Charge, Deposit, DrawerSession, Invoice
from .proof import deposit_differences, deposit_sentence, differences, sentence_of
from .queries import needs_proof, takings
from .standing import balances_on_account, open_items
from .statements import Account, accounts_of
from .withheld import own_amount, withheld_by_customers

# In the company's currency; those that documents are written in have as many decimals.
_DISCOUNT = Coalesce(Cast(Round(F("discount_minor") / F("rate")), AmountField()), "discount_minor")
Month = Annotated[date, Input(prefill="ctx.month")]
Customer = Annotated[Party | None, Input(shared=True, label="Customer")]


@report(title="Open items by age", permission="billing.view_invoice", icon="hourglass", order=10)
def receivables(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What customers owe on a day, by how long it is overdue, and what they have on account.

    on: payments, credit notes and write-offs up to this day are taken off.
    Shape: one row per party and currency, largest debt first; one amount per age, what is on account, and the sum, in the company's
    currency as the books count them. Where something is in a foreign currency, two columns say in which and how much.
    """
    names = rules.age_names()
    debts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * (len(names) + 1))
    foreign: dict[tuple[str, str, str], int] = defaultdict(int)
    for item in open_items(ctx, on):
        key = (item.party_name, item.party_number, item.currency)
        debts[key][names.index(rules.age_of(item.due_on, on))] += item.worth_minor
        foreign[key] += item.open_minor
    for balance in balances_on_account(ctx, on):
        key = (balance.party_name, balance.party_number, balance.currency)
        debts[key][-1] -= balance.worth_minor
        foreign[key] -= balance.amount_minor
    columns = [{"name": "number", "label": "Number", "kind": "text"}, {"name": "party", "label": "Party", "kind": "text"}]
    columns += [{"name": f"age_{i}_minor", "label": name, "kind": "amount"} for i, name in enumerate(names)]
    columns += [
        {"name": "on_account_minor", "label": "On account", "kind": "amount"},
        {"name": "open_minor", "label": "Open", "kind": "amount"},
    ]
    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "party": name,
            **{f"age_{i}_minor": age for i, age in enumerate(ages[:-1])},
            "on_account_minor": ages[-1],
            "open_minor": sum(ages),
            "currency": currency,
            "foreign_minor": foreign[name, number, currency],
        }
        for (name, number, currency), ages in debts.items()
    ]
    totals = {c["name"]: sum(row[c["name"]] for row in rows) for c in columns if c["kind"] == "amount"}
    if {currency for *_, currency in debts} - {ctx.company.currency}:
        columns.append({"name": "currency", "label": "Currency", "kind": "text"})
        columns.append({"name": "foreign_minor", "label": "Open in it", "kind": "amount", "currency_in": "currency"})
    rows.sort(key=lambda row: (-row["open_minor"], row["party"]))
    return {"columns": columns, "rows": rows, "totals": totals}


@report(title="Statement of account", permission="billing.view_invoice", icon="file-text", order=12)
def customer_statement(ctx: Context, *, customer: Customer = None, from_on: Month, to_on: Today) -> dict[str, Any]:
    """Everything that a customer was billed, paid and got back between two days, and what she owed after each.

    Shape: one row per document and payment, in the order of their days; the first and the last say what was owed. Each currency in which
    there was anything follows by itself.
    """
    columns = [
        {"name": "on", "label": "Date", "kind": "date"},
        {"name": "text", "label": "Text", "kind": "text"},
        {"name": "billed_minor", "label": "Billed", "kind": "amount", "currency_in": "currency"},
        {"name": "settled_minor", "label": "Paid and credited", "kind": "amount", "currency_in": "currency"},
        {"name": "owed_minor", "label": "Owed", "kind": "amount", "currency_in": "currency"},
    ]
    if customer is None:
        return {"columns": columns, "rows": [], "notes": ["Choose a customer."]}
    accounts = accounts_of(ctx, customer, from_on, to_on)
    tiles = [
        (name, minor, account.currency)
        for account in accounts
        for name, minor in (*account.ages, ("On account", -account.on_account_minor))
        if minor
    ]
    return {
        "columns": columns,
        "rows": [row for account in accounts for row in _statement_rows(account, from_on, to_on)],
        "tiles": [{"label": name, "value": format_amount(minor, c), "value_minor": minor, "tone": ""} for name, minor, c in tiles],
        "owed_minor": accounts[0].owed_minor,
    }


def _statement_rows(account: Account, from_on: date, to_on: date) -> list[dict[str, Any]]:
    """The rows of one currency, between what was owed before and what is owed."""
    rows: list[dict[str, Any]] = [{"on": from_on, "text": say("Owed before"), "owed_minor": account.before_minor, "emphasis": True}]
    rows += [
        {
            "on": line.on,
            "text": f"{line.label} {line.number}",
            "url": line.url,
            "billed_minor": max(line.amount_minor, 0) or None,
            "settled_minor": max(-line.amount_minor, 0) or None,
            "owed_minor": line.owed_minor,
        }
        for line in account.lines
    ]
    billed, settled = (sum(row.get(name) or 0 for row in rows) for name in ("billed_minor", "settled_minor"))
    last = {"on": to_on, "text": say("Owed"), "billed_minor": billed, "settled_minor": settled, "owed_minor": account.owed_minor}
    return [{**row, "currency": account.currency} for row in (*rows, {**last, "emphasis": True})]


@report(title="Invoices against the ledger", permission="billing.view_invoice", icon="scale", order=15)
def receivables_proof(ctx: Context) -> dict[str, Any]:
    """Whether the account of customers in the ledger is what open invoices less payments on account say; each document that differs.

    Shape: one row per document; empty when all agree, which is what is expected.
    """
    rows = [
        {
            "document": d.number or d.ref,
            "said_minor": d.said_minor,
            "posted_minor": d.posted_minor,
            "why": sentence_of(d),
            "currency": d.currency,
        }
        for d in differences(ctx)
    ]
    items = sum(item.worth_minor for item in open_items(ctx, ctx.today))
    kept = sum(b.worth_minor for b in balances_on_account(ctx, ctx.today))
    ledger = balance_of(ctx, "receivable", ctx.today) - revalued_by(ctx, "receivable", ctx.today)
    difference = ledger - items + kept
    tiles = [("Open invoices", items, ""), ("On account", -kept, ""), ("Account of customers", ledger, "")]
    tiles.append(("Difference", difference, "bad" if difference else "ok"))
    return {
        "columns": [
            {"name": "document", "label": "Document", "kind": "text"},
            {"name": "said_minor", "label": "By the document", "kind": "amount", "currency_in": "currency"},
            {"name": "posted_minor", "label": "In the ledger", "kind": "amount", "currency_in": "currency"},
            {"name": "why", "label": "Why", "kind": "text"},
        ],
        "rows": rows,
        "tiles": [{"label": label, "value": _money(ctx, minor), "value_minor": minor, "tone": tone} for label, minor, tone in tiles],
        "notes": ["Every document and the ledger agree, as expected." if not rows else "These documents and the ledger do not agree."],
        "difference_minor": difference,
    }


@report(title="Deposits against the ledger", permission="billing.view_deposit", icon="scale", order=95)
def deposits_proof(ctx: Context) -> dict[str, Any]:
    """Whether the account of deposits in the ledger is what is held of all deposits; each document that differs.

    Shape: one row per document; empty when all agree, which is what is expected.
    """
    rows = [
        {"document": d.number or d.ref, "said_minor": d.said_minor, "posted_minor": d.posted_minor, "why": deposit_sentence(d)}
        for d in deposit_differences(ctx)
    ]
    held = int(Deposit.objects.visible_to(ctx).aggregate(sum=Sum("held_minor"))["sum"] or 0)
    ledger = -balance_of(ctx, "deposit_held", ctx.today) if rows or Deposit.objects.visible_to(ctx).exists() else 0
    tiles = [
        ("Deposits held", held, ""),
        ("Account of deposits", ledger, ""),
        ("Difference", ledger - held, "bad" if ledger - held else "ok"),
    ]
    return {
        "columns": [
            {"name": "document", "label": "Document", "kind": "text"},
            {"name": "said_minor", "label": "By the document", "kind": "amount"},
            {"name": "posted_minor", "label": "In the ledger", "kind": "amount"},
            {"name": "why", "label": "Why", "kind": "text"},
        ],
        "rows": rows,
        "tiles": [{"label": label, "value": _money(ctx, minor), "value_minor": minor, "tone": tone} for label, minor, tone in tiles],
        "notes": ["Every deposit and the ledger agree, as expected." if not rows else "These documents and the ledger do not agree."],
        "difference_minor": ledger - held,
    }


@report(title="Day's takings", permission="billing.view_payment", icon="coins", order=20)
def day_takings(ctx: Context, *, on: Today) -> dict[str, Any]:
    """Money in and out of a day by method, and how the drawers were counted.

    Shape: one row per method; tiles: invoiced, discounts, differences of drawers closed on the day.
    """
    rows = [
        {"method": t.label, "payments": t.payments, "in_minor": t.in_minor, "out_minor": t.out_minor, "kept_minor": t.net_minor}
        for t in takings(ctx, on)
    ]
    begin = datetime.combine(on, time(), ctx.zone)
    closed = DrawerSession.objects.visible_to(ctx).filter(closed_at__gte=begin, closed_at__lt=begin + timedelta(days=1))
    issued = (
        Invoice.objects.visible_to(ctx)
        .filter(issued_on=on, kind=Invoice.Kind.INVOICE)
        .aggregate(total=Sum(Coalesce("worth_minor", "total_minor")), discount=Sum(_DISCOUNT))
    )
    columns = [
        ("method", "Method", "text"),
        ("payments", "Payments", "number"),
        ("in_minor", "In", "amount"),
        ("out_minor", "Out", "amount"),
    ]
    difference = closed.aggregate(sum=Sum("difference_minor"))["sum"] or 0
    tiles = [
        ("Invoiced", issued["total"] or 0, ""),
        ("Discounts", issued["discount"] or 0, ""),
        ("Drawer difference", difference, "bad" if difference else "ok"),
    ]
    return {
        "columns": [{"name": n, "label": label, "kind": k} for n, label, k in [*columns, ("kept_minor", "Balance", "amount")]],
        "rows": rows,
        "totals": {n: sum(int(str(row[n])) for row in rows) for n in ("payments", "in_minor", "out_minor", "kept_minor")},
        "tiles": [{"label": label, "value": _money(ctx, minor), "value_minor": minor, "tone": tone} for label, minor, tone in tiles],
    }


@report(title="Given away", permission="billing.view_charge", icon="gift", order=30)
def given_away(ctx: Context, *, from_on: Month, to_on: Today) -> dict[str, Any]:
    """Discounts and waived charges of a span of days: by whom they were asked and why.

    Shape: one row per charge, largest amount first; days of supply, both included.
    """
    charges = Charge.objects.visible_to(ctx).filter(on__gte=from_on, on__lte=to_on)
    charges = charges.filter(Q(discount_minor__gt=0) | Q(state=Charge.State.WAIVED)).annotate(party_name=F("party__name"))
    rows = []
    for charge in charges:
        waived = charge.state == Charge.State.WAIVED
        given = charge.gross_minor if waived else charge.discount_minor
        rows.append(
            {
                "on": charge.on, "party": charge.party_name, "what": charge.description, "how": "Waived" if waived else "Discount",
                "percent": str(rules.percent(given, charge.gross_minor)), "given_minor": given,
                "reason": charge.waived_reason if waived else charge.discount_reason,
            }
        )  # fmt: skip
    rows.sort(key=lambda row: -row["given_minor"])
    columns = [
        ("on", "Date", "date"),
        ("party", "Party", "text"),
        ("what", "What", "text"),
        ("how", "How", "text"),
        ("percent", "Percent", "number"),
    ]
    columns += [("given_minor", "Given", "amount"), ("reason", "Why", "text")]
    return {
        "columns": [{"name": n, "label": label, "kind": k} for n, label, k in columns],
        "rows": rows,
        "totals": {"given_minor": sum(row["given_minor"] for row in rows)},
    }


def _money(ctx: Context, minor: int) -> str:
    return format_amount(minor, ctx.company.currency)


@report(title="Proofs of supply that are missing", permission="billing.view_supplyproof", icon="ship", order=60)
def missing_proofs(ctx: Context, *, on: Today) -> dict[str, Any]:
    """Goods that left the country without tax and without a proof noted yet: without one the tax is owed.

    on: issued until this day. Shape: one row per invoice, oldest first.
    """
    columns = [
        {"name": "number", "label": "Invoice", "kind": "text"}, {"name": "party", "label": "Party", "kind": "text"},
        {"name": "issued_on", "label": "Issued", "kind": "date"}, {"name": "country", "label": "Country", "kind": "text"},
        {"name": "total_minor", "label": "Total", "kind": "amount"},
    ]  # fmt: skip
    rows = [
        {
            "number": invoice.number,
            "party": invoice.party.name,
            "issued_on": invoice.issued_on,
            "country": invoice.buyer_country or "",
            "total_minor": invoice.total_minor,
            "url": f"/billing/invoices/{invoice.pk}/",
        }
        for invoice in needs_proof(ctx, on=on)
    ]
    return {"columns": columns, "rows": rows, "notes": ["Note the proof on each invoice."] if rows else ["No proof is missing."]}


@report(title="Tax that customers withheld", permission="billing.view_payment", icon="hand-coins", order=65)
def withheld_from_us(
    ctx: Context, *, on: Today, unproved: Annotated[bool, Input(label="Without a certificate only")] = False
) -> dict[str, Any]:
    """What customers kept back from us for an office until a day, with what they proved it and what an office has counted of it.

    unproved: what no certificate came for yet: ask for it.
    Shape: one row per payment, oldest first, in the company's currency; tiles: without a certificate, not counted yet.
    """
    columns = [
        {"name": "on", "label": "Paid", "kind": "date"}, {"name": "party", "label": "Customer", "kind": "text"},
        {"name": "invoice", "label": "Invoice", "kind": "text"}, {"name": "number", "label": "Receipt", "kind": "text"},
        {"name": "amount_minor", "label": "Withheld", "kind": "amount"}, {"name": "reference", "label": "Certificate", "kind": "text"},
        {"name": "proved_on", "label": "Dated", "kind": "date"}, {"name": "set_off_on", "label": "Counted", "kind": "date"},
    ]  # fmt: skip
    found = withheld_by_customers(ctx, until_on=on)
    rows = []
    for payment in found:
        proof = getattr(payment, "withheld_proof", None)
        if proof is not None and unproved:
            continue
        rows.append(
            {
                "on": payment.on, "party": payment.party.name, "invoice": str(payment.invoice or ""), "number": payment.number,
                "url": f"/billing/payments/{payment.pk}/", "amount_minor": own_amount(payment),
                "reference": proof.reference if proof else "", "proved_on": proof.on if proof else None,
                "set_off_on": proof.set_off_on if proof else None,
            }
        )  # fmt: skip
    lacking = sum(own_amount(p) for p in found if getattr(p, "withheld_proof", None) is None)
    counted = sum(own_amount(p) for p in found if (proof := getattr(p, "withheld_proof", None)) and proof.set_off_on)
    standing = sum(own_amount(p) for p in found) - counted
    tiles = [("Without a certificate", lacking, "warn" if lacking else ""), ("Not counted yet", standing, "")]
    return {
        "columns": columns,
        "rows": rows,
        "totals": {"amount_minor": sum(row["amount_minor"] for row in rows)},
        "tiles": [{"label": label, "value": _money(ctx, minor), "value_minor": minor, "tone": tone} for label, minor, tone in tiles],
    }
