"""Values in and out: raw from any entrance to typed, and typed back to what a program would send.

An HTML post, a JSON body, a command line and an import row are first brought into the same raw shape (text, numbers,
true/false, null, lists of objects), then read by the same fields. `plain` is the way back, which is what the audit keeps,
what a held command is replayed from, and what a key is compared by.
"""

from __future__ import annotations

import enum
import inspect
import re
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import is_naive

from enfilade.core.context import Invalid
from enfilade.core.fields import AmountFormField, to_major

from .currencies import Amounts, RowCurrency, none_known
from .fields import LinesField
from .inputs import UNSET, Parameter

NAME_MAX = 80
LINES_MAX = 1_000
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"", "false", "0", "no", "off"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_SCALAR = (str, int, float, bool, Decimal, date, datetime, time, models.Model, types.NoneType)


def read(parameters: dict[str, Parameter], raw: Any, own: str, rows: RowCurrency = none_known, usual: str = "") -> dict[str, Any]:
    """Raw inputs of any entrance -> typed values (rows still as primary keys, lines as their dataclass).

    own: the company's currency, in which amounts are typed unless the inputs, or a row among them, say another one.
    rows: says the currency of a row. usual: the currency of the inputs that these are a line of.
    Refuses unknown names, wrong types and missing values: Invalid with one sentence per path.
    """
    if not isinstance(raw, dict):
        raise Invalid({"": ["Give an object with named values."]})
    amounts = Amounts(parameters, raw, own, rows, usual)
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
            values[name] = _read_one(parameter, given, amounts)
        except Invalid as no:
            errors |= {f"{name}{path}": e for path, e in no.errors.items()}
        except ValidationError as no:
            errors[name] = list(no.messages)
    if errors:
        raise Invalid(errors)
    return values


def _read_one(parameter: Parameter, given: Any, amounts: Amounts) -> Any:
    field = parameter.field
    if isinstance(field, LinesField):
        return _read_lines(parameter, given, amounts)
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
    if parameter.kind is dict and not parameter.many:
        return _read_object(parameter, given)
    value = field.clean_in(given, amounts.of(parameter)) if isinstance(field, AmountFormField) else field.clean(given)
    if not parameter.required and value in field.empty_values and parameter.kind is not bool:
        return parameter.empty if parameter.default is UNSET else parameter.default
    if inspect.isclass(parameter.kind) and issubclass(parameter.kind, enum.Enum):
        return parameter.kind(value)
    return value


def _read_object(parameter: Parameter, given: Any) -> Any:
    """A JSON value: an object where a command asks for one, whatever its column takes where it is a record's."""
    value = parameter.field.clean(_without_decimals(given))
    if value in parameter.field.empty_values and not parameter.required:
        return parameter.empty if parameter.default is UNSET else parameter.default
    if parameter.own_field is None and not isinstance(value, dict):
        raise ValidationError("Give an object here.", code="type")
    return value


def _without_decimals(given: Any) -> Any:
    """JSON as it is kept: numbers with a point were read exactly for amounts, and here they are plain numbers again."""
    if isinstance(given, Decimal):
        return float(given)
    if isinstance(given, dict):
        return {name: _without_decimals(value) for name, value in given.items()}
    return [_without_decimals(value) for value in given] if isinstance(given, list) else given


def _read_lines(parameter: Parameter, given: Any, amounts: Amounts) -> list[Any]:
    """Lines of the dataclass. Raises Invalid with paths `[2].quantity`."""
    rows = given or []
    if not isinstance(rows, list):
        raise Invalid({"": ["Give a list of lines."]})
    if len(rows) > LINES_MAX:
        raise Invalid({"": [f"At most {LINES_MAX} lines."]})
    if parameter.required and not rows:
        raise Invalid({"": ["Give at least one line."]})
    errors: dict[str, list[str]] = {}
    lines, usual = [], amounts.usual if any(p.meta.amount for p in parameter.line_parameters.values()) else ""
    for number, row in enumerate(rows):
        try:
            lines.append(parameter.kind(**read(parameter.line_parameters, row, amounts.own, amounts.rows, usual)))
        except Invalid as no:
            errors |= {f"[{number}]" + (f".{path}" if path else ""): found for path, found in no.errors.items()}
    if errors:
        raise Invalid(errors)
    return lines


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


def plain_all(
    parameters: dict[str, Parameter], values: dict[str, Any], own: str, rows: RowCurrency = none_known, usual: str = ""
) -> dict[str, Any]:
    """The way back of `read`: typed values as a program would send them."""
    amounts = Amounts(parameters, values, own, rows, usual)
    return {name: _plain_in(parameters[name], value, amounts) for name, value in values.items()}


def _plain_in(parameter: Parameter, value: Any, amounts: Amounts) -> Any:
    if parameter.is_lines and value and value is not UNSET:
        inner = parameter.line_parameters
        usual = amounts.usual if any(p.meta.amount for p in inner.values()) else ""
        return [plain_all(inner, {name: getattr(line, name) for name in inner}, amounts.own, amounts.rows, usual) for line in value]
    return plain(parameter, value, amounts.of(parameter) if parameter.meta.amount and value is not None else "")


def plain(parameter: Parameter, value: Any, currency: str) -> Any:
    """The way back of one input: a typed value as a program would send it. currency: of an amount."""
    if value is None or parameter.meta.secret or value is UNSET:
        return None
    if parameter.meta.amount and not parameter.many:
        return str(to_major(value, currency))
    return to_plain(value)


def to_plain(value: Any) -> Any:
    """Any value as JSON carries it: rows by primary key, decimals and instants as text."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return written(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): to_plain(v) for k, v in value.items()}
    return value if value is None or isinstance(value, bool | int | str | float) else str(value)


def written(value: datetime | date | time) -> str:
    """ISO 8601, an instant always in UTC: the same instant is the same text, whatever zone somebody typed it in."""
    if isinstance(value, datetime) and not is_naive(value):
        value = value.astimezone(UTC)
    return value.isoformat()


def html_name(name: str) -> str:
    """What an input is called in a page: one that is called `form` would hide the form that it stands in from scripts."""
    return "form_" if name == "form" else name


def unflatten(post: Any, parameters: dict[str, Parameter]) -> dict[str, Any]:
    """An HTML post in the raw shape: `lines-0-item` becomes `lines[0].item`; rows left empty are dropped."""
    raw: dict[str, Any] = {}
    if "form" in parameters and html_name("form") in post:
        post = post.copy()
        post.setlist("form", post.pop(html_name("form")))
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
