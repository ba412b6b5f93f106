"""The form fields that read one raw value each. They keep no state, so one serves every call."""

from __future__ import annotations

import enum
import inspect
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive

from enfilade.core.fields import AmountFormField

if TYPE_CHECKING:
    from .inputs import Input, Parameter

TEXT_MAX = 500
LONG_TEXT_MAX = 20_000


class RowField(forms.IntegerField):
    """A reference to a row by its primary key; which rows exist is decided when the runner fetches it under the caller's rights."""

    def __init__(self, model: type[models.Model], query: str = "", **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)
        self.model, self.query = model, query
        self.widget = forms.NumberInput()

    def clean(self, value: Any) -> Any:
        """The primary key; `model:pk` references are understood too."""
        if isinstance(value, str) and ":" in value:
            value = value.rpartition(":")[2]
        if isinstance(value, models.Model):
            return value.pk
        return super().clean(value)


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    """The items of a list; nothing for what is empty."""
    if value is not None and not isinstance(value, list | tuple):
        raise ValidationError("Give a list here.", code="type")
    return value or []


class RowsField(forms.Field):
    """Several references; JSON list or comma-separated text."""

    def __init__(self, model: type[models.Model], **options: Any) -> None:
        super().__init__(**options)
        self.one, self.model = RowField(model), model

    def clean(self, value: Any) -> Any:
        """Primary keys, each once, in the given order."""
        items = value.split(",") if isinstance(value, str) else _listed(value)
        if self.required and not items:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(dict.fromkeys(self.one.clean(i.strip() if isinstance(i, str) else i) for i in items if i not in ("", None)))


class InstantField(forms.Field):
    """A point in time, ISO 8601. Without an offset it is in the company's time zone; a wall time that clocks skip is refused."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """An aware datetime."""
        if value in self.empty_values:
            return None
        try:
            found = value if isinstance(value, datetime) else parse_datetime(str(value).strip())
        except ValueError:
            found = None
        if found is None or not 1900 <= found.year <= 2200:
            raise ValidationError("Enter a date and time such as 2026-11-02T09:30.", code="invalid")
        if not is_naive(found):
            return found
        local = found.replace(tzinfo=get_current_timezone())
        if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != found:
            raise ValidationError("This time does not exist: the clocks are put forward then.", code="skipped")
        return local

    def prepare_value(self, value: Any) -> Any:
        """What the browser's control shows."""
        return value.astimezone(get_current_timezone()).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value


class TextListField(forms.Field):
    """Several short texts: a JSON list, or one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> list[str]:
        """Texts without blanks."""
        items = value.splitlines() if isinstance(value, str) else _listed(value)
        texts = [forms.CharField(max_length=TEXT_MAX, required=False).clean(i) for i in items]
        return [t for t in texts if t]


class LinesField(forms.Field):
    """A list of lines, each read by the same inputs: a formset on a page, an array in JSON. It only marks the place; see `read`."""


def form_field(parameter: Parameter) -> forms.Field:
    """The Django form field that reads and shows one input."""
    meta = parameter.meta
    options: dict[str, Any] = {"required": parameter.required, "label": parameter.label, "help_text": parameter.help}
    if parameter.default is not None and not parameter.many:
        options["initial"] = parameter.default
    kind = parameter.kind
    if parameter.is_lines:
        return LinesField(**options)
    if parameter.is_row:
        return RowsField(kind, **options) if parameter.many else RowField(kind, meta.query, **options)
    if meta.amount:
        return AmountFormField(signed=meta.signed, **options)
    if parameter.many:
        return forms.MultipleChoiceField(choices=meta.choices, **options) if meta.choices else TextListField(**options)
    if meta.choices or (inspect.isclass(kind) and issubclass(kind, enum.Enum)):
        pairs = list(meta.choices) or list(kind.choices)
        pairs = pairs if parameter.required else [("", "—"), *pairs]
        return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect if meta.widget == "radio" else forms.Select, **options)
    return _scalar_field(kind, meta, options)


def _scalar_field(kind: Any, meta: Input, options: dict[str, Any]) -> forms.Field:
    if kind is bool:
        return forms.BooleanField(**{**options, "required": False})
    if kind is int:
        low = -(2**63) if meta.min_value is None else meta.min_value
        return forms.IntegerField(**options, min_value=low, max_value=2**63 - 1 if meta.max_value is None else meta.max_value)
    if kind is Decimal:
        return forms.DecimalField(
            **options, min_value=meta.min_value, max_value=meta.max_value, max_digits=20, decimal_places=meta.decimals
        )
    if kind is date:
        return forms.DateField(**options, input_formats=["%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if kind is datetime:
        return InstantField(**options)
    if kind is time:
        return forms.TimeField(**options, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    if kind is dict:
        return forms.JSONField(**options)
    if meta.secret:
        return forms.CharField(**options, max_length=meta.max_length, strip=False, widget=forms.PasswordInput)
    widget: forms.Widget = forms.Textarea(attrs={"rows": 4}) if meta.widget == "textarea" else forms.TextInput()
    if meta.widget not in {"", "textarea"}:
        widget = forms.TextInput(attrs={"type": {"phone": "tel"}.get(meta.widget, meta.widget)})
    return forms.CharField(**options, max_length=meta.max_length, widget=widget)
