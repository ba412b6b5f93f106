"""Cells: a value of a row, ready to be drawn by a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from django.db import models

from enfilade.core.context import Context
from enfilade.core.fields import AmountField, currency_of, is_worth, to_major
from enfilade.core.language.words import name_of, say
from enfilade.core.models import StoredFile
from enfilade.core.refs import model_of, resolve
from enfilade.core.ui.format import format_iban, format_major

from .columns import field_at, value_at
from .registry import resource_for

TONES = {
    "neutral": ("draft", "new", "planned", "open", "returned", "archived", "inactive"),
    "info": ("booked", "confirmed", "issued", "offered", "routed", "part_paid", "sent", "in_treatment", "accepted", "running"),
    "warn": ("waiting", "held", "arrived", "due", "overdue", "pending", "missing", "expected"),
    "ok": ("paid", "done", "closed", "released", "posted", "settled", "valid", "checked_out", "active", "answered", "balanced", "treated"),
    "bad": ("cancelled", "no_show", "refused", "void", "expired", "failed", "reversed", "lost"),
}
_TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


@dataclass(frozen=True)
class Cell:
    """kind: text number amount date datetime bool badge ref person list; text: what is read; value: what a machine sorts by."""

    kind: str
    text: str
    value: Any = None
    url: str = ""
    tone: str = ""


def tone_of(state: str) -> str:
    """The colour family of a state, by its word."""
    return _TONE_OF.get(state, "neutral")


@lru_cache(8192)
def money(minor: int, currency: str, locale: str = "en") -> str:
    """An amount as people of the locale write it."""
    return format_major(to_major(minor, currency), currency, Locale.parse(locale))


def cell(ctx: Context, row: models.Model, path: str) -> Cell:
    """The cell of one column of one row; a link leads only where the caller may go."""
    value, field = value_at(row, path), field_at(type(row), path)
    if value is None or value == "":
        # An empty amount keeps its kind, so that it stands under the others of its column.
        return Cell("amount" if path.endswith("_minor") else "text", "")
    if isinstance(field, AmountField) or (path.endswith("_minor") and isinstance(value, int)):
        own = ctx.company.currency
        if is_worth(path) and currency_of(row, None, own) == own:
            # What is in the company's own currency is worth what it says.
            return Cell("amount", "")
        return Cell("amount", money(value, own if is_worth(path) else currency_of(row, field, own), ctx.locale), value)
    if field is not None and field.choices and isinstance(value, str):
        return Cell("badge", str(_words_of(field).get(value, value)), value, tone=tone_of(value))
    if isinstance(value, str) and (said := getattr(row, f"get_{path}_display", None)) is not None:
        # A word whose meaning is data, or that has days in it: the model knows how people read it.
        return Cell("text", said(), value)
    if path.rpartition("__")[2] == "iban" and isinstance(value, str):
        return Cell("text", format_iban(value), value)
    if path == "origin" and (origin := model_of(str(value))) is not None:
        return _origin(ctx, str(value), origin)
    if field is None and isinstance(value, str):
        # Words that the row itself puts together.
        return Cell("text", say(value), value)
    return _by_type(ctx, value)


@lru_cache(4096)
def _words_of(field: models.Field[Any, Any]) -> dict[Any, Any]:
    """The words of a field's choices, by value."""
    return dict(field.flatchoices)


def _origin(ctx: Context, reference: str, model: type[models.Model]) -> Cell:
    """What a row came from: its name and a link, or only what kind of record it is, for those who may not see it."""
    found = resource_for(model)
    row = resolve(ctx, reference) if found is not None and ctx.may(found.view_permission) else None
    if found is None or row is None:
        return Cell("text", str(model._meta.verbose_name), reference)
    return Cell("ref", name_of(row), reference, url=found.url(row))


def _by_type(ctx: Context, value: Any) -> Cell:
    if isinstance(value, bool):
        return Cell("bool", "Yes" if value else "No", value)
    if isinstance(value, datetime):
        return Cell("datetime", "", value)
    if isinstance(value, date):
        return Cell("date", "", value)
    if isinstance(value, models.Model):
        if isinstance(value, StoredFile):
            return Cell("ref", value.name, value.pk, url=f"/files/{value.pk}/")
        # The caller herself may be there as a proxy, whose type says nothing.
        found = resource_for(value._meta.model)
        return Cell("ref", name_of(value), value.pk, url=found.url(value) if found and ctx.may(found.view_permission) else "")
    if isinstance(value, int | Decimal):
        return Cell("number", f"{value.normalize():f}" if isinstance(value, Decimal) else str(value), value)
    if isinstance(value, list | tuple):
        return Cell("list", ", ".join(str(v) for v in value), list(value))
    return Cell("text", str(value), value)


def figure_currency(column: Mapping[str, Any], row: Mapping[str, Any], own: str) -> str:
    """The currency of a report's amounts in a column: what its row says in the field that the column names as `currency_in`, else own."""
    return str(row.get(column.get("currency_in", ""), "") or own)


def figure_text(name: str, value: Any, currency: str) -> str:
    """A figure of a report for a file or a terminal: an amount in major units, nothing as nothing."""
    if value is None:
        return ""
    return str(to_major(value, currency)) if name.endswith("_minor") and isinstance(value, int) else str(value)
