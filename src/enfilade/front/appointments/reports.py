"""Free times for programs: what the booking dialog shows, for the API and the command line."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from enfilade.base.calendar.models import Bookable
from enfilade.core.command import Input, Ref
from enfilade.core.context import Context
from enfilade.core.resource import report

from .models import Service
from .queries import free_times

TIMES_SHOWN = 20


@report(title="Free times", permission="appointments.view_day", icon="calendar-search", menu=False)
def free_slots(
    ctx: Context,
    *,
    service: Ref[Service],
    on: Annotated[date, Input(prefill="ctx.today", help="The day from which to look.")],
    practitioner: Ref[Bookable] | None = None,
) -> dict[str, Any]:
    """Show the next times at which a service can take place, with everybody and everything it needs.

    service: what is to be done. practitioner: left empty, whoever is free.
    """
    found = free_times(ctx, service, practitioner, datetime.combine(on, time.min, tzinfo=ctx.zone), TIMES_SHOWN)
    rows = [
        {
            "starts_at": slot.starts_at.astimezone(ctx.zone),
            "ends_at": slot.ends_at.astimezone(ctx.zone),
            "with": ", ".join(b.name for b in slot.bookables),
        }
        for slot in found
    ]
    columns = [
        {"name": "starts_at", "label": "Begins", "kind": "datetime"},
        {"name": "ends_at", "label": "Ends", "kind": "datetime"},
        {"name": "with", "label": "With", "kind": "text"},
    ]
    return {"columns": columns, "rows": rows}
