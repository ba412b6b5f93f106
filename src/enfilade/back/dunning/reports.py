"""Reports: who is late, which level comes next, and what holds the others."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.resource import report

from .queries import late_invoices


@report(title="Late invoices", permission="dunning.view_reminder", icon="alarm-clock", order=10)
def late(ctx: Context) -> dict[str, Any]:
    """Every invoice that is late today: how long, which level it reached, which comes next, or what keeps it from it.

    Shape: one row per invoice, the longest due first, in its currency; of one with instalments, those that are due. The sum is in the
    company's, as the books count it.
    """
    rows = [
        {
            "invoice": str(one.invoice),
            "url": f"/billing/invoices/{one.invoice.pk}/",
            "party": one.invoice.party.name,
            "due_on": one.due_on,
            "days": one.days_late,
            "open_minor": one.late_minor,
            "currency": one.invoice.currency,
            "worth_minor": one.late_worth_minor,
            "reached": one.reached or "",
            "next": str(one.level) if one.level is not None else "",
            "why": one.why,
        }
        for one in late_invoices(ctx, ctx.today)
    ]
    columns = [
        ("invoice", "Invoice", "text"),
        ("party", "Party", "text"),
        ("due_on", "Due", "date"),
        ("days", "Days late", "number"),
        ("open_minor", "Open", "amount"),
        ("reached", "Level reached", "text"),
        ("next", "Next level", "text"),
        ("why", "What holds it", "text"),
    ]
    return {
        "columns": [{"name": name, "label": label, "kind": kind, "currency_in": "currency"} for name, label, kind in columns],
        "rows": rows,
        "totals": {"open_minor": sum(one["worth_minor"] for one in rows)} if rows else {},
        "notes": [] if rows else ["Nobody is late."],
    }
