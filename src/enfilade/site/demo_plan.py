"""The plan of the demo company for its year: entered by the bookkeeping, approved by the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .demo import Cast


def plan_year(cast: Cast) -> None:
    """Every amount of the plan is spread evenly over the months, since there is no year before."""
    now = cast.owner.now
    budget = cast.do("books", now, "budgeting.make_budget", name=f"Plan {cast.owner.today.year}", on=cast.owner.today)
    for one in cast.data["plan"]:
        cast.do(
            "books", now, "budgeting.spread_budget", budget=budget.pk, account_code=one["account"], amount=one["amount"], spreading="even"
        )
    cast.do("owner", now, "budgeting.approve_budget", budget=budget.pk)
