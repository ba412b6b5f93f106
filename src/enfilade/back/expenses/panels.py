"""How an expense is entered by people, and what the page of a claim says beside its facts: what the policy says, and the receipts."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.resource import dialog, flow, panel, rehearsal
from enfilade.core.resource.hooks import Step

from . import rules
from .commands import add_expense
from .commands.flat import away_of
from .models import ExpenseClaim, ExpenseLine
from .queries import breaches_of, lines_of

_FIRST = ("receipts", "amount", "category", "on", "merchant")
_GUESTS = ("attendees", "occasion")


@dialog(add_expense, template="expenses/add_expense_body.html")
def add_expense_form(_ctx: Context, _values: dict[str, Any]) -> dict[str, Any]:
    """The receipt, how much, what for; guests and the rest are folded."""
    return {"first": _FIRST, "guests": _GUESTS}


@rehearsal("policy", template="expenses/rehearsed_policy.html", permission="expenses.view_expenseline")
def policy_rehearsed(ctx: Context) -> dict[str, Any] | None:
    """What the policy says of expenses that a rehearsal wrote."""
    written = [row for row in (ctx.work.rows.values() if ctx.work else ()) if isinstance(row, ExpenseLine)]
    if not written:
        return None
    keys = {line.pk for line in written}
    found = breaches_of(ctx, [line for line in lines_of(ctx, {line.claim for line in written}) if line.pk in keys])
    sentences = [breach for breaches in found.values() for breach in breaches]
    return {"breaches": sentences} if sentences else None


@panel(
    on=ExpenseClaim,
    title="Receipts and policy",
    permission="expenses.view_expenseline",
    template="expenses/panel_receipts.html",
    icon="receipt",
)
def receipts_of(ctx: Context, claim: ExpenseClaim) -> dict[str, Any] | None:
    """Each expense with its receipts and what the policy says of it."""
    lines = lines_of(ctx, [claim])
    if not lines:
        return None
    found = breaches_of(ctx, lines, claim.submitted_at.astimezone(ctx.zone).date() if claim.submitted_at else None)
    return {"rows": [{"line": line, "breaches": found[line.pk], "days": days_of(ctx, line)} for line in lines]}


def days_of(ctx: Context, line: ExpenseLine) -> list[rules.Day]:
    """What each day away of a line is paid."""
    if line.per_diem_rate is None or line.left_at is None or line.back_at is None:
        return []
    left, back = line.left_at.astimezone(ctx.zone), line.back_at.astimezone(ctx.zone)
    return rules.days_away(left, back, away_of(line.per_diem_rate), line.meals, overnight=line.overnight)


@flow(on=ExpenseClaim)
def way_of_a_claim(_ctx: Context, claim: ExpenseClaim) -> list[Step]:
    """Written, approved by somebody else, posted, paid back."""
    state = claim.State
    if claim.state == state.DISCARDED:
        return []
    sent, approved, posted = claim.number and claim.state not in {state.DRAFT, state.REJECTED}, claim.approved_at, claim.posted_on
    done = claim.state == state.REIMBURSED
    bill = f"/payables/bills/{claim.bill_id}/" if claim.bill_id else ""
    return [
        Step("Submitted", "back", "done" if sent else "now", who=str(claim.submitted_by or ""), since=claim.submitted_at),
        Step("Approved", "back", "done" if approved else "now" if sent else "todo", who=str(claim.approved_by or ""), since=approved),
        Step("Posted", "back", "done" if posted else "now" if approved else "todo", who=str(claim.posted_by or "")),
        Step("Paid back", "back", "done" if done else "now" if posted else "todo", url=bill),
    ]
