"""OpenAPI 3.1 of everything that is declared, made from the same fields that read the inputs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, JsonResponse

from enfilade.core.command import REGISTRY, Command
from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.hooks import REPORTS, Report
from enfilade.core.resource.reporting import REPORT_FORMATS

from .results import named, report_schema, result_schema, row_schema, shared_schemas
from .schemas import filter_names, inputs_schema, value_schema

PROBLEMS = {
    "202": "Held at a door",
    "400": "Not understood",
    "401": "Sign in first",
    "403": "Not allowed",
    "404": "Not found",
    "405": "Not that way",
    "409": "Refused",
    "412": "Changed meanwhile",
    "413": "Too large",
    "415": "Wrong media type",
    "422": "Not valid",
    "429": "Too many calls",
    "503": "Outcome unknown",
}
FILE = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}


@view()
def openapi_view(request: HttpRequest, ctx: Context) -> JsonResponse:
    """/api/v1/openapi.json."""
    return JsonResponse(document())


@lru_cache
def document() -> dict[str, Any]:
    """The whole document, in a stable order; what occurs often stands once among the components."""
    paths: dict[str, Any] = {}
    for label in sorted(RESOURCES):
        paths |= _resource_paths(RESOURCES[label])
    for name in sorted(REGISTRY):
        paths |= _command_path(REGISTRY[name])
    for label in sorted(REPORTS):
        paths |= _report_path(REPORTS[label])
    rows = {label: row_schema(RESOURCES[label]) for label in sorted(RESOURCES)}
    inputs = {name: inputs_schema(REGISTRY[name]) for name in sorted(REGISTRY)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Enfilade", "version": "1", "description": "Every resource, command and report of this house."},
        "security": [{"bearer": []}],
        "paths": paths | _bulk_path() | _file_path(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "parameters": _shared_parameters(),
            "responses": {f"Problem{code}": _answer(words, named("Problem"), "problem+json") for code, words in PROBLEMS.items()},
            "schemas": {**rows, **inputs, **shared_schemas()},
        },
    }


def _parameter(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}


def _answer(description: str, schema: dict[str, Any], kind: str = "json") -> dict[str, Any]:
    return {"description": description, "content": {f"application/{kind}": {"schema": schema}}}


def _one(row: dict[str, Any]) -> dict[str, Any]:
    tag = {"schema": {"type": "string"}, "required": True, "description": "Send it back as If-Match when you change what you have read."}
    read = {**_answer("The record", row), "headers": {"ETag": tag}}
    return {"200": read, "304": {"description": "It still is what If-None-Match says."}, **_problems("422")}


def _problems(*codes: str) -> dict[str, Any]:
    return {code: {"$ref": f"#/components/responses/Problem{code}"} for code in codes}


def _in_query(name: str, description: str = "", **schema: Any) -> dict[str, Any]:
    made = {"name": name, "in": "query", "schema": schema or {"type": "string"}}
    return {**made, "description": description} if description else made


def _shared_parameters() -> dict[str, Any]:
    key = {"type": "string", "maxLength": 200}
    tag = {"type": "string", "maxLength": 500}
    return {
        "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}},
        "key": {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": key,
            "description": "The same key gives the first answer again.",
        },
        "if_none_match": {"name": "If-None-Match", "in": "header", "schema": tag, "description": "Answer 304 if it is still that."},
        "if_match": {
            "name": "If-Match",
            "in": "header",
            "schema": tag,
            "description": "Do it only if the record still is what was read under this ETag; else 412.",
        },
        "fields": _in_query("fields", "The wanted fields, with commas between them; id, ref and label always come."),
        "rehearse": _in_query("rehearse", "Run everything, show the result, keep nothing.", type="boolean"),
        "q": _in_query("q", "Every word occurs in one of the searched fields."),
        "sort": _in_query("sort", "A column, with - for downwards."),
        "after": _in_query("after", "The mark of the page before."),
        "before": _in_query("before", "The mark of the page after."),
        "limit": _in_query("limit", "Rows on a page.", type="integer", minimum=1, maximum=200, default=50),
    }


def _operation(name: str, summary: str, tag: str, responses: dict[str, Any], permission: str = "", **more: Any) -> dict[str, Any]:
    made = {"operationId": name, "summary": summary, "tags": [tag], **more}
    if permission:
        made["x-permission"] = permission
    return {**made, "responses": {**responses, **_problems("400", "401", "403", "404", "405", "429")}}


def _writing(command: Command, name: str, status: str, answer: dict[str, Any], *, without: str | None = None) -> dict[str, Any]:
    """An operation that runs a command. without: the input that is in the address."""
    schema = inputs_schema(command, without=without)
    body = {"content": {"application/json": {"schema": schema if without else named(command.name)}}, "required": bool(schema["required"])}
    # A rehearsal makes nothing, so it never answers 201.
    responses = {"200": answer, status: answer, **_problems("202", "409", "413", "415", "422", "503")}
    parameters = [_parameter("key"), _parameter("rehearse"), *([_parameter("if_match")] if without else [])]
    responses |= _problems("412") if without else {}
    more: dict[str, Any] = {"requestBody": body, "parameters": parameters, "x-command": command.name}
    if command.door:
        more["x-door"] = True
    if command.deprecated:
        more["deprecated"] = True
    return _operation(name, command.summary, command.module, responses, command.permission, **more)


def _resource_paths(resource: Resource) -> dict[str, Any]:
    name, may, row = resource.name, resource.view_permission, named(resource.label)
    everything, one = resource.api_url(), f"{resource.api_url()}{{id}}/"
    mark = {"type": ["string", "null"]}
    asked = {"parameters": [_parameter("fields"), _parameter("if_none_match")], **({"deprecated": True} if resource.deprecated else {})}
    page = {"type": "object", "properties": {"items": {"type": "array", "items": row}, "after": mark, "before": mark}}
    pages = {"200": _answer("A page", page), **_problems("422")}
    found: dict[str, Any] = {
        everything: {
            "get": _operation(
                f"list_{name}", f"List {resource.plural.lower()}.", resource.module, pages, may, parameters=_list_parameters(resource)
            )
        },
        one: {
            "parameters": [_parameter("id")],
            "get": _operation(f"get_{name}", f"Read one {resource.singular}.", resource.module, _one(row), may, **asked),
        },
    }
    add, change = resource.add_command, resource.change_command
    if add is not None and not add.hidden:
        found[everything]["post"] = _writing(add, add.verb, "201", _answer("The record", row))
    if change is not None and not change.hidden:
        found[one]["patch"] = _writing(change, change.verb, "200", _answer("The record", row), without=change.target)
    for command in sorted(REGISTRY.values(), key=lambda c: c.name):
        if command.target_model is resource.model and not command.hidden and command is not change:
            operation = _writing(
                command, f"{command.verb}_of_{name}", "200", _answer("Result", result_schema(command)), without=command.target
            )
            found[f"{one}{command.verb}/"] = {"parameters": [_parameter("id")], "post": operation}
    return found


def _list_parameters(resource: Resource) -> list[dict[str, Any]]:
    shared = [_parameter(n) for n in ("q", "sort", "after", "before", "limit", "fields")]
    return shared + [_in_query(n) for n in filter_names(resource)]


def _command_path(command: Command) -> dict[str, Any]:
    operation = _writing(command, f"do_{command.module}_{command.verb}", "200", _answer("Result", result_schema(command)))
    return {f"/api/v1/do/{command.module}/{command.verb}/": {"post": operation}}


def _report_path(report: Report) -> dict[str, Any]:
    inputs = [{"name": n, "in": "query", "required": p.required, "schema": value_schema(p)} for n, p in report.parameters.items()]
    endings = {"type": "string", "enum": ["json", *REPORT_FORMATS], "default": "json"}
    inputs.append({"name": "format", "in": "query", "required": False, "description": "A file instead of JSON.", "schema": endings})
    files = {made.media_type: {"schema": {"type": "string", "format": "binary"}} for made in REPORT_FORMATS.values()}
    found = _answer("Figures", report_schema(report))
    answers = {"200": {**found, "content": {**found["content"], **files}}, **_problems("422")}
    name, summary = f"report_{report.module}_{report.name}", report.summary or report.title
    operation = _operation(name, summary, report.module, answers, report.permission, parameters=inputs)
    return {f"/api/v1/reports/{report.module}/{report.name}/": {"get": operation}}


def _bulk_path() -> dict[str, Any]:
    row = {
        "type": "object",
        "required": ["id", "outcome", "code", "detail", "result"],
        "properties": {
            "id": {"type": "integer"},
            "outcome": {"enum": ["done", "refused", "held"]},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "result": {"type": ["string", "null"]},
        },
    }
    counts = {name: {"type": "integer"} for name in ("total", "done", "refused", "held")}
    found = {
        "id": {"type": ["integer", "null"]},
        "state": {"enum": ["waiting", "running", "finished"]},
        **counts,
        "rows": {"type": "array", "items": row},
    }
    report = {"type": "object", "required": sorted(found), "properties": found}
    answers = {"200": _answer("What became of each row", report), "202": _answer("Under way; the run is read at Location", report)}
    body = {"content": {"application/json": {"schema": named("core.run_many")}}, "required": True}
    operation = _operation(
        "bulk",
        "Run one command on many rows.",
        "core",
        answers | _problems("409", "413", "415", "422", "503"),
        "core.run_many",
        parameters=[_parameter("key"), _parameter("rehearse")],
        requestBody=body,
    )
    return {"/api/v1/bulk/": {"post": operation}}


def _file_path() -> dict[str, Any]:
    answers = {"201": _answer("Kept", named("File")), **_problems("409", "413", "422")}
    body = {"content": {"multipart/form-data": {"schema": FILE}}, "required": True}
    given: dict[str, Any] = {"requestBody": body, "parameters": [{"$ref": "#/components/parameters/key"}]}
    operation = _operation("upload_file", "Keep a file; its id is an input of commands.", "core", answers, **given)
    kept = {"description": "The file.", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    reading = _operation("read_file", "A file, for whoever gave it or may see a record that carries it.", "core", {"200": kept})
    return {"/api/v1/files/": {"post": operation}, "/api/v1/files/{id}/": {"parameters": [_parameter("id")], "get": reading}}
