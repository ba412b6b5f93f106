"""Versions of a budget: begun, copied, approved, retired."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.budgeting.events import BudgetApproved
from enfilade.back.budgeting.models import Budget, BudgetLine
from enfilade.back.budgeting.queries import lines_of
from enfilade.back.ledger.queries import ledger_book, year_around
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

Name = Annotated[str, Input(max_length=100)]


@command(permission="budgeting.make_budget", label="New budget", tone="primary", target="")
def make_budget(ctx: Context, *, name: Name, on: Annotated[date, Input(label="A day of the year", prefill="ctx.today")]) -> Budget:
    """Begin a plan for a year of accounts.

    name: of this version, for example First draft.
    on: any day of the year that is planned.
    Refuses: no_ledger; budget_name_once (database).
    """
    year = year_around(ctx, ledger_book(ctx), on)
    return Budget.objects.create(company=ctx.company, name=name, starts_on=year.starts_on, ends_on=year.ends_on, made_by=ctx.user)


@command(permission="budgeting.make_budget", label="Copy it", target="budget")
def copy_budget(ctx: Context, *, budget: Ref[Budget], name: Name) -> Budget:
    """Begin another version of a budget with the same amounts.

    Refuses: budget_name_once (database).
    """
    copied = Budget.objects.create(
        company=ctx.company, name=name, starts_on=budget.starts_on, ends_on=budget.ends_on, note=budget.note, made_by=ctx.user
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(
            company=ctx.company,
            budget=copied,
            account_id=line.account_id,
            value_id=line.value_id,
            month_on=line.month_on,
            amount_minor=line.amount_minor,
        )
        for line in lines_of(ctx, budget)
    )
    return copied


@command(permission="budgeting.approve_budget", label="Approve", tone="primary", door=True)
def approve_budget(ctx: Context, *, budget: Budget) -> Budget:
    """Let a budget count: statements are compared with it, and its amounts stay as they are.

    Refuses: not_draft, nothing_planned; budget_approved_once (database).
    """
    if not BudgetLine.objects.visible_to(ctx).filter(budget=budget).exists():
        raise Refusal("nothing_planned", "This budget has no amounts yet.")
    budget.state, budget.approved_by, budget.approved_at = Budget.State.APPROVED, ctx.user, ctx.now
    budget.save(update_fields=["state", "approved_by", "approved_at"])
    publish(ctx, BudgetApproved(budget=budget.pk, starts_on=budget.starts_on))
    return budget


@command(permission="budgeting.approve_budget", label="Retire", tone="danger", door=True)
def retire_budget(ctx: Context, *, budget: Budget, reason: LongText) -> Budget:
    """Let a budget count no more; it stays where it is, to be looked at.

    reason: kept in the audit.
    Refuses: already_retired.
    """
    del ctx, reason
    budget.state = Budget.State.RETIRED
    budget.save(update_fields=["state"])
    return budget
