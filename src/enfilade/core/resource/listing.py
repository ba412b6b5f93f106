"""Lists: filters, search, sort and keyset pages. The cost of a page does not grow with the number of rows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from enfilade.core.command.fields import TEXT_MAX
from enfilade.core.command.reading import is_storable, to_plain, truth_of
from enfilade.core.context import Context, Invalid
from enfilade.core.fields import AmountField, to_minor

from .columns import field_at, public_name, value_at
from .declare import Resource

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
_WHOLE = re.compile(r"-?[0-9]{1,19}")
RESERVED = {"q", "sort", "after", "before", "limit", "view", "format"}


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
    rows = filtered(resource, ctx, params)
    sort = str(params.get("sort") or resource.ordering)
    name = column_named(sort.removeprefix("-"), resource.columns)
    if not is_sortable(resource, name):
        raise Invalid({"sort": [f"This list can't be sorted by {name[:60]!r}."]})
    limit = _limit(params.get("limit"))
    backwards = bool(params.get("before"))
    cursor = str(params.get("before") or params.get("after") or "")
    descending = sort.startswith("-") != backwards
    if cursor:
        rows = rows.filter(_beyond(resource, name, _read_cursor(cursor), descending))
    order = F(name).desc(nulls_first=True) if descending else F(name).asc(nulls_last=True)
    found = list(rows.order_by(order, "-pk" if descending else "pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_after, has_before = (True, more) if backwards else (more, bool(cursor))
    return Listing(
        found, _cursor(found[-1], name) if has_after and found else "", _cursor(found[0], name) if has_before and found else "", sort
    )


def filtered(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> Any:
    """All rows that match filters and search, unordered."""
    rows = resource.rows(ctx)
    errors: dict[str, list[str]] = {}
    for key in params:
        if key in RESERVED:
            continue
        try:
            rows = rows.filter(_condition(resource, ctx, key, _values(params, key)))
        except (ValueError, InvalidOperation) as no:
            errors[key] = [str(no) if isinstance(no, ValueError) else "Give a number."]
    if errors:
        raise Invalid(errors)
    if q := str(params.get("q") or "").strip():
        rows = rows.filter(match(resource.search, q))
    return rows


def match(fields: tuple[str, ...], text: str) -> Q:
    """Every word of the text occurs in one of the fields. What no column can hold finds nothing."""
    if not fields or not is_storable(text):
        return Q(pk__in=[])
    found = Q()
    for word in text[:200].split()[:8]:
        one = Q()
        for name in fields:
            one |= Q(**{f"{name}__icontains": word})
        found &= one
    return found


def column_named(name: str, columns: tuple[str, ...]) -> str:
    """The column that programs call by a name; the name itself when there is none."""
    return next((c for c in columns if public_name(c) == name), name)


def is_sortable(resource: Resource, name: str) -> bool:
    """Only shown columns that are database fields can be sorted by: a hidden field can't be read off an order."""
    field_ = field_at(resource.model, name)
    return name == "id" or (name in resource.columns and field_ is not None and not isinstance(field_, ArrayField | models.JSONField))


def _values(params: Mapping[str, Any], key: str) -> list[str]:
    found = params.getlist(key) if hasattr(params, "getlist") else params[key]
    items = found if isinstance(found, list | tuple) else [found]
    return [str(v) for v in items if str(v) != ""]


def _condition(resource: Resource, ctx: Context, key: str, values: list[str]) -> Q:
    name, bound = column_named(key, resource.filters), ""
    for ending in ("_from", "_to"):
        if key.endswith(ending) and (column := column_named(key.removesuffix(ending), resource.filters)) in resource.filters:
            name, bound = column, ending
    if name not in resource.filters:
        raise ValueError(f"There is no filter called {key[:60]!r}.")
    if not values:
        return Q()
    field_ = field_at(resource.model, name)
    read = [_typed(field_, v, ctx) for v in values]
    if bound:
        end = isinstance(field_, models.DateTimeField) and isinstance(read[0], date) and not isinstance(read[0], datetime)
        path = f"{name}__date" if end else name
        return Q(**{f"{path}__{'gte' if bound == '_from' else 'lte'}": read[0]})
    if isinstance(field_, models.DateTimeField) and not isinstance(read[0], datetime):
        return Q(**{f"{name}__date__in": read})
    wanted = Q(**{f"{name}__in": read}) if len(read) > 1 else Q(**{name: read[0]})
    # Through a link to many rows, a row that matches twice is still listed once.
    many = isinstance(resource.model._meta.get_field(name.partition("__")[0]), models.ManyToOneRel)
    return Q(pk__in=resource.model.objects.visible_to(ctx).filter(wanted).values("pk")) if many else wanted


def _typed(field_: models.Field[Any, Any] | None, text: str, ctx: Context) -> Any:
    if len(text) > TEXT_MAX or not is_storable(text):
        raise ValueError("This value can't be searched for.")
    if field_ is None:
        return text
    if field_.choices:
        if text not in dict(field_.flatchoices):
            raise ValueError(f"Choose one of: {', '.join(str(k) for k, _ in field_.flatchoices)}.")
        return text
    if isinstance(field_, AmountField):
        return _said(lambda typed: to_minor(typed, ctx.company.currency), text)
    if isinstance(field_, models.BooleanField):
        return _said(truth_of, text)
    if isinstance(field_, models.DateField):
        return _date(text)
    if isinstance(field_, models.ForeignKey | models.IntegerField):
        return _whole(text)
    if isinstance(field_, models.DecimalField):
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError("Give a number.")
        return number
    return text


def _said(read: Callable[[str], Any], text: str) -> Any:
    """A value as an input would read it, with the same sentence where it can't."""
    try:
        return read(text)
    except ValidationError as no:
        raise ValueError(no.messages[0]) from None


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text) or abs(int(text)) >= 2**63:
        raise ValueError("Give a whole number.")
    return int(text)


def _date(text: str) -> date:
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise ValueError("Give a date such as 2026-11-02.") from None


def _limit(text: Any) -> int:
    if text in (None, ""):
        return LIMIT_DEFAULT
    if not _WHOLE.fullmatch(str(text)) or not 1 <= int(text) <= LIMIT_MAX:
        raise Invalid({"limit": [f"Give a number from 1 to {LIMIT_MAX}."]})
    return int(text)


def _cursor(row: models.Model, name: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([to_plain(value_at(row, name)), row.pk]).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(value, str | int | float | bool | None) or type(pk) is not int or not 0 < pk < 2**63:
            raise ValueError(text)
        return value, pk
    except (ValueError, TypeError, RecursionError):
        raise Invalid({"after": ["This page mark is not one of ours; start again from the first page."]}) from None


def _beyond(resource: Resource, name: str, mark: tuple[Any, int], descending: bool) -> Q:
    """Rows after the mark in the order (column, pk), NULLs last going up and first going down."""
    value, pk = mark
    step = "lt" if descending else "gt"
    field_ = field_at(resource.model, name)
    try:
        value = None if value is None else (field_ or resource.model._meta.pk).to_python(value)
    except (ValidationError, TypeError, ValueError, OverflowError):
        raise Invalid({"after": ["This page mark is not one of ours; start again from the first page."]}) from None
    same = Q(**{f"pk__{step}": pk})
    if value is None:
        return (Q(**{f"{name}__isnull": True}) & same) | (Q(**{f"{name}__isnull": False}) if descending else Q(pk__in=[]))
    beyond = Q(**{f"{name}__{step}": value}) | (Q(**{name: value}) & same)
    return beyond if descending else beyond | Q(**{f"{name}__isnull": True})
