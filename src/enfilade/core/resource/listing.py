"""Lists: filters, search, sort and keyset pages. The cost of a page does not grow with the number of rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from enfilade.core.command.reading import is_storable, to_plain
from enfilade.core.context import Context, Invalid
from enfilade.core.words import Search, search_words

from .columns import field_at, value_at
from .declare import Resource
from .filtering import WHOLE, column_named, condition

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
RESERVED = {
    "q",
    "sort",
    "after",
    "before",
    "limit",
    "view",
    "format",
    "columns",
    "look",
    "look_at",
    "span",
    "by",
    "measure",
    "group",
    "totals",
}


@dataclass(frozen=True)
class Listing:
    """One page of a list. after / before: cursors of the next and previous page, "" where there is none."""

    rows: list[Any]
    after: str
    before: str
    sort: str
    params: dict[str, Any] = field(default_factory=dict)


def listing(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> Listing:
    """The page that the query parameters describe. Refuses invalid with one sentence per bad parameter; nothing is ignored."""
    rows, search = _narrowed(resource, ctx, params)
    sort = str(params.get("sort") or resource.ordering)
    name = column_named(sort.removeprefix("-"), resource.columns)
    if not is_sortable(resource, name):
        raise Invalid({"sort": [f"This list can't be sorted by {name[:60]!r}."]})
    limit = _limit(params.get("limit"))
    backwards = bool(params.get("before"))
    cursor = str(params.get("before") or params.get("after") or "")
    descending = sort.startswith("-") != backwards
    order = (F(name).desc(nulls_first=True), "-pk") if descending else (F(name).asc(nulls_last=True), "pk")
    found: list[Any] = []
    mark = _read_cursor(cursor) if cursor else None
    near = _near(resource, name, mark, descending)
    for part in _beyond(resource, name, mark, descending) if mark else [Q()]:
        if len(found) <= limit:
            found += search.first(rows.filter(part), order, limit + 1 - len(found), **near)
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_after, has_before = (True, more) if backwards else (more, bool(cursor))
    return Listing(
        found, _cursor(found[-1], name) if has_after and found else "", _cursor(found[0], name) if has_before and found else "", sort
    )


def whole_listing(resource: Resource, ctx: Context, params: Mapping[str, Any], most: int) -> list[Any]:
    """Rows of all pages in the order of the list, at most so many."""
    sort = str(params.get("sort") or resource.ordering)
    name = column_named(sort.removeprefix("-"), resource.columns)
    if not is_sortable(resource, name):
        raise Invalid({"sort": [f"This list can't be sorted by {name[:60]!r}."]})
    order = (F(name).desc(nulls_first=True), "-pk") if sort.startswith("-") else (F(name).asc(nulls_last=True), "pk")
    return list(filtered(resource, ctx, params).order_by(*order)[:most])


def filtered(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> Any:
    """All rows that match filters and search, unordered."""
    rows, search = _narrowed(resource, ctx, params)
    return rows.filter(search.found)


def _narrowed(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> tuple[Any, Search]:
    """The rows that match the filters, and what the search finds."""
    rows = resource.rows(ctx)
    errors: dict[str, list[str]] = {}
    for key in params:
        if key in RESERVED:
            continue
        try:
            rows = rows.filter(condition(resource.filters, resource.model, ctx, key, _values(params, key)))
        except (ValueError, InvalidOperation) as no:
            errors[key] = [str(no) if isinstance(no, ValueError) else "Give a number."]
    if errors:
        raise Invalid(errors)
    q = str(params.get("q") or "").strip()
    return rows, search_for(resource, ctx, q) if q else Search(Q())


def search_for(resource: Resource, ctx: Context, text: str) -> Search:
    """Every word of the text occurs in one of the searched fields; where the resource keeps words, it begins one of them.

    What no column can hold finds nothing.
    """
    if not resource.search or not is_storable(text) or not text.strip():
        return Search(Q(pk__in=[]))
    if resource.kept is not None:
        return search_words(ctx, resource.kept, text)
    found = Q()
    for word in text[:200].split()[:8]:
        one = Q()
        for name in resource.search:
            one |= Q(**{f"{name}__icontains": word})
        found &= one
    return Search(found)


def is_sortable(resource: Resource, name: str) -> bool:
    """Only shown columns that are database fields can be sorted by: a hidden field can't be read off an order."""
    if name not in resource.columns:
        return name == "id"
    field_ = field_at(resource.model, name)
    return field_ is not None and not isinstance(field_, ArrayField | models.JSONField)


def _values(params: Mapping[str, Any], key: str) -> list[str]:
    found = params.getlist(key) if hasattr(params, "getlist") else params[key]
    items = found if isinstance(found, list | tuple) else [found]
    return [str(v) for v in items if str(v) != ""]


def _limit(text: Any) -> int:
    if text in (None, ""):
        return LIMIT_DEFAULT
    if not WHOLE.fullmatch(str(text)) or not 1 <= int(text) <= LIMIT_MAX:
        raise Invalid({"limit": [f"Give a number from 1 to {LIMIT_MAX}."]})
    return int(text)


def _cursor(row: models.Model, name: str) -> str:
    return mark_of(value_at(row, name), row.pk)


def mark_of(value: Any, pk: int) -> str:
    """The cursor that names a place in a list: after (or before) this value of the sorted column, and this key among its equals."""
    return base64.urlsafe_b64encode(json.dumps([to_plain(value), pk]).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(value, str | int | float | bool | None) or type(pk) is not int or not 0 < pk < 2**63:
            raise ValueError(text)
        return value, pk
    except (ValueError, TypeError, RecursionError):
        raise Invalid({"after": ["This page mark is not one of ours; start again from the first page."]}) from None


def _beyond(resource: Resource, name: str, mark: tuple[Any, int], descending: bool) -> list[Q]:
    """Rows after the mark in the order (column, pk), NULLs last going up and first going down: one condition, or two to be read in turn.

    Why two, and why a bound that the next condition implies: an index answers each of them from the mark on, and neither of them with OR.
    """
    value, pk = mark
    step = "lt" if descending else "gt"
    field_ = field_at(resource.model, name)
    try:
        value = None if value is None else (field_ or resource.model._meta.pk).to_python(value)
    except (ValidationError, TypeError, ValueError, OverflowError):
        raise Invalid({"after": ["This page mark is not one of ours; start again from the first page."]}) from None
    same, known = Q(**{f"pk__{step}": pk}), Q(**{f"{name}__isnull": False})
    if value is None:
        empty = Q(**{f"{name}__isnull": True}) & same
        return [empty, known] if descending else [empty]
    beyond = Q(**{f"{name}__{step}e": value}) & (Q(**{f"{name}__{step}": value}) | same)
    return [beyond] if descending or not _may_be_empty(resource, name) else [beyond, Q(**{f"{name}__isnull": True})]


def _near(resource: Resource, name: str, mark: tuple[Any, int] | None, descending: bool) -> dict[str, Any]:
    """The order and the mark as the table of words knows them; nothing where it does not know the order."""
    if resource.words is None or name not in {"id", resource.words.sorts}:
        return {}
    label, sign, step = "row_id" if name == "id" else "label", "-" if descending else "", "lt" if descending else "gt"
    found: dict[str, Any] = {"words_order": tuple(f"{sign}{n}" for n in dict.fromkeys((label, "row_id")))}
    if mark is None:
        return found
    value, pk = mark
    return found | {"beyond": Q(**{f"{label}__{step}e": value}) & (Q(**{f"{label}__{step}": value}) | Q(**{f"row_id__{step}": pk}))}


def _may_be_empty(resource: Resource, path: str) -> bool:
    """Whether a column, or a link on the way to it, can be NULL."""
    parts = path.split("__")
    fields = [field_at(resource.model, "__".join(parts[: n + 1])) for n in range(len(parts))]
    return any(f is None or f.null for f in fields)
