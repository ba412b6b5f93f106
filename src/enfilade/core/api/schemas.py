"""JSON Schema of what goes in: inputs of commands and reports, one by one; `results` describes what comes out."""

from __future__ import annotations

import enum
import inspect
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from enfilade.core.command import Command
from enfilade.core.command.inputs import Parameter
from enfilade.core.resource import Resource
from enfilade.core.resource.columns import field_at, public_name
from enfilade.core.resource.filtering import endings_of

AMOUNT = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "description": "Decimal amount in major units."}
PLAIN: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": "string", "format": "decimal"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    # A wall time: the format of JSON Schema would ask for an offset.
    time: {"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$"},
    dict: {"type": "object"},
    str: {"type": "string"},
}


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """JSON Schema of one input."""
    if parameter.is_lines:
        inner = parameter.line_parameters
        return {"type": "array", "items": parameters_schema(inner), "title": parameter.label}
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
        keys = [k for k, _ in choices if k != ""]
        return {"type": "integer" if all(isinstance(k, int) for k in keys) else "string", "enum": keys}
    made = dict(PLAIN.get(parameter.kind, {"type": "string"}))
    if parameter.kind is str and getattr(parameter.field, "max_length", None):
        made["maxLength"] = parameter.field.max_length  # type: ignore[attr-defined]
    return made


def inputs_schema(command: Command, *, without: str | None = None) -> dict[str, Any]:
    """JSON Schema of a command's inputs. without: the input that the address names already."""
    return parameters_schema({n: p for n, p in command.parameters.items() if n != without})


def parameters_schema(inputs: dict[str, Parameter]) -> dict[str, Any]:
    """JSON Schema of an object with these inputs and no others."""
    return {
        "type": "object",
        "properties": {n: parameter_schema(p) for n, p in inputs.items()},
        "required": [n for n, p in inputs.items() if p.required and not p.partial],
        "additionalProperties": False,
    }


def filter_names(resource: Resource) -> list[str]:
    """What a list may be filtered by, with all that may be asked of each column."""
    found: list[str] = []
    for column in resource.filters:
        name = public_name(column)
        found += [name, *(name + ending for ending in endings_of(field_at(resource.model, column)))]
    return found
