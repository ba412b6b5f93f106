"""JSON Schema of what comes out: rows by their resource, results of commands and reports by their return annotations, problems."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from enfilade.core.command import Command
from enfilade.core.fields import AmountField
from enfilade.core.resource import Resource, resource_for
from enfilade.core.resource.columns import field_at, public_name
from enfilade.core.resource.hooks import Figures, Report

from .schemas import AMOUNT, PLAIN

Schema = dict[str, Any]
REFERENCE: Schema = {
    "type": "object",
    "description": "A record by its name: all that is said of a row that has no resource, or that the caller may not read.",
    "required": ["id", "ref", "label"],
    "properties": {"id": {"type": "integer"}, "ref": {"type": "string"}, "label": {"type": "string"}},
}
NOTHING: Schema = {
    "type": "object",
    "description": "The command gives nothing back, or ran under this key before and its result is no record.",
    "required": ["result"],
    "properties": {"result": {"type": "null"}},
}
FILE: Schema = {
    "type": "object",
    "description": "A file that is kept; its id is an input of commands.",
    "required": ["id", "ref", "name", "media_type", "size_bytes"],
    "properties": {"id": PLAIN[int], "ref": PLAIN[str], "name": PLAIN[str], "media_type": PLAIN[str], "size_bytes": PLAIN[int]},
}
_FIELDS: tuple[tuple[Any, Schema], ...] = (
    (AmountField, AMOUNT),
    (models.BooleanField, PLAIN[bool]),
    (models.DateTimeField, PLAIN[datetime]),
    (models.DateField, PLAIN[date]),
    (models.TimeField, PLAIN[time]),
    (models.DecimalField, PLAIN[Decimal]),
    (models.IntegerField | models.DurationField, PLAIN[int]),
    (models.CharField | models.TextField | models.UUIDField, PLAIN[str]),
)


def named(name: str) -> Schema:
    """A reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def row_schema(resource: Resource) -> Schema:
    """A row as programs read it; its lines where one record is read."""
    properties: Schema = dict(REFERENCE["properties"])
    for path in dict.fromkeys((*resource.columns, *resource.shown())):
        properties[public_name(path)] = _column(resource.model, path)
        if isinstance(field_at(resource.model, path), models.ForeignKey):
            properties[f"{path}_label"] = {"type": ["string", "null"]}
    for name, columns in resource.lines.items():
        properties[name] = {"type": "array", "items": _line(resource.model, name, columns)}
    return {
        "type": "object",
        "description": inspect.getdoc(resource.model) or "",
        "required": REFERENCE["required"],
        "properties": properties,
    }


def _line(model: type[models.Model], name: str, columns: tuple[str, ...]) -> Schema:
    """A line of a record: its key and the columns that the declaration names."""
    related: Any = next((f.related_model for f in model._meta.get_fields() if f.is_relation and _accessor(f) == name), None)
    found = {public_name(c): {} if related is None else _column(related, c) for c in columns}
    return {"type": "object", "required": ["id", *found], "properties": {"id": {"type": "integer"}, **found}}


def _accessor(field: Any) -> str:
    return str(field.get_accessor_name() if field.auto_created and not field.concrete else field.name)


def _column(model: type[models.Model], path: str) -> Schema:
    """One column: by its database field, or by what its property or method says that it gives."""
    field, through_null = field_at(model, path), _may_be_missing(model, path)
    if field is None:
        return _computed(model, path)
    made = _of_field(field)
    return or_null(made) if field.null or through_null else made


def _of_field(field: models.Field[Any, Any]) -> Schema:
    if isinstance(field, models.ForeignKey):
        return {"type": "integer", "x-ref": field.related_model._meta.label_lower}
    if isinstance(field, ArrayField):
        return {"type": "array", "items": _of_field(field.base_field)}
    made = next((dict(schema) for known, schema in _FIELDS if isinstance(field, known)), {})
    if field.choices and made:
        made["enum"] = list(dict.fromkeys([k for k, _ in field.flatchoices] + ([""] if field.blank else [])))
    return made


def _may_be_missing(model: type[models.Model], path: str) -> bool:
    """Whether a link on the way to the column may be empty."""
    head = path.rpartition("__")[0]
    while head:
        link = field_at(model, head)
        if link is None or link.null:
            return True
        head = head.rpartition("__")[0]
    return False


def _computed(model: type[models.Model], path: str) -> Schema:
    head, _, name = path.rpartition("__")
    owner: Any = model
    if head:
        link = field_at(model, head)
        owner = link.related_model if isinstance(link, models.ForeignKey) else None
    found = inspect.getattr_static(owner, name, None) if owner is not None else None
    function = getattr(found, "fget", None) or getattr(found, "func", None) or found
    hint = _returned(function) if callable(function) else None
    inner, optional = _peel(hint)
    made = dict(AMOUNT) if name.endswith("_minor") and inner is int else value_schema_of(inner)
    return or_null(made) if head or optional else made


def _returned(function: Callable[..., Any]) -> Any:
    """What a function says that it returns; Any where its annotation can't be read here."""
    try:
        return typing.get_type_hints(function).get("return", Any)
    except NameError:
        return Any


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    kind = schema.get("type")
    if not schema or (isinstance(kind, list) and "null" in kind):
        return schema
    if not isinstance(kind, str) or "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    made = {**schema, "type": [kind, "null"]}
    return {**made, "enum": [*made["enum"], None]} if "enum" in made else made


def result_schema(command: Command) -> Schema:
    """What a command answers with (see `views.result_json`): a record, values by name, a list of items, or `result`."""
    return _result(command.result)


def _result(hint: Any) -> Schema:
    inner, optional = _peel(hint)
    if inner in (None, types.NoneType):
        return named("Nothing")
    if inspect.isclass(inner) and issubclass(inner, models.Model):
        found = resource_for(inner)
        made = named(found.label if found else "Reference")
        return {"anyOf": [made, named("Nothing")]} if optional else made
    if is_dataclass(inner):
        made = value_schema_of(inner)
    elif typing.get_origin(inner) in {list, tuple}:
        items = {"type": "array", "items": _result(typing.get_args(inner)[0])}
        made = {"type": "object", "required": ["items"], "properties": {"items": items}}
    else:
        made = {"type": "object", "required": ["result"], "properties": {"result": value_schema_of(hint)}}
    return {"anyOf": [made, named("Nothing")]}


def report_schema(report: Report) -> Schema:
    """The figures of a report, by the annotation of the function that makes them; a plain dict is a table."""
    hint = _returned(report.build)
    return named("Figures") if typing.get_origin(hint) is dict or hint is Figures else value_schema_of(hint)


def shared_schemas() -> Schema:
    """What many answers have in common."""
    return {"Reference": REFERENCE, "Nothing": NOTHING, "Figures": value_schema_of(Figures), "Problem": problem_schema(), "File": FILE}


def value_schema_of(hint: Any) -> Schema:
    """A value by its annotation, as `to_plain` writes it; {} where the annotation says nothing."""
    inner, optional = _peel(hint)
    if optional:
        return or_null(value_schema_of(inner))
    origin = typing.get_origin(inner)
    if origin in {list, tuple, set, frozenset} or inner in (list, tuple):
        args = typing.get_args(inner)
        return {"type": "array", "items": value_schema_of(args[0]) if args else {}}
    if origin is typing.Literal:
        return {"enum": list(typing.get_args(inner))}
    if origin is dict or inner is dict:
        return {"type": "object"}
    if inspect.isclass(inner):
        return _of_class(inner)
    return {}


def _of_class(kind: type) -> Schema:
    if issubclass(kind, enum.Enum):
        return {"enum": [m.value for m in kind]}
    if issubclass(kind, models.Model):
        return {"type": "integer", "x-ref": kind._meta.label_lower}
    if is_dataclass(kind):
        return _object(kind, [f.name for f in fields(kind)])
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return _object(kind, [n for n, h in hints.items() if typing.get_origin(h) is not typing.NotRequired])
    return dict(PLAIN.get(kind, {}))


def _object(kind: type, required: list[str]) -> Schema:
    hints = typing.get_type_hints(kind)
    made: Schema = {"type": "object", "required": required, "properties": {n: value_schema_of(h) for n, h in hints.items()}}
    return {**made, "description": doc} if (doc := inspect.getdoc(kind)) else made


def _peel(hint: Any) -> tuple[Any, bool]:
    """The annotation without Annotated, Required and `| None`; whether None was among it."""
    origin = typing.get_origin(hint)
    if origin in {typing.Annotated, typing.Required, typing.NotRequired}:
        return _peel(typing.get_args(hint)[0])
    if origin in {typing.Union, types.UnionType}:
        rest = [a for a in typing.get_args(hint) if a is not types.NoneType]
        optional = len(rest) < len(typing.get_args(hint))
        return (_peel(rest[0])[0] if len(rest) == 1 else Any, optional)
    return hint, False


def problem_schema() -> Schema:
    """A refusal."""
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "RFC 9457 problem document.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "retryable": {"type": "boolean"},
            "errors": {
                "type": "array",
                "items": {"type": "object", "required": ["field", "detail"], "properties": {"field": text, "detail": text}},
            },
            "hints": {"type": "array", "items": {"type": "object"}},
        },
    }
