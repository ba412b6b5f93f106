"""Reports: what was spent by person, category or project; what is not paid back; and claims against the ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any

from enfilade.core.command import Choice, Input, Today
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.core.resource.hooks import Column
from enfilade.core.ui.format import format_amount

from .proof import differences, open_and_owed
from .queries import spent_between, unpaid

Year = Annotated[date, Input(prefill="ctx.month")]
_By = Annotated[str, Choice(("person", "Person"), ("category", "Category"), ("project", "Department or project"), ("month", "Month"))]


@report(title="Expenses", permission="expenses.view_books", icon="chart-column", order=10)
def spent(ctx: Context, *, by: _By = "person", from_on: Year, to_on: Today) -> dict[str, Any]:
    """What was spent between two days, by who spent it, what for, where it belongs, or when; claims that were rejected are left out.

    Shape: one row per group, the largest first.
    """
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in spent_between(ctx, from_on, to_on):
        names = {
            "person": [line.claim.person.name],
            "category": [line.category.name],
            "project": line.dimensions.split() or [say("None")],
            "month": [f"{line.on:%Y-%m}"],
        }[by]
        for name in names:
            group = groups[name]
            group[0] += 1
            group[1] += line.amount_minor
            group[2] += line.amount_minor if line.paid_by == "person" else 0
    columns: list[Column] = [
        {"name": "group", "label": "Group", "kind": "text"},
        {"name": "count", "label": "Expenses", "kind": "number"},
        {"name": "total_minor", "label": "Total", "kind": "amount"},
        {"name": "own_minor", "label": "Paid by the person", "kind": "amount"},
    ]
    rows: list[dict[str, Any]] = [
        {"group": name, "count": n, "total_minor": total, "own_minor": own} for name, (n, total, own) in groups.items()
    ]
    rows.sort(key=lambda row: (0 if by == "month" else -row["total_minor"], row["group"]))
    totals = {name: sum(row[name] for row in rows) for name in ("count", "total_minor", "own_minor")}
    notes = ["An expense of two dimensions counts for both."] if by == "project" else []
    return {"columns": columns, "rows": rows, "totals": {} if by == "project" else totals, "notes": notes}


@report(title="Claims not paid back", permission="expenses.view_books", icon="hourglass", order=20)
def unpaid_claims(ctx: Context) -> dict[str, Any]:
    """Claims that wait: for approval, for posting, for their money.

    Shape: one row per claim, the one that waits longest first.
    """
    rows: list[dict[str, Any]] = [
        {
            "claim": str(claim),
            "url": f"/expenses/expense-claims/{claim.pk}/",
            "person": claim.person.name,
            "submitted_at": claim.submitted_at,
            "state": say(claim.get_state_display()),
            "total_minor": claim.total_minor,
            "open_minor": claim.bill.open_minor if claim.bill is not None else claim.own_minor,
        }
        for claim in unpaid(ctx)
    ]
    columns: list[Column] = [
        {"name": "claim", "label": "Claim", "kind": "text"},
        {"name": "person", "label": "Person", "kind": "text"},
        {"name": "submitted_at", "label": "Submitted", "kind": "datetime"},
        {"name": "state", "label": "State", "kind": "text"},
        {"name": "total_minor", "label": "Total", "kind": "amount"},
        {"name": "open_minor", "label": "To pay back", "kind": "amount"},
    ]
    totals = {name: sum(row[name] for row in rows) for name in ("total_minor", "open_minor")}
    return {"columns": columns, "rows": rows, "totals": totals}


@report(title="Expense claims against the ledger", permission="expenses.view_books", icon="scale", order=30)
def expenses_proof(ctx: Context) -> dict[str, Any]:
    """Whether the ledger owes to people what their open claims say; each claim that differs, expected to be none.

    Shape: one row per claim; empty when all agree.
    """
    said, owed = open_and_owed(ctx)
    rows = [{"claim": d.number, "why": say(d.sentence)} for d in differences(ctx)]
    return {
        "columns": [{"name": "claim", "label": "Claim", "kind": "text"}, {"name": "why", "label": "Why", "kind": "text"}],
        "rows": rows,
        "tiles": [
            {"label": "Open claims", "value": format_amount(said, ctx.company.currency)},
            {"label": "Owed by the ledger", "value": format_amount(owed, ctx.company.currency)},
            {
                "label": "Difference",
                "value": format_amount(owed - said, ctx.company.currency),
                "tone": "ok" if said == owed else "bad",
            },
        ],
        "notes": [
            "Every claim and the ledger agree, as expected." if not rows and said == owed else "These claims and the ledger do not agree."
        ],
    }
