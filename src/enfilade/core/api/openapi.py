"""OpenAPI 3.1 of everything that is declared, made from the same fields that read the inputs."""

from __future__ import annotations

import enum
import inspect
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models
from django.http import HttpRequest, JsonResponse

from enfilade.core.command import REGISTRY, Command
from enfilade.core.command.inputs import Parameter
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.http.dispatch import view
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.columns import field_at, public_name
from enfilade.core.resource.hooks import REPORTS, Report

AMOUNT = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "description": "Decimal amount in major units."}
PROBLEM = {"$ref": "#/components/schemas/Problem"}
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


@view()
def openapi_view(request: HttpRequest, ctx: Context) -> JsonResponse:
    """/api/v1/openapi.json."""
    return JsonResponse(document())


@lru_cache
def document() -> dict[str, Any]:
    """The whole document, in a stable order."""
    paths: dict[str, Any] = {}
    for label in sorted(RESOURCES):
        paths |= _resource_paths(RESOURCES[label])
    for name in sorted(REGISTRY):
        paths |= _command_path(REGISTRY[name])
    for label in sorted(REPORTS):
        paths |= _report_path(REPORTS[label])
    paths["/api/v1/files/"] = {
        "post": _operation(
            "upload_file",
            "Keep a file; its id is an input of commands.",
            {"201": _json("Kept", {"type": "object"})},
            body={
                "content": {
                    "multipart/form-data": {
                        "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
                    }
                }
            },
        )
    }
    schemas = {RESOURCES[label].label: _row_schema(RESOURCES[label]) for label in sorted(RESOURCES)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Enfilade", "version": "1", "description": "Every resource, command and report of this house."},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": _problem_responses(),
            "schemas": {**schemas, "Problem": _problem_schema()},
        },
    }


def _problem_schema() -> dict[str, Any]:
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


def _row_schema(resource: Resource) -> dict[str, Any]:
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
    one = _value_schema(parameter)
    made: dict[str, Any] = {"type": "array", "items": one} if parameter.many else one
    if not parameter.required and "type" in made and isinstance(made["type"], str):
        made = {**made, "type": [made["type"], "null"]}
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return {**made, "title": parameter.label, **({"description": parameter.help} if parameter.help else {})}


def _value_schema(parameter: Parameter) -> dict[str, Any]:
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


def inputs_schema(command: Command) -> dict[str, Any]:
    """JSON Schema of a command's inputs."""
    required = [n for n, p in command.parameters.items() if p.required and not p.partial]
    return {
        "type": "object",
        "properties": {n: parameter_schema(p) for n, p in command.parameters.items()},
        "required": required,
        "additionalProperties": False,
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


PROBLEMS = {
    "202": "Held at a door",
    "400": "Not understood",
    "401": "Sign in first",
    "403": "Not allowed",
    "404": "Not found",
    "405": "Not that way",
    "409": "Refused",
    "413": "Too large",
    "415": "Wrong media type",
    "422": "Not valid",
    "503": "Outcome unknown",
}


def _problems(*codes: str) -> dict[str, Any]:
    return {c: {"$ref": f"#/components/responses/Problem{c}"} for c in codes}


def _problem_responses() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {f"Problem{c}": {"description": words, "content": content} for c, words in PROBLEMS.items()}


def _operation(
    name: str,
    summary: str,
    responses: dict[str, Any],
    *,
    body: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
    permission: str = "",
    tag: str = "core",
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "responses": {**responses, **_problems("400", "401", "403", "404", "405")},
    }
    if permission:
        made["x-permission"] = permission
    if parameters:
        made["parameters"] = parameters
    if body:
        made["requestBody"] = body
        made["responses"] |= _problems("202", "409", "413", "415", "422", "503")
    return made


def _resource_paths(resource: Resource) -> dict[str, Any]:
    row = {"$ref": f"#/components/schemas/{resource.label}"}
    page = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": row},
            "after": {"type": ["string", "null"]},
            "before": {"type": ["string", "null"]},
        },
    }
    name, tag, may = resource.name, resource.module, resource.view_permission
    listing = _operation(
        f"list_{name}",
        f"List {resource.plural.lower()}.",
        {"200": _json("A page", page), **_problems("422")},
        parameters=_list_parameters(resource),
        permission=may,
        tag=tag,
    )
    paths: dict[str, Any] = {resource.api_url(): {"get": listing}}
    one = f"{resource.api_url()}{{id}}/"
    paths[one] = {
        "parameters": [_id()],
        "get": _operation(f"get_{name}", f"Read one {resource.singular}.", {"200": _json("The record", row)}, permission=may, tag=tag),
    }
    for verb, path, method, status in (("add", resource.api_url(), "post", "201"), ("change", one, "patch", "200")):
        command = REGISTRY.get(f"{resource.module}.{verb}_{name}")
        if command is not None and command.own_parameters is not None:
            schema = inputs_schema(command)
            schema = {
                **schema,
                "properties": {k: v for k, v in schema["properties"].items() if k != command.target},
                "required": [r for r in schema["required"] if r != command.target],
            }
            paths[path][method] = _writing(command, f"{command.verb}", schema, {status: _json("The record", row)}, tag)
    for command in sorted(REGISTRY.values(), key=lambda c: c.name):
        if command.target_model is resource.model and not command.hidden and command.own_parameters is None:
            schema = inputs_schema(command)
            schema = {
                **schema,
                "properties": {k: v for k, v in schema["properties"].items() if k != command.target},
                "required": [r for r in schema["required"] if r != command.target],
            }
            paths[f"{one}{command.verb}/"] = {
                "parameters": [_id()],
                "post": _writing(command, f"{command.verb}_of_{name}", schema, {"200": _json("Result", {"type": "object"})}, tag),
            }
    return paths


def _command_path(command: Command) -> dict[str, Any]:
    made = _writing(
        command, f"do_{command.module}_{command.verb}", inputs_schema(command), {"200": _json("Result", {"type": "object"})}, command.module
    )
    return {f"/api/v1/do/{command.module}/{command.verb}/": {"post": made}}


def _writing(command: Command, name: str, schema: dict[str, Any], responses: dict[str, Any], tag: str) -> dict[str, Any]:
    headers = [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "maxLength": 200},
            "description": "The same key gives the first answer again.",
        },
        {"name": "rehearse", "in": "query", "schema": {"type": "boolean"}, "description": "Run everything, show the result, keep nothing."},
    ]
    body = {"content": {"application/json": {"schema": schema}}, "required": bool(schema["required"])}
    made = _operation(name, command.summary, responses, body=body, parameters=headers, permission=command.permission, tag=tag)
    return {**made, "x-command": command.name, **({"x-door": True} if command.door else {})}


def _id() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def _list_parameters(resource: Resource) -> list[dict[str, Any]]:
    names = ["q", "sort", "after", "before", "limit"]
    for name in resource.filters:
        field = field_at(resource.model, name)
        names += [public_name(name)] + (
            [f"{public_name(name)}_from", f"{public_name(name)}_to"] if isinstance(field, models.DateField | AmountField) else []
        )
    return [{"name": n, "in": "query", "schema": {"type": "string"}} for n in names]


def _report_path(report: Report) -> dict[str, Any]:
    inputs = [{"name": n, "in": "query", "required": p.required, "schema": _value_schema(p)} for n, p in report.parameters.items()]
    made = _operation(
        f"report_{report.module}_{report.name}",
        report.summary or report.title,
        {"200": _json("Figures", {"type": "object"}), **_problems("422")},
        parameters=inputs,
        permission=report.permission,
        tag=report.module,
    )
    return {f"/api/v1/reports/{report.module}/{report.name}/": {"get": made}}
