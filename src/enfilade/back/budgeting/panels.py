"""The grid of a budget on its page."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.resource import panel
from enfilade.core.ui.format import format_month

from .models import Budget
from .queries import lines_of
from .rules import months_of


@panel(on=Budget, title="Months", permission="budgeting.view_budget", template="budgeting/panel_months.html", icon="calendar-range")
def months(ctx: Context, budget: Budget) -> dict[str, Any] | None:
    """What is planned by account and month, and for the year."""
    firsts = months_of(budget.starts_on, budget.ends_on)
    grid: dict[tuple[str, str], dict[Any, int]] = {}
    for line in lines_of(ctx, budget):
        grid.setdefault((str(line.account), str(line.value) if line.value else ""), {})[line.month_on] = line.amount_minor
    columns = [
        *({"label": label, "kind": "text"} for label in ("Account", "Dimension value")),
        *({"label": format_month(first), "kind": "amount"} for first in firsts),
        {"label": "Year", "kind": "amount"},
    ]

    def amount(value: int | None) -> dict[str, Any]:
        return {"kind": "amount", "value": value, "currency": ctx.company.currency}

    rows = [
        {
            "cells": [
                *({"kind": "text", "value": word} for word in words),
                *(amount(planned.get(first)) for first in firsts),
                amount(sum(planned.values())),
            ]
        }
        for words, planned in grid.items()
    ]
    return {"columns": columns, "rows": rows} if rows else None
