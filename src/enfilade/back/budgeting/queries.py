"""What budgets say: amounts by account and month, and what was posted in the year before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from enfilade.back.ledger.queries import closing_moves, ledger_book
from enfilade.back.ledger.rules import RESULT_KINDS, a_year_before, natural
from enfilade.base.books.queries import accounts_by_code, moved_by_period, periods_between, totals_between
from enfilade.core.context import Context

from .models import Budget, BudgetLine
from .rules import planned_between


def budget_of(ctx: Context, on: date) -> Budget | None:
    """The approved budget of the year in which a day lies."""
    return Budget.objects.visible_to(ctx).filter(state=Budget.State.APPROVED, starts_on__lte=on, ends_on__gte=on).first()


def planned(ctx: Context, budget: Budget, values: Collection[int] | None = None) -> dict[int, dict[date, int]]:
    """Amounts of a budget. Shape: key of the account -> first day of the month -> amount.

    values: only what is planned for one of these values of a dimension.
    """
    rows = BudgetLine.objects.visible_to(ctx).filter(budget=budget)
    if values is not None:
        rows = rows.filter(value__in=values)
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for account, month, amount_minor in rows.values_list("account", "month_on", "amount_minor"):
        found[account][month] += amount_minor
    return found


def planned_for(ctx: Context, budget: Budget, from_on: date, to_on: date, values: Collection[int] | None = None) -> dict[int, int]:
    """What a budget plans for the days of a span, by account; a month that is cut counts by its days."""
    return {account: planned_between(months, from_on, to_on, budget.ends_on) for account, months in planned(ctx, budget, values).items()}


def over_budget(ctx: Context, on: date, amounts: Mapping[int, int]) -> int:
    """By how much the account that would be furthest over its plan is over it, once amounts are posted; 0 where none is, or has a plan.

    on: a day of the year whose approved budget counts, with all that is posted in that year. amounts: key of the account -> debit.
    """
    budget = budget_of(ctx, on) if amounts else None
    if budget is None:
        return 0
    plan = {account: sum(months.values()) for account, months in planned(ctx, budget).items() if account in amounts}
    totals = totals_between(ctx, ledger_book(ctx), budget.starts_on, budget.ends_on, accounts=list(plan)) if plan else []
    posted = {total.account_id: total.balance_minor for total in totals if total.unit == ctx.company.currency}
    return max(0, 0, *(posted.get(account, 0) + amounts[account] - most for account, most in plan.items()))


def lines_of(ctx: Context, budget: Budget) -> list[BudgetLine]:
    """All amounts of a budget, by account, value and month."""
    rows = BudgetLine.objects.visible_to(ctx).filter(budget=budget).select_related("account", "value")
    return list(rows.order_by("account__code", "value__code", "month_on"))


def actuals_before(ctx: Context, starts_on: date, ends_on: date, values: Sequence[int] | None = None) -> dict[int, dict[int, int]]:
    """What income and cost moved in the year before. Shape: key of the account -> number of the calendar month -> amount.

    values: only lines that name one of these values of one dimension.
    """
    book = ledger_book(ctx)
    periods = periods_between(ctx, book, a_year_before(starts_on), a_year_before(ends_on))
    kinds = {account.pk: account.kind for account in accounts_by_code(ctx, book) if account.kind in RESULT_KINDS and not account.heading}
    moved = moved_by_period(ctx, periods, values)
    closed = closing_moves(ctx, a_year_before(starts_on), a_year_before(ends_on)) if values is None else {}
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for period in periods:
        for sign, totals in ((1, moved[period.pk]), (-1, closed.get(period.pk, ()))):
            for total in totals:
                if total.unit == ctx.company.currency and total.account_id in kinds:
                    found[total.account_id][period.starts_on.month] += sign * natural(kinds[total.account_id], total.balance_minor)
    return found
