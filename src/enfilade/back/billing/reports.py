"""Reports: what is owed by age, what was taken on a day, what was given away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from django.db.models import F, Q, Sum

from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_amount

from . import rules
from .models import Charge, DrawerSession, Invoice, Payment
from .queries import takings

Today = Annotated[date, Input(prefill="ctx.today")]
Month = Annotated[date, Input(prefill="ctx.month")]


@report(title="Open items by age", permission="billing.view_invoice", icon="hourglass", order=10)
def receivables(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What customers owe on a day, by how long it is overdue.

    on: payments and credit notes up to this day are taken off.
    Shape: one row per party, largest debt first; one amount per age, and the sum.
    """
    debts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, name, due_on, total, paid, refunded, credited in _open_on(ctx, on):
        open_minor = total - (paid or 0) + (refunded or 0) - (credited or 0)
        if open_minor:
            debts[(name, number)][rules.age_of(due_on, on)] += open_minor
    names = rules.age_names()
    columns = [{"name": "number", "label": "Number", "kind": "text"}, {"name": "party", "label": "Party", "kind": "text"}]
    columns += [{"name": f"age_{i}_minor", "label": name, "kind": "amount"} for i, name in enumerate(names)]
    columns.append({"name": "open_minor", "label": "Open", "kind": "amount"})
    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "party": name,
            **{f"age_{i}_minor": ages.get(n, 0) for i, n in enumerate(names)},
            "open_minor": sum(ages.values()),
        }
        for (name, number), ages in debts.items()
    ]
    rows.sort(key=lambda row: (-row["open_minor"], row["party"]))
    totals = {c["name"]: sum(row[c["name"]] for row in rows) for c in columns if c["kind"] == "amount"}
    return {"columns": columns, "rows": rows, "totals": totals}


def _open_on(ctx: Context, on: date) -> Any:
    """Invoices issued by a day with what was paid, refunded and credited by then. Settled ones of longer ago are never looked at."""
    paid = Q(payments__kind=Payment.Kind.PAYMENT, payments__on__lte=on)
    back = Q(payments__kind=Payment.Kind.REFUND, payments__on__lte=on)
    keys = _touched_since(ctx, on)
    rows = Invoice.objects.visible_to(ctx).filter(pk__in=keys, kind=Invoice.Kind.INVOICE, issued_on__lte=on)
    notes = Invoice.objects.visible_to(ctx).filter(cancels__in=keys, issued_on__lte=on)
    credited = dict(notes.values_list("cancels").annotate(sum=Sum("total_minor")))
    sums = rows.annotate(paid_by=Sum("payments__amount_minor", filter=paid), back_by=Sum("payments__amount_minor", filter=back))
    for row in sums.values_list("pk", "party__number", "party__name", "due_on", "total_minor", "paid_by", "back_by"):
        yield (*row[1:], credited.get(row[0], 0))


def _touched_since(ctx: Context, on: date) -> list[int]:
    """Keys of invoices that are open now, or that somebody paid, refunded or credited after a day.

    Why three questions: each reads an index of its own; asked with "or" they would read every invoice ever written.
    """
    invoices = Invoice.objects.visible_to(ctx)
    still = invoices.filter(state__in=[Invoice.State.ISSUED, Invoice.State.PART_PAID]).values_list("pk", flat=True)
    paid = Payment.objects.visible_to(ctx).filter(on__gt=on).values_list("invoice", flat=True)
    credited = invoices.filter(cancels__isnull=False, issued_on__gt=on).values_list("cancels", flat=True)
    return list(still.union(paid, credited))


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
        .aggregate(total=Sum("total_minor"), discount=Sum("discount_minor"))
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
