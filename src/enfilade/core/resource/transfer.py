"""Out again: a list as a file that comes in as the same rows.

An export has the filters and the order of its list. It is made row by row, so that its memory does not grow with the list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.db import models

from enfilade.core.context import Context
from enfilade.core.tabular import guard_formula

from .columns import field_at, plain_value, public_name
from .declare import Resource
from .intake import key_of_link
from .listing import filtered

EXPORT_CHUNK = 2_000


def export_csv(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> Iterator[str]:
    """Lines of CSV: id, the columns and the fields. Foreign keys by the target's import key; what looks like a formula is text."""
    rows = filtered(resource, ctx, params).order_by("pk")
    names = ["id", *dict.fromkeys((*resource.fields, *resource.columns))]
    yield _line([public_name(n) for n in names])
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        yield _line([str(row.pk), *(_out(row, name, ctx) for name in names[1:])])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guard_formula(c) for c in cells])
    return out.getvalue()


def _out(row: models.Model, path: str, ctx: Context) -> str:
    target = field_at(type(row), path)
    if isinstance(target, models.ForeignKey) and "__" not in path:
        related = getattr(row, path)
        key = key_of_link(target)
        return "" if related is None else str(getattr(related, key))
    value = plain_value(row, path, ctx.company.currency)
    if isinstance(target, models.JSONField):
        # As the form shows it, which is what the form reads.
        return str(cast("forms.Field", target.formfield()).prepare_value(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(str(v) for v in value)
    return "" if value is None else str(value)
