"""Reports of core itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from .archive import PERMISSION, seals_between
from .command import Input
from .context import Context
from .resource.hooks import report
from .sealing import unsealed_count


@report(title="Record for an auditor", permission=PERMISSION, template="core/audit_archive.html", icon="archive", order=36)
def sealed_record(
    ctx: Context, *, since: Annotated[date, Input(prefill="ctx.month")], until: Annotated[date, Input(prefill="ctx.today")]
) -> dict[str, Any]:
    """The sealed blocks of a period: what they cover, the hash of each, and the archive with every line."""
    rows = [
        {
            "number": seal.number,
            "sealed_at": seal.sealed_at.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M"),
            "entries": seal.entry_count,
            "changes": seal.change_count,
            "events": seal.event_count,
            "hash": seal.hash,
            "url": f"/core/audit-seals/{seal.pk}/",
        }
        for seal in seals_between(ctx, since, until).defer("digests", "marks")
    ]
    open_lines = unsealed_count(ctx)
    return {
        "columns": [
            {"name": "number", "label": "Seal", "kind": "number"},
            {"name": "sealed_at", "label": "Sealed at"},
            {"name": "entries", "label": "Commands", "kind": "number"},
            {"name": "changes", "label": "Row changes", "kind": "number"},
            {"name": "events", "label": "Events", "kind": "number"},
            {"name": "hash", "label": "Hash"},
        ],
        "rows": rows,
        "notes": [f"{open_lines} lines are not sealed yet; that happens every ten minutes."] if open_lines else [],
        "archive": f"/core/audit-archive/?since={since.isoformat()}&until={until.isoformat()}" if rows else "",
    }
