"""The filter chips of a list: what one may narrow it by, and what is chosen now."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import QueryDict

from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.resource import Resource, resource_for
from enfilade.core.resource.columns import field_at

BOOL_TEXT = {"true": "Yes", "false": "No"}


def chips(resource: Resource, ctx: Context, params: QueryDict) -> list[dict[str, Any]]:
    """One chip per filter, as core/parts/filter.html draws it."""
    return [_chip(resource, ctx, name, params) for name in resource.filters]


def _chip(resource: Resource, ctx: Context, name: str, params: QueryDict) -> dict[str, Any]:
    field = field_at(resource.model, name)
    value = params.get(name, "")
    chip: dict[str, Any] = {"name": name, "label": resource.label_of(name), "value": value, "value_to": "", "options": [], "search_url": ""}
    if field is not None and field.choices:
        chosen = params.getlist(name)
        options = [{"value": k, "label": str(v), "selected": k in chosen} for k, v in field.flatchoices]
        chip |= {"kind": "multi", "options": options, "text": ", ".join(o["label"] for o in options if o["selected"])}
    elif isinstance(field, models.DateField | AmountField):
        low, high = params.get(f"{name}_from", ""), params.get(f"{name}_to", "")
        kind = "range_date" if isinstance(field, models.DateField) else "range_amount"
        chip |= {"kind": kind, "value": low, "value_to": high, "text": f"{low}–{high}" if low or high else ""}
    elif isinstance(field, models.BooleanField):
        chip |= {"kind": "bool", "text": BOOL_TEXT.get(value, "")}
    elif isinstance(field, models.ForeignKey):
        chip |= {"kind": "ref", **_ref(ctx, field.related_model, value)}
    else:
        chip |= {"kind": "choice", "text": value, "options": [{"value": value, "label": value, "selected": True}] if value else []}
    return chip | {"active": bool(chip["text"])}


def _ref(ctx: Context, model: type[models.Model], value: str) -> dict[str, str]:
    """Where to search for rows of a link, and the name of the chosen one; nothing of rows that the caller may not see."""
    related = resource_for(model)
    if related is None or not ctx.may(related.view_permission):
        return {"search_url": "", "text": value}
    row = related.rows(ctx).filter(pk=value).first() if value else None
    return {"search_url": f"{related.list_url()}options/", "text": str(row or "")}
