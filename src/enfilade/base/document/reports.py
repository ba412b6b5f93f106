"""Papers that need somebody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Q

from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.resource import report

from .models import Document, RequiredDocument
from .queries import expiring_documents, parties_that_owe, requirements_of

LINES_MAX = 500


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


@report(title="Missing documents", permission="document.view_document", icon="file-x", order=61)
def missing(ctx: Context, *, subject: str = "", blocking: bool = False) -> dict[str, Any]:
    """Who is in a role of which something is wanted, and has not handed it in or not again: whom to ask before they come.

    subject: only what is needed for this, for example visit.
    blocking: only what the next step waits for.
    """
    owing = parties_that_owe(ctx, subject, blocking=blocking, limit=LINES_MAX + 1)
    needs = requirements_of(ctx, [p.pk for p in owing[:LINES_MAX]], subject, ctx.today)
    rows = [
        {
            "party": party.name,
            "kind": need.kind.name,
            "subject": need.subject.replace("_", " "),
            "blocking": "waits for it" if need.blocking else "asked for",
            "held_until": need.lapsed.valid_until if need.lapsed else None,
            "url": f"/party/parties/{party.pk}/",
        }
        for party in owing[:LINES_MAX]
        for need in needs[party.pk]
        if not need.met and (need.blocking or not blocking)
    ]
    columns = [
        {"name": "party", "label": "Party"},
        {"name": "kind", "label": "Document"},
        {"name": "subject", "label": "Needed for"},
        {"name": "blocking", "label": "The next step"},
        {"name": "held_until", "label": "The last one held until", "kind": "date"},
    ]
    notes = [f"The first {LINES_MAX} parties by name are shown."] if len(owing) > LINES_MAX else []
    return {"columns": columns, "rows": rows, "notes": notes}


@report(title="Matrix of required documents", permission="document.view_requireddocument", icon="grid-3x3", order=62)
def matrix(ctx: Context) -> dict[str, Any]:
    """Who needs which document for what, on one page: a line for what and whom, a column for each kind."""
    lines = list(RequiredDocument.objects.visible_to(ctx).filter(kind__active=True).select_related("kind").order_by("kind__name", "pk"))
    kinds = {line.kind_id: line.kind.name for line in lines}
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for line in sorted(lines, key=lambda one: (one.subject, one.applies_to)):
        row = cells.setdefault((line.subject, line.applies_to), {})
        row[f"kind_{line.kind_id}"] = _cell(line)
    columns = [{"name": "subject", "label": "For"}, {"name": "applies_to", "label": "Whom"}]
    columns += [{"name": f"kind_{key}", "label": name} for key, name in kinds.items()]
    rows = [
        {"subject": subject.replace("_", " "), "applies_to": role.replace("_", " ") or "everybody"}
        | {f"kind_{key}": row.get(f"kind_{key}", "") for key in kinds}
        for (subject, role), row in cells.items()
    ]
    return {"columns": columns, "rows": rows}


@report(title="In force on a day", permission="document.view_document", icon="calendar-search", order=63)
def in_force(ctx: Context, *, on: date, kind: str = "") -> dict[str, Any]:
    """Which versions counted on a day, whatever was found out or handed in later.

    on: the day that is asked about.
    kind: code of one kind, for example consent.
    """
    rows = Document.objects.visible_to(ctx).filter(
        Q(valid_until=None) | Q(valid_until__gte=on),
        Q(replaced_on=None) | Q(replaced_on__gt=on),
        Q(revoked_on=None) | Q(revoked_on__gt=on),
        received_on__lte=on,
    )
    rows = rows.filter(kind__code=kind) if kind else rows
    found = list(rows.select_related("party", "kind").order_by("party__name", "kind__name", "pk")[: LINES_MAX + 1])
    columns = [
        {"name": "party", "label": "Party"},
        {"name": "kind", "label": "Document"},
        {"name": "version", "label": "Version", "kind": "number"},
        {"name": "received_on", "label": "Received", "kind": "date"},
        {"name": "valid_until", "label": "Valid until", "kind": "date"},
    ]
    lines = [
        {
            "party": str(d.party),
            "kind": str(d.kind),
            "version": d.version,
            "received_on": d.received_on,
            "valid_until": d.valid_until,
            "url": f"/document/documents/{d.pk}/",
        }
        for d in found[:LINES_MAX]
    ]
    return {"columns": columns, "rows": lines, "notes": [f"The first {LINES_MAX} are shown."] if len(found) > LINES_MAX else []}


def _cell(line: RequiredDocument) -> str:
    said = ["blocks" if line.blocking else "asked for"]
    if line.max_age_days:
        said.append(f"at most {line.max_age_days} days old")
    if line.min_days_left:
        said.append(f"{line.min_days_left} days left")
    return ", ".join(said)
