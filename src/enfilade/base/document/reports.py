"""Papers that need somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.resource import report

from .queries import expiring_documents


@report(title="Expiring documents", permission="document.view_document", icon="calendar-clock", order=60)
def expiring(ctx: Context, *, days: Annotated[int, Input(label="Within days", min_value=0, max_value=3650)] = 30) -> dict[str, Any]:
    """Valid documents whose last day comes soon, the next one first: ask for a new one in time."""
    columns = [
        {"name": "party", "label": "Party", "kind": "text"},
        {"name": "kind", "label": "Document", "kind": "text"},
        {"name": "valid_until", "label": "Valid until", "kind": "date"},
        {"name": "days_left", "label": "Days left", "kind": "number"},
    ]
    rows = [
        {
            "party": str(d.party),
            "kind": str(d.kind),
            "valid_until": d.valid_until,
            "days_left": (d.valid_until - ctx.today).days,
            "url": f"/party/parties/{d.party_id}/",
        }
        for d in expiring_documents(ctx, ctx.today + timedelta(days=days))
    ]
    return {"columns": columns, "rows": rows, "totals": {}}
