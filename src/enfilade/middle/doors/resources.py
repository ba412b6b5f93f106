"""What the middle office sees: rules, and everything that was ever held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from enfilade.core.audit import jsonable
from enfilade.core.command import REGISTRY
from enfilade.core.command.inputs import Parameter
from enfilade.core.context import Context
from enfilade.core.language.words import name_of
from enfilade.core.models import HeldCommand
from enfilade.core.pages.context import department
from enfilade.core.refs import resolve
from enfilade.core.resource import Resource, Step, flow, panel, resource_for

from . import pages
from .models import DoorRule
from .queries import openers, rehearse_rule
from .rules import shown

REHEARSED_DAYS = 90
HITS_SHOWN = 8

department("doors", "Doors", "door-closed", 10)
__all__ = ["DoorRuleResource", "HeldCommandResource", "pages"]


class DoorRuleResource(Resource):
    """Rules: what is held or refused, when, and who may open."""

    model = DoorRule
    columns = ("command", "fact", "op", "value", "maker_role", "verdict", "release_role", "order", "active")
    filters = ("active", "command", "verdict", "release_role")
    search = ("command", "fact", "sentence")
    fields = ("command", "fact", "op", "value", "maker_role", "verdict", "release_role", "sentence", "order", "active")
    ordering = "command"
    icon = "scale"
    order = 20
    empty = "A rule looks at one fact of one operation, for example the percent of a discount, and holds it for a role or refuses it."


class HeldCommandResource(Resource):
    """Held commands, also those that are decided. The table is core's; the room it is shown in is ours."""

    model = HeldCommand
    columns = ("held_at", "maker", "command", "reason", "release_role", "state", "decided_by", "decided_at")
    filters = ("state", "command", "release_role", "held_at")
    search = ("reason", "command")
    facts = ("maker", "held_at", "reason", "release_role", "decided_by", "decided_at", "note")
    icon = "history"
    order = 15
    title = "everything that was held"

    @property
    def module(self) -> str:
        """The doors, although the table is core's."""
        return "doors"

    @property
    def office(self) -> str:
        """The middle office."""
        return "middle"


@panel(on=HeldCommand, title="What was asked", permission="doors.view_heldcommand", template="doors/panel_asked.html", icon="lock")
def asked_panel(ctx: Context, held: HeldCommand) -> dict[str, Any]:
    """Inputs and facts of a held command, who can open, and what came out of it."""
    made = REGISTRY.get(held.command)
    inputs = (
        [_input(ctx, p, n, held.inputs[n]) for n, p in made.parameters.items() if held.inputs.get(n) not in (None, "", [], {})]
        if made
        else []
    )
    own = set(held.inputs)
    facts = [{"label": n.replace("_", " ").capitalize(), "text": shown(v)} for n, v in held.facts.items() if n not in own]
    result = resolve(ctx, held.result) if held.result else None
    return {
        "label": made.label if made else held.command,
        "inputs": inputs,
        "asked_facts": facts,
        "result": _linked(ctx, result) if result else None,
        "openers": [str(u) for u in openers(ctx, held)],
        "is_waiting": held.state == HeldCommand.State.WAITING,
        "rule": _linked(ctx, resolve(ctx, held.rule)) if ":" in held.rule else None,
    }


@panel(
    on=DoorRule, title="What it would have stopped", permission="doors.view_doorrule", template="doors/panel_rehearsal.html", icon="history"
)
def rehearsal_panel(ctx: Context, rule: DoorRule) -> dict[str, Any]:
    """The rule against the commands of the last quarter, before anybody relies on it."""
    since = ctx.today - timedelta(days=REHEARSED_DAYS)
    past = rehearse_rule(ctx, rule, since)
    hits = [{"past": p, "fact": shown(p.facts.get(rule.fact))} for p in past.hits[:HITS_SHOWN]]
    url = f"/doors/reports/rehearse_rule/?rule={rule.pk}&from_on={since.isoformat()}"
    return {
        "looked_at": past.looked_at,
        "count": len(past.hits),
        "hits": hits,
        "since": since,
        "fact": rule.fact.replace("_", " "),
        "url": url,
    }


@flow(on=HeldCommand)
def held_flow(ctx: Context, held: HeldCommand) -> list[Step]:
    """Asked at the front, held in the middle, done behind the door."""
    steps = [Step("Asked", "front", "done", str(held.maker), held.held_at)]
    role = held.release_role.replace("_", " ")
    if held.state == HeldCommand.State.WAITING:
        return [
            *steps,
            Step("Held at the door", "middle", "held", f"waits for {role}", held.held_at, note=held.reason),
            Step("Done", "back", "todo"),
        ]
    steps.append(Step(held.state.capitalize(), "middle", "done", str(held.decided_by), held.decided_at, note=held.note))
    if held.state == HeldCommand.State.RELEASED:
        steps.append(Step("Done", "back", "done", f"for {held.maker}", held.decided_at))
    return steps


def _input(ctx: Context, parameter: Parameter | None, name: str, value: Any) -> dict[str, Any]:
    label = parameter.label if parameter else name.replace("_", " ").capitalize()
    if parameter is not None and parameter.is_row and not parameter.many:
        row = parameter.kind.objects.visible_to(ctx).filter(pk=value).first()
        return {"label": label, **_linked(ctx, row)}
    if isinstance(value, list):
        return {"label": label, "text": "; ".join(_line(item) for item in value), "url": ""}
    text = f"{value} {ctx.company.currency}" if parameter is not None and parameter.meta.amount else shown(value)
    return {"label": label, "text": text, "url": ""}


def _line(item: Any) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{k.replace('_', ' ')} {shown(v)}" for k, v in item.items() if v not in (None, ""))
    return shown(jsonable(item))


def _linked(ctx: Context, row: Any) -> dict[str, Any]:
    found = resource_for(row) if row is not None else None
    may = found is not None and ctx.may(found.view_permission)
    return {"text": name_of(row) if row is not None else "–", "url": found.url(row) if found is not None and may else ""}
