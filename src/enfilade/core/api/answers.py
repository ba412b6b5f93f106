"""Values as programs get them: results, figures, what is held, and rows narrowed to the fields that were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from typing import Any, cast

from django.db import models

from enfilade.core.command.reading import to_plain
from enfilade.core.context import Context, Invalid
from enfilade.core.models import HeldCommand
from enfilade.core.refs import ref
from enfilade.core.resource import Resource, resource_for
from enfilade.core.resource.columns import public_name

ALWAYS = ("id", "ref", "label")


def result_json(ctx: Context, result: Any) -> dict[str, Any]:
    """What a command gave: the record, or the values of a plain result."""
    if isinstance(result, models.Model):
        resource = resource_for(type(result))
        if resource is not None and ctx.may(resource.view_permission):
            return cast("dict[str, Any]", resource.as_json(ctx, result))
        return {"id": result.pk, "ref": ref(result), "label": str(result)}
    if is_dataclass(result) and not isinstance(result, type):
        return cast("dict[str, Any]", to_plain(asdict(result)))
    if isinstance(result, list | tuple):
        return {"items": [result_json(ctx, r) for r in result]}
    return {"result": to_plain(result)}


def report_json(found: Any) -> Any:
    """Figures of a report; amounts stay minor units where the key says `_minor`."""
    return to_plain(asdict(found)) if is_dataclass(found) and not isinstance(found, type) else to_plain(found)


def held_json(held: HeldCommand) -> dict[str, Any]:
    """What waits at a door, and who may open; `held` is None when it was only rehearsed."""
    return {"held": ref(held) if held.pk else None, "reason": held.reason, "rule": held.rule, "release_role": held.release_role}


def narrowed(rows: list[dict[str, Any]], resource: Resource, fields: Iterable[str]) -> list[dict[str, Any]]:
    """Rows with the asked-for fields only (id, ref and label always). Refuses invalid for a name that no row has."""
    wanted = list(fields)
    if not wanted:
        return rows
    known = {public_name(p) for p in (*resource.columns, *resource.shown(), *resource.lines)}
    if unknown := [n for n in wanted if n.removesuffix("_label") not in known and n not in ALWAYS]:
        raise Invalid({"fields": [f"There is no field called {unknown[0][:60]!r}."]})
    return [{n: v for n, v in row.items() if n in ALWAYS or n in wanted} for row in rows]
