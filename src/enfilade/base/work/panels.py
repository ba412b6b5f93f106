"""What any record may show of the time that was spent on it."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_duration

from .queries import sums_of_time, time_of

SHOWN = 10


def time_about(ctx: Context, row: Model, new: str = "") -> dict[str, Any]:
    """The context of work/panel_times.html for any record: the sum, by whom, and the newest entries.

    new: how the address of a new entry goes on after /work/do/record_time/; "" for one that names the record by its reference.
    """
    rows = time_of(ctx, ref(row))
    sums = sums_of_time(rows)
    found = list(rows[: SHOWN + 1])
    url = f"/work/do/record_time/{new or f'?origin={ref(row)}'}" if ctx.may("work.record_time") else ""
    return {
        "entries": found[:SHOWN],
        "more": len(found) > SHOWN,
        "people": [{"name": name, "spent": format_duration(minutes)} for name, minutes in sums.people],
        "spent": format_duration(sums.spent_min),
        "billable": format_duration(sums.billable_min) if sums.billable_min else "",
        "count": format_duration(sums.spent_min) if sums.spent_min else None,
        "new_url": url,
        "new_label": "Record time",
    }
