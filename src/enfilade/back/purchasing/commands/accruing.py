"""At the end of a month: the cost of what came and was not billed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TypedDict

from enfilade.back.ledger.commands import Leg, plan_reversal, post_legs
from enfilade.back.purchasing import rules
from enfilade.back.purchasing.models import Accrual, AccrualLine
from enfilade.back.purchasing.queries import to_accrue
from enfilade.core.command import Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_major
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_day

ACCRUED = "accrued_expense"


class AccrualFacts(TypedDict):
    """What a door is told: total, in major units of our currency."""

    total: Decimal


def _facts(*, ctx: Context, through_on: date, **_: object) -> AccrualFacts:
    total = sum(amount for _, _, amount in to_accrue(ctx, rules.month_end(through_on)))
    return {"total": to_major(total, ctx.company.currency)}


@command(permission="purchasing.accrue_not_billed", label="Post what came and is not billed", target="", door=_facts)
def accrue_not_billed(ctx: Context, *, through_on: Today) -> Accrual:
    """Post the cost of what came until the end of a month and was billed by nobody until then; taken back on the day after.

    Posted again for the same month, only what changed since is posted: a bill or a receipt that was entered late.
    through_on: a day of the month; posted on the last day of it.
    Refuses: not_over (the month), nothing_due, no_ledger, date_out_of_range; entry_period_open (database).
    Source: Directive 2013/34/EU art. 6 (1) (d): charges of a year count whether or not they were paid.
    """
    require_date(through_on, "through_on")
    until = rules.month_end(through_on)
    if until > ctx.today:
        raise Refusal("not_over", "This month is not over yet.", field="through_on")
    due = to_accrue(ctx, until)
    if not due:
        raise Refusal("nothing_due", f"All that came until {format_day(until)} is billed or posted.", field="through_on")
    costs: dict[tuple[str, str], int] = defaultdict(int)
    for line, _, amount in due:
        costs[line.account.code if line.account else "", line.dimensions] += amount
    total = sum(amount for _, _, amount in due)
    legs = [Leg(account, amount, dimensions=dimensions) for (account, dimensions), amount in sorted(costs.items())]
    made = Accrual.objects.create(company=ctx.company, through_on=until, total_minor=total, made_by=ctx.user, made_at=ctx.now)
    AccrualLine.objects.bulk_create(
        AccrualLine(company=ctx.company, accrual=made, order_line=line, quantity=quantity, amount_minor=amount)
        for line, quantity, amount in due
    )
    text = f"Came and not billed through {until:%Y-%m-%d}"
    entry = post_legs(ctx, on=until, text=text, origin=ref(made), legs=[*legs, Leg(ACCRUED, -total)])
    plan_reversal(ctx, entry=entry, on=until + timedelta(days=1))
    return made
