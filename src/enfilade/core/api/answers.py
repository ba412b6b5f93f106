"""Values as programs get them: results, figures, what is held, and rows narrowed to the fields that were asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, time
from typing import Any, cast

from django.db import models
from django.http import HttpResponse
from django.utils.http import http_date, parse_etags

from enfilade.core.command import Deprecated
from enfilade.core.command.reading import to_plain
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.models import HeldCommand
from enfilade.core.refs import ref
from enfilade.core.resource import Resource, resource_for
from enfilade.core.resource.columns import public_name

ALWAYS = ("id", "ref", "label")


class Changed(Refusal):
    """The record is not any more what the caller has seen (If-Match)."""

    status = 412

    def __init__(self) -> None:
        super().__init__("changed", "This was changed since you read it. Read it again and decide anew.")


def etag_of(body: dict[str, Any]) -> str:
    """A strong ETag of what a record shows: it changes whenever anything of it does."""
    text = json.dumps(body, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def guard_of(ctx: Context, resource: Resource, target: str, if_match: str) -> Callable[[Mapping[str, Any]], None]:
    """Refuses `changed`, once the row is locked, unless it shows what one of the given ETags stands for."""
    wanted = parse_etags(if_match)

    def guard(bound: Mapping[str, Any]) -> None:
        shown = resource.as_json(ctx, resource.get(ctx, bound[target].pk), lines=True)
        if "*" not in wanted and etag_of(shown) not in wanted:
            raise Changed

    return guard


def with_deprecation(answer: HttpResponse, what: Deprecated | None) -> HttpResponse:
    """The answer with the headers of RFC 9745 and RFC 8594 where the thing is to be left."""
    if what is not None:
        answer["Deprecation"] = f"@{int(datetime.combine(what.since, time(), UTC).timestamp())}"
        answer["Sunset"] = http_date(datetime.combine(what.until, time(), UTC).timestamp())
        answer["Link"] = '</problems/deprecated>; rel="deprecation"'
    return answer


def result_json(ctx: Context, result: Any) -> dict[str, Any]:
    """What a command gave: the record, or the values of a plain result."""
    if isinstance(result, models.Model):
        resource = resource_for(result)
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
