"""JSON Schema of what goes in and comes out: inputs of commands, rows of resources, problems."""

from __future__ import annotations

import enum
import inspect
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

from enfilade.core.command import Command
from enfilade.core.command.inputs import Parameter
from enfilade.core.fields import AmountField
from enfilade.core.resource import Resource
from enfilade.core.resource.columns import field_at, public_name

AMOUNT = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "description": "Decimal amount in major units."}
_PLAIN: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": "string", "format": "decimal"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    dict: {"type": "object"},
    str: {"type": "string"},
}


def row_schema(resource: Resource) -> dict[str, Any]:
    """JSON Schema of a row as programs read it."""
    properties: dict[str, Any] = {"id": {"type": "integer"}, "ref": {"type": "string"}, "label": {"type": "string"}}
    for path in dict.fromkeys((*resource.columns, *resource.shown())):
        properties[public_name(path)] = _column_schema(resource, path)
        if isinstance(field_at(resource.model, path), models.ForeignKey):
            properties[f"{path}_label"] = {"type": ["string", "null"]}
    for name in resource.lines:
        properties[name] = {"type": "array", "items": {"type": "object"}}
    return {"type": "object", "description": inspect.getdoc(resource.model) or "", "properties": properties}


def _column_schema(resource: Resource, path: str) -> dict[str, Any]:
    field = field_at(resource.model, path)
    if field is None:
        return {}
    if isinstance(field, models.ForeignKey):
        return {"type": ["integer", "null"]} if field.null else {"type": "integer"}
    for known, schema in (
        (AmountField, AMOUNT),
        (models.BooleanField, _PLAIN[bool]),
        (models.DateTimeField, _PLAIN[datetime]),
        (models.DateField, _PLAIN[date]),
        (models.DecimalField, _PLAIN[Decimal]),
        (models.IntegerField, _PLAIN[int]),
        (models.JSONField, {}),
        (models.CharField | models.TextField, _PLAIN[str]),
    ):
        if isinstance(field, known):
            made = dict(schema)
            if field.choices:
                made["enum"] = [k for k, _ in field.flatchoices] + ([""] if field.blank else [])
            if field.null and "type" in made:
                made["type"] = [made["type"], "null"]
            return made
    return {}


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """JSON Schema of one input."""
    if parameter.is_lines:
        inner = parameter.line_parameters
        item = {
            "type": "object",
            "properties": {n: parameter_schema(p) for n, p in inner.items()},
            "required": [n for n, p in inner.items() if p.required],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "title": parameter.label}
    one = value_schema(parameter)
    made: dict[str, Any] = {"type": "array", "items": one} if parameter.many else one
    if not parameter.required and "type" in made and isinstance(made["type"], str):
        made = {**made, "type": [made["type"], "null"]}
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return {**made, "title": parameter.label, **({"description": parameter.help} if parameter.help else {})}


def value_schema(parameter: Parameter) -> dict[str, Any]:
    """JSON Schema of one value, were it needed."""
    choices = getattr(parameter.field, "choices", None)
    if parameter.is_row:
        return {"type": "integer", "minimum": 1, "x-ref": parameter.kind._meta.label_lower}
    if parameter.meta.amount:
        return dict(AMOUNT)
    if inspect.isclass(parameter.kind) and issubclass(parameter.kind, enum.Enum):
        return {"type": "string", "enum": [m.value for m in parameter.kind]}
    if choices and not parameter.many:
        return {"type": "string", "enum": [k for k, _ in choices if k != ""]}
    made = dict(_PLAIN.get(parameter.kind, {"type": "string"}))
    if parameter.kind is str and getattr(parameter.field, "max_length", None):
        made["maxLength"] = parameter.field.max_length  # type: ignore[attr-defined]
    return made


def inputs_schema(command: Command, *, without: str | None = None) -> dict[str, Any]:
    """JSON Schema of a command's inputs. without: the input that the address names already."""
    inputs = {n: p for n, p in command.parameters.items() if n != without}
    return {
        "type": "object",
        "properties": {n: parameter_schema(p) for n, p in inputs.items()},
        "required": [n for n, p in inputs.items() if p.required and not p.partial],
        "additionalProperties": False,
    }


def problem_schema() -> dict[str, Any]:
    """JSON Schema of a refusal."""
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
            "errors": {"type": "array", "items": {"type": "object", "properties": {"field": text, "detail": text}}},
            "hints": {"type": "array", "items": {"type": "object"}},
        },
    }
