"""Inputs of a command: the signature becomes one Django form, and everything that comes in binds to it.

An HTML post, a JSON body, a command line and an import row are first brought into the same raw shape (text, numbers,
true/false, null, lists of objects), then read by the same fields. `plain` is the way back: typed values as a
program would send them, which is what the audit keeps, what a held command is replayed from, and what a key is
compared by.
"""

from __future__ import annotations

import enum
import inspect
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive

from enfilade.core.context import Invalid
from enfilade.core.fields import AmountFormField, to_major

NAME_MAX = 80
TEXT_MAX = 500
LONG_TEXT_MAX = 20_000
LINES_MAX = 1_000
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"", "false", "0", "no", "off"}
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Input:
    """What `Annotated[...]` may add to an input of a command.

    label, help: for people; help falls back to the docstring's line about the argument.
    widget: name of the widget template (text, textarea, radio, phone, search ...).
    choices: fixed (value, label) pairs for a text input.
    shared: a row that is only referred to; it is read, not locked.
    amount: the integer is an amount in minor units.
    prefill: where a new form takes its first value from (`ctx.today`, or an attribute of the target row).
    query: extra filter of the search that offers rows, as a query string.
    """

    label: str = ""
    help: str = ""
    widget: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    shared: bool = False
    amount: bool = False
    signed: bool = False
    max_length: int = TEXT_MAX
    min_value: int | None = None
    max_value: int | None = None
    decimals: int = 6
    prefill: str = ""
    query: str = ""
    secret: bool = False


Shown = Input
Amount = Annotated[int, Input(amount=True)]
Percent = Annotated[Decimal, Input(min_value=0, max_value=100, decimals=4)]
LongText = Annotated[str, Input(widget="textarea", max_length=LONG_TEXT_MAX)]


Row = TypeVar("Row")
# `Ref[Party]`: a row that the command refers to but does not change; visible to the caller, not locked.
Ref = Annotated[Row, Input(shared=True)]


def Choice(*pairs: tuple[str, str], **more: Any) -> Input:  # noqa: N802 - reads as a type in a signature
    """Metadata for a text input with fixed choices."""
    return Input(choices=pairs, **more)


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, and no half of a surrogate pair, which JSON and a command line can carry."""
    return "\x00" not in text and not _SURROGATE.search(text)


def truth_of(given: Any) -> bool:
    """True or false, as a checkbox, JSON, a command line or a file says it; nothing given is false."""
    word = str(given).strip().lower()
    if given is None or word in _FALSE:
        return False
    if word not in _TRUE:
        raise ValidationError("Say true or false.", code="type")
    return True


class _Unset:
    """Not given: a change leaves the field as it is."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET = _Unset()


@dataclass(frozen=True, eq=False)
class Parameter:
    """One input of a command, understood.

    required: an empty value is refused; default: what a value that was not given counts as.
    empty: what an empty value of an optional input counts as.
    partial: the input may be left out although it is required (a change of one field of a record).
    own_field: the form field of a model's column, where the input is one.
    """

    name: str
    kind: Any
    many: bool
    required: bool
    default: Any
    meta: Input
    help: str
    empty: Any = None
    partial: bool = False
    own_field: forms.Field | None = None

    @property
    def label(self) -> str:
        """Words for the name: `duration_min` is `Duration (min)`."""
        if self.meta.label:
            return self.meta.label
        stem, _, unit = self.name.rpartition("_")
        if unit in {"min", "bp", "kg", "h"} and stem:
            return f"{stem.replace('_', ' ').capitalize()} ({unit})"
        text = self.name.removesuffix("_minor").removesuffix("_on").removesuffix("_at") or self.name
        return text.replace("_", " ").capitalize()

    @property
    def is_row(self) -> bool:
        """Whether the value is a row of a model (or several)."""
        return inspect.isclass(self.kind) and issubclass(self.kind, models.Model)

    @property
    def is_lines(self) -> bool:
        """Whether the value is a list of lines, each an instance of a dataclass."""
        return self.many and is_dataclass(self.kind)

    @cached_property
    def field(self) -> forms.Field:
        """The form field that reads this input; it keeps no state, so one serves every call."""
        made = self.own_field or form_field(self)
        made.error_messages = {**made.error_messages, "required": f"{self.label} is required."}
        return made

    @cached_property
    def line_parameters(self) -> dict[str, Parameter]:
        """The columns of a lines input."""
        return parameters_of(self.kind)


def parameters_of(target: Any, doc: str = "") -> dict[str, Parameter]:
    """The inputs of a command body (keyword-only arguments) or the fields of a line dataclass, in order."""
    hints = typing.get_type_hints(target, include_extras=True)
    helps = _argument_lines(doc or inspect.getdoc(target) or "")
    found = {}
    if is_dataclass(target):
        for column in fields(target):
            default = column.default if column.default_factory is MISSING else column.default_factory()
            found[column.name] = _parameter(column.name, hints[column.name], default, helps)
        return found
    for item in inspect.signature(target).parameters.values():
        if item.kind is item.KEYWORD_ONLY:
            default = MISSING if item.default is item.empty else item.default
            found[item.name] = _parameter(item.name, hints[item.name], default, helps)
    return found


def _parameter(name: str, hint: Any, default: Any, helps: dict[str, str]) -> Parameter:
    hint, meta = _peel(hint)
    many = typing.get_origin(hint) in {list, tuple}
    if many:
        hint, inner = _peel(typing.get_args(hint)[0])
        meta = inner or meta
    meta = meta or Input()
    return Parameter(
        name, hint, many, default is MISSING, None if default is MISSING else default, meta, _sentence(meta.help or helps.get(name, ""))
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _peel(hint: Any) -> tuple[Any, Input | None]:
    """Strip Annotated and `| None`, keep the metadata."""
    meta = None
    while True:
        if typing.get_origin(hint) is Annotated:
            hint, *extra = typing.get_args(hint)
            meta = next((m for m in extra if isinstance(m, Input)), meta)
        elif typing.get_origin(hint) in {typing.Union, types.UnionType}:
            hint = next(a for a in typing.get_args(hint) if a is not type(None))
        else:
            return hint, meta


def _argument_lines(doc: str) -> dict[str, str]:
    """`name: meaning` lines of a docstring."""
    found: dict[str, str] = {}
    last = ""
    for line in doc.splitlines()[1:]:
        head, colon, rest = line.partition(": ")
        if colon and head.isidentifier() and head == head.lower() and not line.startswith(" "):
            last = head
            found[head] = rest.strip()
        elif line.startswith("    ") and last:
            found[last] += " " + line.strip()
        else:
            last = ""
    return found


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


class RowsField(forms.Field):
    """Several references; JSON list or comma-separated text."""

    def __init__(self, model: type[models.Model], **options: Any) -> None:
        super().__init__(**options)
        self.one, self.model = RowField(model), model

    def clean(self, value: Any) -> Any:
        """Primary keys, each once, in the given order."""
        items = value.split(",") if isinstance(value, str) else (value or [])
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


class LinesField(forms.Field):
    """A list of lines, each read by the same form: a formset on a page, an array in JSON."""

    def __init__(self, line: type, **options: Any) -> None:
        super().__init__(**options)
        self.line = line
        self.parameters = parameters_of(line)

    def read(self, value: Any, currency: str) -> list[dict[str, Any]]:
        """Cleaned values per line. Raises Invalid with paths `[2].quantity`."""
        if not isinstance(value or [], list):
            raise Invalid({"": ["Give a list of lines."]})
        rows = value or []
        if len(rows) > LINES_MAX:
            raise Invalid({"": [f"At most {LINES_MAX} lines."]})
        if self.required and not rows:
            raise Invalid({"": ["Give at least one line."]})
        errors: dict[str, list[str]] = {}
        cleaned = []
        for number, row in enumerate(rows):
            try:
                cleaned.append(read(self.parameters, row, currency))
            except Invalid as no:
                errors |= {f"[{number}]" + (f".{path}" if path else ""): e for path, e in no.errors.items()}
        if errors:
            raise Invalid(errors)
        return cleaned


def form_field(parameter: Parameter) -> forms.Field:
    """The Django form field that reads and shows one input."""
    meta = parameter.meta
    options: dict[str, Any] = {"required": parameter.required, "label": parameter.label, "help_text": parameter.help}
    if parameter.default is not None and not parameter.many:
        options["initial"] = parameter.default
    kind = parameter.kind
    if parameter.is_lines:
        return LinesField(kind, **options)
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


class TextListField(forms.Field):
    """Several short texts: a JSON list, or one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> list[str]:
        """Texts without blanks."""
        items = value.splitlines() if isinstance(value, str) else (value or [])
        texts = [forms.CharField(max_length=TEXT_MAX, required=False).clean(i) for i in items]
        return [t for t in texts if t]


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


_SCALAR = (str, int, float, bool, Decimal, date, datetime, time, models.Model, types.NoneType)


def read(parameters: dict[str, Parameter], raw: Any, currency: str) -> dict[str, Any]:
    """Raw inputs of any entrance -> typed values (rows still as primary keys, lines as their dataclass).

    Refuses unknown names, wrong types and missing values: Invalid with one sentence per path.
    """
    if not isinstance(raw, dict):
        raise Invalid({"": ["Give an object with named values."]})
    errors: dict[str, list[str]] = {
        name[:NAME_MAX]: [f"There is no input called {name[:NAME_MAX]!r}."] for name in raw if name not in parameters
    }
    values: dict[str, Any] = {}
    for name, parameter in parameters.items():
        given = raw.get(name)
        if name not in raw and (parameter.partial or not parameter.required):
            values[name] = parameter.default
            continue
        try:
            values[name] = _read_one(parameter, given, currency)
        except Invalid as no:
            errors |= {f"{name}{path}": e for path, e in no.errors.items()}
        except ValidationError as no:
            errors[name] = list(no.messages)
    if errors:
        raise Invalid(errors)
    return values


def _read_one(parameter: Parameter, given: Any, currency: str) -> Any:
    field = parameter.field
    if isinstance(field, LinesField):
        return [parameter.kind(**row) for row in field.read(given, currency)]
    if not parameter.many and parameter.kind is not dict and not isinstance(given, _SCALAR):
        raise ValidationError("Give a single value here.", code="type")
    if not all(map(is_storable, _texts(given))):
        raise ValidationError("This text holds characters that can't be kept.", code="type")
    if isinstance(given, bool) and parameter.kind is not bool:
        raise ValidationError("True or false has no meaning here.", code="type")
    if (isinstance(given, float) and given != given) or given in (float("inf"), float("-inf")):
        raise ValidationError("Give a finite number.", code="type")
    if parameter.kind in (date, time) and isinstance(given, int | float | Decimal):
        raise ValidationError("Give this as text, such as 2026-11-02 or 09:30.", code="type")
    if parameter.kind is bool and not parameter.many:
        return truth_of(given)
    value = field.clean_in(given, currency) if isinstance(field, AmountFormField) else field.clean(given)
    if not parameter.required and value in field.empty_values and parameter.kind is not bool:
        return parameter.empty if parameter.default is UNSET else parameter.default
    if inspect.isclass(parameter.kind) and issubclass(parameter.kind, enum.Enum):
        return parameter.kind(value)
    return value


def _texts(given: Any) -> Iterator[str]:
    """Every text inside a raw value, names included."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict):
        for name, value in given.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(given, list | tuple):
        for value in given:
            yield from _texts(value)


def plain(parameter: Parameter, value: Any, currency: str) -> Any:
    """The way back: a typed value as a program would send it."""
    if value is None or parameter.meta.secret or value is UNSET:
        return None
    if parameter.is_lines:
        inner = parameter.line_parameters
        return [{n: plain(p, getattr(line, n), currency) for n, p in inner.items()} for line in value]
    if parameter.many:
        return [_plain_scalar(v) for v in value]
    if parameter.meta.amount:
        return str(to_major(value, currency))
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return written(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value


def written(value: datetime | date | time) -> str:
    """ISO 8601, an instant always in UTC: the same instant is the same text, whatever zone somebody typed it in."""
    if isinstance(value, datetime) and not is_naive(value):
        value = value.astimezone(UTC)
    return value.isoformat()


def unflatten(post: Any, parameters: dict[str, Parameter]) -> dict[str, Any]:
    """An HTML post in the raw shape: `lines-0-item` becomes `lines[0].item`; rows left empty are dropped."""
    raw: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if parameter.is_lines:
            raw[name] = _posted_lines(post, name, list(parameter.line_parameters))
        elif parameter.many and name in post:
            found = post.getlist(name)
            raw[name] = found[0] if len(found) == 1 and not parameter.meta.choices else found
        elif name in post:
            raw[name] = post[name]
        elif parameter.kind is bool:
            raw[name] = False
    return raw


def _posted_lines(post: Any, name: str, columns: list[str]) -> list[dict[str, str]]:
    cell = re.compile(rf"{re.escape(name)}-([0-9]{{1,6}})-\w+")
    numbers = sorted({int(found[1]) for key in post if (found := cell.fullmatch(key))})
    rows = [{c: post[f"{name}-{n}-{c}"] for c in columns if f"{name}-{n}-{c}" in post} for n in numbers[:LINES_MAX]]
    return [row for row in rows if any(str(v).strip() for v in row.values())]
