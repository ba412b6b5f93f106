"""Reports of core itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Count

from . import clamd
from .archive import PERMISSION, seals_between
from .command import Input
from .context import Context
from .language.words import say
from .models import FileScan
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


@report(title="Virus scanner", permission="core.view_filescan", icon="shield-alert", order=43)
def virus_scanner(ctx: Context) -> dict[str, Any]:
    """Whether files are scanned before anybody may read them, by what, and which are held."""
    rows = FileScan.objects.visible_to(ctx)
    counts = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    held = rows.filter(state__in=["waiting", "quarantined"]).select_related("file").order_by("-pk")[:100]
    try:
        name, tone = (clamd.version(), "ok") if settings.CLAMD else (say("None"), "bad")
    except clamd.Unreachable:
        name, tone = "Does not answer", "bad"
    notes = [] if settings.CLAMD else ["Nothing scans the files that people give us. Whoever runs Enfilade names a scanner by CLAMD."]
    if settings.CLAMD and tone == "bad":
        notes = ["The scanner does not answer. Files that come in are held, and scanned as soon as it does."]
    return {
        "columns": [
            {"name": "file", "label": "File"},
            {"name": "state", "label": "State"},
            {"name": "found", "label": "Found"},
            {"name": "problem", "label": "Problem"},
            {"name": "asked_at", "label": "Since", "kind": "datetime"},
        ],
        "rows": [
            {
                "file": str(one),
                "state": one.get_state_display(),
                "found": one.found,
                "problem": one.problem,
                "asked_at": one.asked_at,
                "url": f"/core/file-scans/{one.pk}/",
            }
            for one in held
        ],
        "tiles": [
            {"label": "Scanner", "value": name, "tone": tone},
            {"label": "Waiting", "value": str(counts.get("waiting", 0)), "tone": "warn" if counts.get("waiting") else ""},
            {"label": "Locked away", "value": str(counts.get("quarantined", 0)), "tone": "bad" if counts.get("quarantined") else ""},
            {"label": "Clean", "value": str(counts.get("clean", 0))},
        ],
        "notes": notes,
    }
