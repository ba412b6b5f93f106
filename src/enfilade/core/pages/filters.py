"""The filter chips of a list: what one may narrow it by, and what is chosen now."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import QueryDict

from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.language.words import name_of
from enfilade.core.refs import key_of
from enfilade.core.resource import Resource, resource_for
from enfilade.core.resource.columns import field_at, public_name
from enfilade.core.resource.filtering import ENDINGS, endings_of

BOOL_TEXT = {"true": "Yes", "false": "No"}
EMPTY_TEXT = {"true": "none", "false": "any"}
CHOSEN_MAX = 50
# Label, from, to: seen from the day on which the list is read, so that a saved view stays right.
PERIODS = (
    ("Today", "today", "today"),
    ("Until yesterday", "", "today-1"),
    ("Next 7 days", "today", "today+6"),
    ("This week", "week", "week"),
    ("This month", "month", "month"),
    ("Last month", "month-1", "month-1"),
    ("This year", "year", "year"),
)


def query(params: QueryDict, drop: tuple[str, ...] = (), **more: str) -> str:
    """The query string of now, without some names and with others."""
    pairs = [(k, v) for k, values in params.lists() for v in values if k not in drop and k not in more and v]
    return urlencode(pairs + list(more.items()))


def chips(resource: Resource, ctx: Context, params: QueryDict, url: str) -> list[dict[str, Any]]:
    """One chip per filter, as core/parts/filter.html draws it. url: the list, to which the links of a chip lead."""
    return [_chip(resource, ctx, name, params, url) for name in resource.filters]


def _chip(resource: Resource, ctx: Context, path: str, params: QueryDict, url: str) -> dict[str, Any]:
    field = field_at(resource.model, path)
    # An amount has no unit in an address; a name that was linked to before is understood all the same.
    name = next((n for n in (path, public_name(path)) if any(n + e in params for e in ("", *ENDINGS))), public_name(path))
    endings = endings_of(field)
    value, low, high = params.get(name, ""), params.get(f"{name}_from", ""), params.get(f"{name}_to", "")
    empty = params.get(f"{name}_empty", "")
    chip: dict[str, Any] = {"name": name, "label": resource.label_of(path), "value": value, "value_to": "", "options": [], "search_url": ""}
    chip |= {"empty": empty if "_empty" in endings else None, "kind": "text"}
    if field is not None and field.choices:
        chosen = params.getlist(name)
        options = [{"value": k, "label": str(v), "selected": k in chosen} for k, v in field.flatchoices]
        chip |= {"kind": "multi", "options": options, "text": ", ".join(o["label"] for o in options if o["selected"])}
    elif isinstance(field, models.BooleanField):
        chip |= {"kind": "bool", "text": BOOL_TEXT.get(value, "")}
    elif isinstance(field, models.ForeignKey):
        chip |= {"kind": "ref", **_ref(ctx, field.related_model, params.getlist(name))}
    elif isinstance(field, models.DateField):
        chip |= {"kind": "range_date", **_dates(name, value, low, high, params, url)}
    elif "_from" in endings:
        kind = "range_amount" if isinstance(field, AmountField) else "range_number"
        chip |= {"kind": kind, "value": low or value, "value_to": high or value, "text": _between(low or value, high or value)}
    else:
        has = params.get(f"{name}_has", "")
        chip |= {"has": has if "_has" in endings else None, "text": " ".join(t for t in (value, f"“{has}”" if has else "") if t)}
    if empty in EMPTY_TEXT and chip["empty"] is not None:
        chip["text"] = ", ".join(t for t in (chip["text"], EMPTY_TEXT[empty]) if t)
    return chip | {"active": bool(chip["text"])}


def _between(low: str, high: str) -> str:
    if low == high:
        return low
    return f"{low}–{high}" if low and high else f"from {low}" if low else f"up to {high}"


def _dates(name: str, value: str, low: str, high: str, params: QueryDict, url: str) -> dict[str, Any]:
    """Two ends, and periods by one click."""
    low, high = low or value, high or value
    said = next((label for label, a, b in PERIODS if (a, b) == (low, high) and (a or b)), "")
    mine = {f"{name}{e}" for e in ("", *ENDINGS)} | {"after", "before"}
    rest = [(k, v) for k, found in params.lists() for v in found if k not in mine and v]
    periods = [
        {
            "label": label,
            "url": f"{url}?{urlencode([*rest, *[(n, v) for n, v in ((f'{name}_from', a), (f'{name}_to', b)) if v]])}",
            "active": label == said,
        }
        for label, a, b in PERIODS
    ]
    text = said or _between(low, high)
    return {"value": low, "value_to": high, "text": text, "spoken": not all(map(_is_day, (low, high))), "periods": periods}


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _ref(ctx: Context, model: type[models.Model], values: list[str]) -> dict[str, Any]:
    """Where to search for rows of a link, and the names of the chosen ones; nothing of rows that the caller may not see."""
    related = resource_for(model)
    if related is None or not ctx.may(related.view_permission):
        return {"search_url": "", "text": ", ".join(v for v in values if v), "chosen": [{"id": v, "label": v} for v in values if v]}
    keys = [k for k in map(key_of, values) if k is not None][:CHOSEN_MAX]
    rows = list(related.rows(ctx).filter(pk__in=keys)) if keys else []
    chosen = [{"id": row.pk, "label": name_of(row)} for row in rows]
    text = ", ".join(one["label"] for one in chosen[:2]) + (f" and {len(chosen) - 2} more" if len(chosen) > 2 else "")
    return {"search_url": f"{related.list_url()}options/", "text": text, "chosen": chosen}
