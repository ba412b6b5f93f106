"""The tools that only read: a few for all kinds of record. Each signature is the tool's schema, as with commands."""

from __future__ import annotations

from typing import Annotated, Any

from enfilade.core.api.answers import narrowed
from enfilade.core.api.schemas import filter_names
from enfilade.core.command import Input
from enfilade.core.context import Context, Invalid
from enfilade.core.resource import RESOURCES, Resource, resource_named
from enfilade.core.resource.columns import public_name
from enfilade.core.resource.listing import listing, search_for

FOUND_PER_KIND = 5
FOUND_MAX = 40
FIND_CHARS_MIN = 2


def find_records(ctx: Context, *, words: Annotated[str, Input(max_length=200)]) -> dict[str, Any]:
    """Find records of every kind by words that occur in their names, numbers or texts.

    words: every one of them has to occur. At least two letters.
    """
    if len(words) < FIND_CHARS_MIN:
        raise Invalid({"words": ["Give at least two letters."]})
    found: list[dict[str, Any]] = []
    for resource in viewable(ctx):
        if resource.search and len(found) < FOUND_MAX:
            rows = search_for(resource, ctx, words).first(resource.rows(ctx), ("-pk",), FOUND_PER_KIND, words_order=("-row_id",))
            found += [{"kind": resource.label, "id": r.pk, "ref": f"{resource.label}:{r.pk}", "label": str(r)} for r in rows]
    return {"found": found[:FOUND_MAX]}


def list_records(
    ctx: Context,
    *,
    kind: str,
    q: str = "",
    filters: dict | None = None,
    sort: str = "",
    limit: Annotated[int, Input(min_value=1, max_value=200)] = 20,
    after: Annotated[str, Input(max_length=2_000)] = "",
    fields: list[str] | None = None,
) -> dict[str, Any]:
    """List records of one kind, a page at a time.

    kind: as describe_records names it.
    q: words that occur in the searched fields.
    filters: name and value of each filter that describe_records names; a list of values means any of them.
    sort: a column, with - before it for downwards.
    after: the mark that the page before gave.
    fields: the fields that are wanted; all when left out.
    """
    resource = resource_named(kind)
    params = {**_filters(filters or {}), "q": q, "sort": sort, "limit": str(limit), "after": after}
    page = listing(resource, ctx, {k: v for k, v in params.items() if v != ""})
    items = narrowed([resource.as_json(ctx, r) for r in page.rows], resource, fields or ())
    return {"items": items, "after": page.after or None}


def _filters(given: dict[str, Any]) -> dict[str, Any]:
    return {str(k): [str(x) for x in v] if isinstance(v, list) else str(v) for k, v in given.items()}


def get_record(ctx: Context, *, kind: str, id: Annotated[int, Input(min_value=1)]) -> dict[str, Any]:  # noqa: A002
    """Read one record with its lines, and what can be done with it now.

    kind: as describe_records names it.
    id: its number, the part of a ref after the colon.
    """
    resource = resource_named(kind)
    row = resource.get(ctx, id)
    tools = [{"tool": c.name.replace(".", "_"), "input": c.target} for c in resource.commands(ctx, row)]
    return {"record": resource.as_json(ctx, row, lines=True), "can_now": tools}


def describe_records(ctx: Context, *, kind: str = "") -> dict[str, Any]:
    """Describe which kinds of record there are, and the columns and filters of one of them.

    kind: left out, all kinds are listed by name.
    """
    if not kind:
        return {"kinds": [{"kind": r.label, "what": r.plural, "rows": _first_line(r)} for r in viewable(ctx)]}
    resource = resource_named(kind)
    ctx.require(resource.view_permission)
    return {
        "kind": resource.label,
        "what": _first_line(resource),
        "columns": [public_name(c) for c in dict.fromkeys((*resource.columns, *resource.shown()))],
        "sortable": [public_name(c) for c in resource.columns],
        "filters": filter_names(resource),
        "lines": {n: [public_name(c) for c in columns] for n, columns in resource.lines.items()},
    }


def viewable(ctx: Context) -> list[Resource]:
    """The kinds of record that the caller may read."""
    return [r for r in RESOURCES.values() if ctx.may(r.view_permission)]


def _first_line(resource: Resource) -> str:
    return (resource.model.__doc__ or "").strip().partition("\n")[0]


READING = (describe_records, find_records, list_records, get_record)
