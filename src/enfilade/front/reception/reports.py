"""The shield measured, for pages, programs and the command line."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.core.command import Input
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.front.reception.queries.day import Day, day_at_the_desk

COLUMNS = [
    {"name": "label", "label": "How contacts ended", "kind": "text"},
    {"name": "contacts", "label": "Contacts", "kind": "number"},
    {"name": "minutes", "label": "Minutes at the desk", "kind": "number"},
]


@report(title="The shield measured", permission="reception.view_day", icon="shield-check")
def day_report(ctx: Context, *, on: Annotated[date, Input(prefill="ctx.today")]) -> dict[str, Any]:
    """Show what the desk settled alone, whom it had to interrupt and what that cost, and which question to answer next.

    Shape: rows, one per outcome: label, contacts, minutes, url; settled_alone: numerator, denominator, share_bp;
    interruptions: person, role, topic, minutes, hourly_minor, cost_minor, call, url; next_questions: kind, text, contacts, in_book, url.
    """
    day = day_at_the_desk(ctx, on)
    return {
        "on": on.isoformat(),
        "columns": COLUMNS,
        "rows": [
            {"outcome": x.outcome, "group": x.group, "label": say(x.label), "contacts": x.contacts, "minutes": x.minutes, "url": x.url}
            for x in day.lines
        ],
        "totals": {"label": "All that ended", "contacts": day.contacts - day.in_progress, "minutes": day.minutes},
        "in_progress": day.in_progress,
        "settled_alone": {"numerator": day.alone, "denominator": day.reckoned, "share_bp": day.alone_bp},
        "interruptions": [_interruption(x) for x in day.interruptions],
        "interrupted_min": day.interrupted_min,
        "cost_minor": day.cost_minor,
        "unpriced": day.unpriced,
        "kept_away_minor": day.kept_away_minor,
        "assumptions": {"recovery_min": day.recovery_min, "rates": [{"role": r, "hourly_minor": m} for r, m in day.rates]},
        "next_questions": [
            {"kind": q.kind, "text": q.text, "contacts": q.contacts, "in_book": q.in_book, "url": q.url} for q in day.next_questions
        ],
        "notes": notes_of(day),
    }


def _interruption(line: Any) -> dict[str, Any]:
    row = line.interruption
    return {
        "person": str(row.person),
        "role": row.role,
        "topic": row.topic,
        "from_at": row.from_at.isoformat(),
        "minutes": line.minutes,
        "running": line.running,
        "hourly_minor": line.hourly_minor,
        "cost_minor": line.cost_minor,
        "call": row.call_id,
        "url": f"/reception/calls/{row.call_id}/",
    }


def notes_of(day: Day) -> list[str]:
    """How the figures are made, in sentences."""
    notes = [
        f"Settled alone: {day.alone} of {day.reckoned} contacts that ended with somebody at the desk; those who hung up are left out.",
        f"An interruption costs its minutes and {day.recovery_min} recovery minutes (assumed) at the hourly rate of the person's role.",
    ]
    if day.unpriced:
        notes.append(f"{day.unpriced} of {len(day.interruptions)} interruptions have no price, because the role has no pay rate.")
    return notes
