"""Counts and sums over everything that a list's filters leave: asked for, never in passing, and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.language.words import name_of

from .cells import money
from .columns import field_at
from .declare import Resource
from .views import choosable

# More rows than this are not added up while somebody waits; a report is the place for them.
ROWS_MAX = 200_000
GROUPS_MAX = 60
_COUNTED = ("_min", "_count", "quantity")


@dataclass(frozen=True)
class Group:
    """One value of a column: its words, how many rows have it, and the sums of the columns that are added up, in words."""

    value: Any
    label: str
    count: int
    sums: dict[str, str]
    raw: dict[str, float]


def added_up(resource: Resource) -> tuple[str, ...]:
    """Columns that can be added up: amounts, decimals, minutes and counts of the row itself."""
    return tuple(n for n in choosable(resource) if "__" not in n and _adds(field_at(resource.model, n)))


def _adds(field: models.Field[Any, Any] | None) -> bool:
    if field is None or field.choices or isinstance(field, models.ForeignKey):
        return False
    return isinstance(field, AmountField | models.DecimalField) or (
        isinstance(field, models.IntegerField) and field.name.endswith(_COUNTED)
    )


def groupable(resource: Resource) -> tuple[str, ...]:
    """Columns by which rows can be gathered: choices, yes and no, links, dates (by month)."""
    fields = [(n, field_at(resource.model, n)) for n in choosable(resource) if "__" not in n]
    kinds = models.BooleanField | models.ForeignKey | models.DateField
    return tuple(n for n, f in fields if f is not None and (f.choices or isinstance(f, kinds)) and _is_seen(f))


def _is_seen(field: models.Field[Any, Any]) -> bool:
    """Whether rows that a link leads to can be read by rights at all; companies, for one, are none that a list shows."""
    related: Any = field.related_model if isinstance(field, models.ForeignKey) else None
    return related is None or hasattr(related.objects, "visible_to")


def groups(resource: Resource, ctx: Context, rows: Any, by: str) -> tuple[list[Group], bool]:
    """The values of a column with counts and sums, and whether that is all: there may be more rows or values than are counted.

    Amounts of several currencies are never added to each other: each has its own sum.
    """
    field = field_at(resource.model, by)
    path = TruncMonth(by, tzinfo=ctx.zone) if isinstance(field, models.DateTimeField) else TruncMonth(by)
    key = path if isinstance(field, models.DateField) else models.F(by)
    found = list(_counted(resource, ctx, rows, {"group_key": key}))
    names = _names(ctx, field, [line["group_key"] for line in found])
    made: dict[Any, Group] = {}
    for line in found:
        value = line["group_key"]
        before = made.get(value)
        sums = _sums(resource, ctx, line)
        if before is not None:
            sums = {n: f"{before.sums[n]} + {text}" if before.sums.get(n) else text for n, text in sums.items()}
        raw = {n: float(line[f"sum_{n}"] or 0) + (before.raw[n] if before else 0) for n in added_up(resource)}
        made[value] = Group(value, names(value), line["n"] + (before.count if before else 0), sums, raw)
    shown = list(made.values())
    shown.sort(key=lambda g: (g.value is None, g.value) if isinstance(field, models.DateField) else (False, -g.count))
    return shown[:GROUPS_MAX], len(shown) <= GROUPS_MAX and sum(g.count for g in shown) < ROWS_MAX


def totals(resource: Resource, ctx: Context, rows: Any) -> tuple[int, dict[str, str], bool]:
    """How many rows there are, the sum of each column that is added up, and whether that is all of them."""
    count, sums = 0, dict[str, str]()
    for line in _counted(resource, ctx, rows, {}):
        count += line["n"]
        for name, text in _sums(resource, ctx, line).items():
            sums[name] = f"{sums[name]} + {text}" if sums.get(name) else text
    return count, sums, count < ROWS_MAX


def _counted(resource: Resource, ctx: Context, rows: Any, by: dict[str, Any]) -> Any:
    bounded = resource.model.objects.visible_to(ctx).filter(pk__in=rows.order_by().values("pk")[:ROWS_MAX])
    own = ["currency"] if field_at(resource.model, "currency") is not None else []
    lines = bounded.order_by().annotate(**by).values(*by, *own)
    made = {f"sum_{n}": Sum(n) for n in added_up(resource)}
    if not by and not own:
        return [bounded.aggregate(n=Count("pk"), **made)]
    return lines.annotate(n=Count("pk"), **made)


def _sums(resource: Resource, ctx: Context, line: dict[str, Any]) -> dict[str, str]:
    currency = line.get("currency") or ctx.company.currency
    out = {}
    for name in added_up(resource):
        value = line[f"sum_{name}"]
        if value is not None:
            field = field_at(resource.model, name)
            out[name] = (
                money(int(value), ctx.company.currency if field.own else currency, ctx.locale)
                if isinstance(field, AmountField)
                else f"{value.normalize():f}"
                if hasattr(value, "normalize")
                else str(value)
            )
    return out


def _names(ctx: Context, field: models.Field[Any, Any] | None, values: list[Any]) -> Any:
    """What a value is called."""
    if isinstance(field, models.ForeignKey):
        related: Any = field.related_model
        rows = {r.pk: name_of(r) for r in related.objects.visible_to(ctx).filter(pk__in=[v for v in values if v is not None])}
        return lambda v: rows.get(v, "–")
    if isinstance(field, models.BooleanField):
        return lambda v: "Yes" if v else "No"
    if field is not None and field.choices:
        words = dict(field.flatchoices)
        return lambda v: str(words.get(v, v)) if v not in (None, "") else "–"
    return lambda v: f"{v:%b %Y}" if isinstance(v, date | datetime) else "–"
