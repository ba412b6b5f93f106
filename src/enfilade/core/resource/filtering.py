"""Filters: what a query parameter means for a column, the same on pages, in JSON, in saved views and on the command line.

    state=open&state=waiting            one of several
    due_at_from=today&due_at_to=today+7 a range, both ends included; either may be left out
    title_has=crown                     the text occurs in it
    owner_empty=true                    without a value; false: with one

A date may be said from the day on which it is read, so that a saved view stays right: today, week, month, quarter, year, each
with +N or -N. As an upper end, and alone, these mean the last day and all days of the period.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q

from enfilade.core.among import among, are_few
from enfilade.core.command.fields import TEXT_MAX
from enfilade.core.command.reading import is_storable, truth_of
from enfilade.core.context import Context
from enfilade.core.fields import AmountField, read_major, to_minor
from enfilade.core.minor import currencies_by_digits

from .columns import field_at, public_name

WHOLE = re.compile(r"-?[0-9]{1,19}")
ENDINGS = ("_from", "_to", "_has", "_empty")
_SPOKEN = re.compile(r"(today|week|month|quarter|year)([+-][0-9]{1,4})?")


def column_named(name: str, columns: tuple[str, ...]) -> str:
    """The column that programs call by a name; the name itself when there is none."""
    return next((c for c in columns if public_name(c) == name), name)


def endings_of(field: models.Field[Any, Any] | None) -> tuple[str, ...]:
    """What one may ask of a column beside a value: a range, a part of a text, whether it is empty."""
    if field is None or isinstance(field, models.BooleanField | models.JSONField | ArrayField):
        return ()
    empty = ("_empty",) if field.null or (field.blank and is_text(field)) else ()
    if field.choices or isinstance(field, models.ForeignKey):
        return empty
    if is_text(field):
        return ("_has", *empty)
    return ("_from", "_to", *empty)


def is_text(field: models.Field[Any, Any] | None) -> bool:
    """Whether a column holds text."""
    return isinstance(field, models.CharField | models.TextField)


def condition(filters: tuple[str, ...], model: Any, ctx: Context, key: str, values: list[str]) -> Q:
    """Rows that a parameter leaves. Raises ValueError or InvalidOperation with a sentence where it means nothing."""
    name, ending = _understood(filters, model, key)
    if not values:
        return Q()
    field = field_at(model, name)
    head, _, rest = name.partition("__")
    link = model._meta.get_field(head)
    if not isinstance(link, models.ManyToOneRel):
        return _wanted(field, name, ending, values, ctx)
    # Through a link to many rows, a row that matches twice is still listed once.
    related: Any = link.related_model
    rows = related.objects.visible_to(ctx).filter(_wanted(field, rest, ending, values, ctx))
    if are_few(rows):
        return among(rows.values(link.field.attname))
    return Q(Exists(rows.filter(**{link.field.name: OuterRef("pk")})))


def _understood(filters: tuple[str, ...], model: Any, key: str) -> tuple[str, str]:
    name = column_named(key, filters)
    if name in filters:
        return name, ""
    for ending in ENDINGS:
        column = column_named(key.removesuffix(ending), filters)
        if key.endswith(ending) and column in filters:
            if ending in endings_of(field_at(model, column)):
                return column, ending
            break
    raise ValueError(f"There is no filter called {key[:60]!r}.")


def _wanted(field: models.Field[Any, Any] | None, path: str, ending: str, values: list[str], ctx: Context) -> Q:
    if ending == "_empty":
        nothing = Q(**{f"{path}__isnull": True}) | (Q(**{path: ""}) if is_text(field) else Q())
        return nothing if _said(truth_of, values[0]) else ~nothing
    if ending == "_has":
        return Q(**{f"{path}__icontains": _storable(values[0])})
    if isinstance(field, models.DateField):
        return _in_time(field, path, ending, values, ctx)
    if isinstance(field, AmountField) and not field.own and field_at(field.model, "currency") is not None:
        return _in_currencies(path, ending, [_said(read_major, _storable(v)) for v in values])
    read = [_typed(field, v, ctx) for v in values]
    if ending:
        return Q(**{f"{path}__{'gte' if ending == '_from' else 'lte'}": read[0]})
    return Q(**{f"{path}__in": read}) if len(read) > 1 else Q(**{path: read[0]})


def _in_currencies(path: str, ending: str, amounts: list[Decimal]) -> Q:
    """Amounts of rows that say their currency: 100 is 100 of each, however many decimals it has."""
    currency, odd = f"{path.rpartition('__')[0]}__currency".removeprefix("__"), currencies_by_digits()
    found = _compared(path, ending, amounts, 2) & ~Q(**{f"{currency}__in": [code for codes in odd.values() for code in codes]})
    for digits, codes in odd.items():
        found |= _compared(path, ending, amounts, digits) & Q(**{f"{currency}__in": codes})
    return found


def _compared(path: str, ending: str, amounts: list[Decimal], digits: int) -> Q:
    scaled = [amount.scaleb(digits) for amount in amounts]
    if ending:
        return Q(**{f"{path}__gte": ceil(scaled[0])} if ending == "_from" else {f"{path}__lte": floor(scaled[0])})
    return Q(**{f"{path}__in": [int(one) for one in scaled if one == one.to_integral_value()]})


def _in_time(field: models.Field[Any, Any], path: str, ending: str, values: list[str], ctx: Context) -> Q:
    """Days and instants. An instant is compared with the ends of the company's day, so that an index can answer."""
    if ending:
        return _bound(field, path, values[0], ctx, upper=ending == "_to")
    found = Q()
    for value in values:
        found |= _bound(field, path, value, ctx, upper=False) & _bound(field, path, value, ctx, upper=True)
    return found


def _bound(field: models.Field[Any, Any], path: str, text: str, ctx: Context, *, upper: bool) -> Q:
    if isinstance(field, models.DateTimeField):
        if "T" in text:
            instant = _instant(text, ctx)
            return Q(**{f"{path}__{'lte' if upper else 'gte'}": instant})
        day = period(text, ctx.today)[upper]
        if not MINYEAR < day.year < MAXYEAR:
            raise ValueError("Give a day in a year that the calendar has.")
        day += timedelta(days=1 if upper else 0)
        return Q(**{f"{path}__{'lt' if upper else 'gte'}": datetime.combine(day, time(), tzinfo=ctx.zone)})
    return Q(**{f"{path}__{'lte' if upper else 'gte'}": period(text, ctx.today)[upper]})


def _instant(text: str, ctx: Context) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Give a date such as 2026-11-02, or a time such as 2026-11-02T09:30.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=ctx.zone)


def period(text: str, today: date) -> tuple[date, date]:
    """First and last day of what a text names: a day as 2026-11-02, or a period seen from today (week-1, month, year+1)."""
    try:
        spoken = _SPOKEN.fullmatch(text)
        if spoken is None:
            return (date.fromisoformat(text),) * 2
        first = _first(spoken[1], int(spoken[2] or 0), today)
        return first, first if spoken[1] == "today" else _first(spoken[1], int(spoken[2] or 0) + 1, today) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise ValueError("Give a date such as 2026-11-02, or today, week, month, quarter, year, with +1 or -1 and so on.") from None


def _first(unit: str, steps: int, today: date) -> date:
    if unit == "today":
        return today + timedelta(days=steps)
    if unit == "week":
        return today + timedelta(days=7 * steps - today.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    number = (today.year * 12 + today.month - 1) // months * months + steps * months
    return date(number // 12, number % 12 + 1, 1)


def _typed(field: models.Field[Any, Any] | None, text: str, ctx: Context) -> Any:
    """A value as the column keeps it."""
    _storable(text)
    if field is None:
        return text
    if field.choices:
        if text not in dict(field.flatchoices):
            raise ValueError(f"Choose one of: {', '.join(str(k) for k, _ in field.flatchoices)}.")
        return text
    if isinstance(field, AmountField):
        return _said(lambda typed: to_minor(typed, ctx.company.currency), text)
    if isinstance(field, models.BooleanField):
        return _said(truth_of, text)
    if isinstance(field, models.TimeField):
        return _said(field.to_python, text)
    if isinstance(field, models.ForeignKey | models.IntegerField):
        return whole(text)
    if isinstance(field, models.DecimalField):
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError("Give a number.")
        return number
    return text


def _storable(text: str) -> str:
    if len(text) > TEXT_MAX or not is_storable(text):
        raise ValueError("This value can't be searched for.")
    return text


def _said(read: Callable[[str], Any], text: str) -> Any:
    """A value as an input would read it, with the same sentence where it can't."""
    try:
        return read(text)
    except ValidationError as no:
        raise ValueError(no.messages[0]) from None


def whole(text: str) -> int:
    """A whole number that a column can hold."""
    if not WHOLE.fullmatch(text) or abs(int(text)) >= 2**63:
        raise ValueError("Give a whole number.")
    return int(text)
