"""Reports: what a rule would have held, and which operations have a door at all."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.core.command import REGISTRY, Input, Ref
from enfilade.core.context import Context
from enfilade.core.resource import report

from . import queries
from .facts import facts_of
from .models import DoorRule
from .rules import shown


@report(title="Rehearse a rule", permission="doors.view_doorrule", icon="history", order=30)
def rehearse_rule(ctx: Context, *, rule: Ref[DoorRule], from_on: Annotated[date, Input(prefill="ctx.month")]) -> dict[str, Any]:
    """What a rule would have stopped among the commands of the past.

    Shape: one row per command that would have been held or refused, newest first; roles are those that people hold now.
    """
    past = queries.rehearse_rule(ctx, rule, from_on)
    rows = [
        {"at": p.at, "who": p.who, "fact": shown(p.facts.get(rule.fact)), "facts": facts_text(p.facts), "became": _became(p)}
        for p in past.hits
    ]
    word = rule.fact.replace("_", " ").capitalize()
    columns = [
        ("at", "When", "datetime"),
        ("who", "Who", "text"),
        ("fact", word, "text"),
        ("facts", "All facts", "text"),
        ("became", "What became of it", "text"),
    ]
    limits = "" if past.complete else f" Only the newest {queries.REHEARSED_MAX} were looked at."
    return {
        "columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in columns],
        "rows": rows,
        "totals": {},
        "notes": [f"{rule}: {len(rows)} of {past.looked_at} would have been stopped.{limits}"],
    }


@report(title="Operations with a door", permission="doors.view_doorrule", icon="door-closed", order=40)
def operations_with_a_door(ctx: Context) -> dict[str, Any]:
    """Every operation that rules may look at, with the facts it tells and the rules that are active."""
    rules = DoorRule.objects.visible_to(ctx).filter(active=True).values_list("command", flat=True)
    active = list(rules)
    rows = [
        {
            "command": name,
            "label": made.label,
            "facts": ", ".join(sorted(facts_of(made) or {"told when it runs"})),
            "rules": active.count(name),
        }
        for name, made in sorted(REGISTRY.items())
        if made.door is not None
    ]
    columns = [
        ("command", "Operation", "text"),
        ("label", "In words", "text"),
        ("facts", "Facts", "text"),
        ("rules", "Active rules", "number"),
    ]
    return {"columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in columns], "rows": rows, "totals": {}}


def _became(past: queries.Past) -> str:
    return f"released by {past.released_by}" if past.released_by else past.became


def facts_text(facts: dict[str, Any]) -> str:
    """Facts in one line."""
    return ", ".join(f"{k.replace('_', ' ')} {shown(v)}" for k, v in facts.items())
