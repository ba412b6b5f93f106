"""Columns of a resource: from a model field to inputs of a command, and from a row to plain values."""

from __future__ import annotations

from dataclasses import MISSING
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.utils.translation import get_language

from enfilade.core.command.fields import LONG_TEXT_MAX, TEXT_MAX, InstantField, TextListField
from enfilade.core.command.inputs import OWN_CURRENCY, UNSET, Input, Parameter
from enfilade.core.command.reading import to_plain
from enfilade.core.fields import AmountField, LongTextField, currency_of, to_major

# What follows from the declarations is worked out once: more columns than forty modules declare.
COLUMNS_MAX = 8192


@lru_cache(COLUMNS_MAX)
def field_at(model: type[models.Model], path: str) -> models.Field[Any, Any] | None:
    """The model field at the end of `party__name`, None for a property or method."""
    found: Any = None
    for part in path.split("__"):
        try:
            found = model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        if isinstance(found, models.ForeignKey | models.ManyToOneRel):
            model = found.related_model
    return found if isinstance(found, models.Field) else None


def label_of(model: type[models.Model], path: str) -> str:
    """The heading of a column: the field's name in words, without its unit of storage."""
    return _label(model, path, get_language())


@lru_cache(COLUMNS_MAX)
def _label(model: type[models.Model], path: str, _language: str | None) -> str:
    field = field_at(model, path)
    if field is not None and field.verbose_name and field.verbose_name != field.name.replace("_", " "):
        return str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:]
    head, _, last = path.rpartition("__")
    name = head.rpartition("__")[2] if head and last in {"name", "code", "number"} else last
    for ending in ("_minor", "_on", "_at"):
        name = name.removesuffix(ending) or name
    if name.endswith("_min"):
        name = f"{name.removesuffix('_min')} (min)"
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def public_name(path: str) -> str:
    """What programs call a column: an amount goes out and comes in in major units, so its name says nothing of minor ones."""
    return path.removesuffix("_minor")


def value_at(row: models.Model, path: str) -> Any:
    """The value at the end of a path; methods without arguments are called; None where a link is empty."""
    value: Any = row
    for part in path.split("__"):
        if value is None:
            return None
        value = getattr(value, part)
    return value() if callable(value) and not isinstance(value, type) else value


@lru_cache(COLUMNS_MAX)
def related_paths(model: type[models.Model], paths: tuple[str, ...]) -> tuple[str, ...]:
    """Foreign keys that a list has to join for its columns, so that rows cost no further query."""
    found = set()
    for path in paths:
        current, parts = model, []
        for part in path.split("__"):
            try:
                field = current._meta.get_field(part)
            except FieldDoesNotExist:
                break
            if not isinstance(field, models.ForeignKey):
                break
            parts.append(part)
            found.add("__".join(parts))
            current = field.related_model
    return tuple(sorted(found))


def plain_value(row: models.Model, path: str, currency: str) -> Any:
    """A value as JSON carries it; amounts as decimal text in major units, rows by primary key."""
    value = value_at(row, path)
    field = field_at(type(row), path)
    if isinstance(field, AmountField) or (path.endswith("_minor") and isinstance(value, int)):
        return None if value is None else str(to_major(value, currency_of(row, field, currency)))
    return to_plain(value)


def parameter_of(field: models.Field[Any, Any], *, partial: bool) -> Parameter:
    """A model's column as an input of its add and change commands."""
    is_row = isinstance(field, models.ForeignKey)
    kind: Any = field.related_model if is_row else _kind(field)
    has_default = field.has_default()
    required = not (field.blank or field.null or has_default or isinstance(field, models.BooleanField))
    default = field.get_default() if has_default else (None if field.null or is_row else _blank(field))
    prefill = f"row.{field.name}" if partial else ""
    meta = Input(
        shared=is_row,
        amount=isinstance(field, AmountField),
        currency_of=OWN_CURRENCY if getattr(field, "own", False) else "",
        label=label_of(field.model, field.name),
        prefill=prefill,
    )
    own = None if is_row else _form_field(field, required, meta.label)
    empty = (
        None if field.null else (default if has_default and not isinstance(field, models.CharField | models.TextField) else _blank(field))
    )
    return Parameter(
        name=public_name(field.name),
        kind=kind,
        many=isinstance(field, ArrayField),
        required=required,
        default=UNSET if partial else (MISSING if required else default),
        meta=meta,
        help=str(field.help_text),
        empty=empty,
        partial=partial,
        own_field=own,
    )


def _blank(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, ArrayField):
        return []
    return "" if isinstance(field, models.CharField | models.TextField) else None


def _kind(field: models.Field[Any, Any]) -> Any:
    for known, kind in (
        (models.BooleanField, bool),
        (models.DateTimeField, datetime),
        (models.DateField, date),
        (models.TimeField, time),
        (models.DecimalField, Decimal),
        (models.JSONField, dict),
        (models.IntegerField, int),
        (ArrayField, str),
    ):
        if isinstance(field, known):
            return kind
    return str


def _form_field(field: models.Field[Any, Any], required: bool, label: str) -> forms.Field:
    options: dict[str, Any] = {"required": required, "label": label, "help_text": str(field.help_text)}
    if field.has_default() and not callable(field.default):
        options["initial"] = field.default
    if isinstance(field, AmountField):
        return field.formfield(**options)
    if isinstance(field, ArrayField):
        return TextListField(**options)
    if field.choices:
        pairs = [(k, v) for k, v in field.flatchoices if k != ""]
        return forms.ChoiceField(choices=pairs if required or (field.has_default() and not field.blank) else [("", "—"), *pairs], **options)
    if isinstance(field, models.BooleanField):
        return forms.BooleanField(**{**options, "required": False})
    if isinstance(field, models.DateTimeField):
        return InstantField(**options)
    if isinstance(field, models.DateField):
        return forms.DateField(**options, input_formats=["%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if isinstance(field, models.TimeField):
        return forms.TimeField(**options, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    if isinstance(field, models.IntegerField):
        low, high = connection.ops.integer_field_range(field.get_internal_type())
        return cast("forms.Field", field.formfield(required=required, label=label, min_value=low, max_value=high))
    if isinstance(field, models.EmailField | models.DecimalField | models.JSONField | models.SlugField):
        return field.formfield(required=required, label=label) or forms.CharField(**options)
    long = isinstance(field, LongTextField)
    widget = forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput()
    return forms.CharField(
        **options,
        max_length=LONG_TEXT_MAX if long else (field.max_length or TEXT_MAX),
        widget=widget,
        validators=[v for v in field.validators if v is not None],
    )
