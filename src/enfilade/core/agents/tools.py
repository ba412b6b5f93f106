"""Tools of a caller, and what happens when one is called.

A reading tool answers at once. A tool that runs a command answers first what would happen, and a confirmation; called
again with the same inputs and the confirmation, it runs. A door that holds, holds an agent too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from django.utils import timezone, translation

from enfilade.core.api.answers import held_json, report_json, result_json
from enfilade.core.api.schemas import inputs_schema, parameters_schema
from enfilade.core.audit import jsonable
from enfilade.core.command import REGISTRY, Command, run_raw
from enfilade.core.command.inputs import parameters_of
from enfilade.core.command.reading import read
from enfilade.core.context import Context, Held, NotFound
from enfilade.core.refs import key_of
from enfilade.core.resource import rehearsed_parts, resource_for
from enfilade.core.resource.hooks import REPORTS, Report
from enfilade.core.scope import scope

from . import confirm
from .reading import READING, viewable

_CONFIRM = {
    "type": "string",
    "title": "Confirm",
    "description": "Leave it out first: nothing is kept, and the answer says what would happen and gives a confirmation. "
    "Send the same inputs with that confirmation to do it.",
}
CHANNEL = "agent"


@dataclass(frozen=True, eq=False)
class Tool:
    """One tool. permission: what the caller must hold, "" for none; danger: it takes something away that does not come back."""

    name: str
    title: str
    text: str
    permission: str
    inputs: dict[str, Any]
    run: Callable[[Context, dict[str, Any]], dict[str, Any]]
    writes: bool = False
    danger: bool = False


def tools_of(ctx: Context) -> list[Tool]:
    """The tools that the caller may use, reading ones first."""
    kinds = sorted(r.label for r in viewable(ctx))
    return [_for_kinds(t, kinds) for t in all_tools().values() if not t.permission or ctx.may(t.permission)]


def call(ctx: Context, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run a tool. Refuses as the same call through the API would; not_confirmed and confirm_expired besides."""
    tool = all_tools().get(name)
    if tool is None:
        raise NotFound("tool", name[:100])
    if tool.permission:
        ctx.require(tool.permission)
    with timezone.override(ctx.zone), translation.override(ctx.language):
        return tool.run(replace(ctx, channel=CHANNEL), inputs)


@cache
def all_tools() -> dict[str, Tool]:
    """Every tool of the house by name."""
    made = [
        *(_reading_tool(function) for function in READING),
        *(_report_tool(REPORTS[n]) for n in sorted(REPORTS)),
        *(_command_tool(REGISTRY[n]) for n in sorted(REGISTRY)),
    ]
    found = {t.name: t for t in made}
    if len(found) < len(made):
        raise RuntimeError("two tools have the same name")
    return found


def _for_kinds(tool: Tool, kinds: list[str]) -> Tool:
    """The tool with the kinds of record that the caller may read as its choices."""
    kind = tool.inputs["properties"].get("kind")
    if tool.writes or kind is None or tool.permission:
        return tool
    properties = {**tool.inputs["properties"], "kind": {**kind, "type": "string", "enum": kinds}}
    return replace(tool, inputs={**tool.inputs, "properties": properties})


def _reading_tool(function: Callable[..., dict[str, Any]]) -> Tool:
    parameters, doc = parameters_of(function), inspect.getdoc(function) or ""

    def run(ctx: Context, inputs: dict[str, Any]) -> dict[str, Any]:
        with scope(ctx.company_id, read_only=True):
            return function(ctx, **read(parameters, inputs, ctx.company.currency))

    title = function.__name__.replace("_", " ").capitalize()
    return Tool(function.__name__, title, doc, "", parameters_schema(parameters), run)


def _report_tool(report: Report) -> Tool:
    def run(ctx: Context, inputs: dict[str, Any]) -> dict[str, Any]:
        with scope(ctx.company_id, read_only=True):
            found = report_json(report.figures(ctx, read(report.parameters, inputs, ctx.company.currency)))
        return cast("dict[str, Any]", found)

    doc = inspect.getdoc(report.build) or report.title
    name = f"report_{report.module}_{report.name}"
    return Tool(name, f"Report: {report.title}", doc, report.permission, parameters_schema(report.parameters), run)


def _command_tool(command: Command) -> Tool:
    schema = inputs_schema(command)
    door = "\nRules of the middle office may hold it until somebody releases it." if command.door else ""

    def run(ctx: Context, inputs: dict[str, Any]) -> dict[str, Any]:
        given = {n: v for n, v in inputs.items() if n != "confirm"}
        if not inputs.get("confirm"):
            return _rehearse(ctx, command, given)
        return _do(ctx, command, given, confirm.key_of(ctx, command.name, given, inputs["confirm"]))

    return Tool(
        command.name.replace(".", "_"),
        command.label,
        f"{command.doc}{door}",
        command.permission,
        {**schema, "properties": {**schema["properties"], "confirm": _CONFIRM}},
        run,
        writes=True,
        danger=command.tone == "danger",
    )


def _rehearse(ctx: Context, command: Command, inputs: dict[str, Any]) -> dict[str, Any]:
    """What would happen; nothing of it is kept."""
    before = _target_now(ctx, command, inputs)
    found: dict[str, Any] = {"state": "rehearsed", "kept": False}
    parts: list[dict[str, Any]] = []
    try:
        inside = replace(ctx, rehearse=True, key="", witness=lambda under_way: parts.extend(rehearsed_parts(under_way)))
        result = run_raw(inside, command.name, inputs)
    except Held as held:
        found |= {"would": "be held", **held_json(held.held)}
    else:
        with scope(ctx.company_id, read_only=True):
            after = result_json(ctx, result)
        found |= {"would": "be done", "result": after}
        found |= {part["name"]: jsonable({k: v for k, v in part.items() if k not in {"name", "template"}}) for part in parts}
        if before and before.get("ref") == after.get("ref"):
            found["changes"] = {n: [before[n], v] for n, v in after.items() if n in before and before[n] != v}
    text = f"Nothing was kept. To do it, call again with the same inputs and this confirmation within {confirm.VALID_S // 60} minutes."
    return {**found, "confirm": confirm.issue(ctx, command.name, inputs), "valid_for_s": confirm.VALID_S, "next": text}


def _target_now(ctx: Context, command: Command, inputs: dict[str, Any]) -> dict[str, Any]:
    """The record that the command would change, as it is; {} when there is none or the caller may not read it."""
    resource = resource_for(command.target_model) if command.target else None
    key = key_of(str(inputs.get(str(command.target), "")).rpartition(":")[2])
    if resource is None or key is None or not ctx.may(resource.view_permission):
        return {}
    with scope(ctx.company_id, read_only=True):
        row = resource.rows(ctx).filter(pk=key).first()
        return {} if row is None else cast("dict[str, Any]", resource.as_json(ctx, row))


def _do(ctx: Context, command: Command, inputs: dict[str, Any], key: str) -> dict[str, Any]:
    try:
        result = run_raw(replace(ctx, key=key), command.name, inputs)
    except Held as held:
        return {"state": "held", **held_json(held.held)}
    with scope(ctx.company_id, read_only=True):
        return {"state": "done", "result": result_json(ctx, result)}
