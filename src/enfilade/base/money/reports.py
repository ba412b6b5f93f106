"""Reports: the rates that count on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.resource import report, resource_for

from .models import Rate
from .queries import latest_rates

OLD_DAYS = 7


@report(title="Rates of a day", permission="money.view_rate", icon="arrow-left-right", order=10)
def rates(ctx: Context, *, on: Annotated[date, Input(prefill="ctx.today")]) -> dict[str, Any]:
    """The rate of every pair of currencies that counts on a day: the last one until then, how old it is and who says so.

    Shape: one row per pair as it was recorded; the rate is what one of the first currency is worth in the second.
    """
    found, resource = latest_rates(ctx, on), resource_for(Rate)
    rows = [
        {
            "base": rate.base,
            "quote": rate.quote,
            "rate": f"{rate.rate.normalize():f}",
            "on": rate.on,
            "age_days": (on - rate.on).days,
            "source": rate.source,
            "url": resource.url(rate) if resource else "",
        }
        for rate in found
    ]
    columns = [
        {"name": "base", "label": "One", "kind": "text"},
        {"name": "quote", "label": "In", "kind": "text"},
        {"name": "rate", "label": "Rate", "kind": "number"},
        {"name": "on", "label": "Of", "kind": "date"},
        {"name": "age_days", "label": "Days old", "kind": "number"},
        {"name": "source", "label": "Source", "kind": "text"},
    ]
    old = sum((on - rate.on).days > OLD_DAYS for rate in found)
    notes = [f"{old} of these rates are older than {OLD_DAYS} days."] if old else []
    return {"columns": columns, "rows": rows, "notes": notes, "on": on}
