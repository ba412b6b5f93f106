"""The JSON API: every resource, command and report by the same rules as the pages.

GET collection (cursor pages), POST collection (add), GET record, PATCH record (change), POST record/<command>,
POST /api/v1/do/<module>/<verb>, POST /api/v1/bulk, GET report. Writing needs an Idempotency-Key or makes none; errors are problem+json.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import parse_etags

from enfilade.core import files
from enfilade.core.command import Command, command_named, run_raw
from enfilade.core.command.reading import NAME_MAX, read
from enfilade.core.context import Context, Held, Invalid, NotFound, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.http.problems import problem
from enfilade.core.many import report_json as bulk_json
from enfilade.core.many import work_on
from enfilade.core.models import BulkRun
from enfilade.core.pages.reports import report_answer
from enfilade.core.refs import ref
from enfilade.core.resource import RESOURCES, Resource, resource_for
from enfilade.core.resource.hooks import REPORTS, report_named
from enfilade.core.resource.listing import listing
from enfilade.core.scope import scope

from .answers import etag_of, guard_of, held_json, narrowed, report_json, result_json, with_deprecation

BODY_MAX_BYTES = 5 * 1024 * 1024
DEPTH_MAX = 20
KEY_MAX = 200
# A bulk run is worked on while the caller waits, for so long; a job does the rest.
BULK_SECONDS = 5.0


@view(methods=("GET", "HEAD", "POST"))
def collection(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """List or add."""
    resource = RESOURCES[label]
    if request.method == "POST":
        return _run(request, ctx, _existing(resource.add_command, "new row of", resource).name, {}, 201)
    params = request.GET.copy()
    fields = _fields(params.pop("fields", []))
    page = listing(resource, ctx, params)
    items = narrowed([resource.as_json(ctx, r) for r in page.rows], resource, fields)
    answer = JsonResponse({"items": items, "after": page.after or None, "before": page.before or None})
    return with_deprecation(answer, resource.deprecated)


@view(methods=("GET", "HEAD", "PATCH"))
def record(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """Read or change one."""
    resource = RESOURCES[label]
    if request.method == "PATCH":
        command = _existing(resource.change_command, "change of", resource)
        return _run_on(request, ctx, resource, command, pk)
    shown = resource.as_json(ctx, resource.get(ctx, pk), lines=True)
    tag = etag_of(shown)
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponse(status=304)
        del answer["Content-Type"]
    else:
        answer = JsonResponse(narrowed([shown], resource, _fields(request.GET.getlist("fields")))[0])
    answer["ETag"] = tag
    return with_deprecation(answer, resource.deprecated)


def _fields(given: list[str]) -> list[str]:
    """`fields=number,party` or the name several times."""
    return [name.strip() for text in given for name in text.split(",") if name.strip()]


def _run_on(request: HttpRequest, ctx: Context, resource: Resource, command: Command, pk: int) -> HttpResponse:
    """Run a command on a record; with If-Match only on the record as the caller has seen it."""
    target = str(command.target)
    if if_match := request.headers.get("If-Match", ""):
        ctx.require(resource.view_permission)
        ctx = replace(ctx, guard=guard_of(ctx, resource, target, if_match))
    return _run(request, ctx, command.name, {target: pk}, 200)


def _existing(command: Command | None, what: str, resource: Resource) -> Command:
    if command is None:
        raise NotFound(what, resource.plural)
    return command


@view(methods=("POST",))
def record_command(request: HttpRequest, ctx: Context, label: str, pk: int, verb: str) -> HttpResponse:
    """Run a command on one record."""
    resource = RESOURCES[label]
    for found in resource.commands(ctx):
        if found.verb == verb:
            return _run_on(request, ctx, resource, found, pk)
    raise NotFound("command", verb)


@view(methods=("POST",))
def free_command(request: HttpRequest, ctx: Context, module: str, verb: str) -> HttpResponse:
    """Run any command by its name."""
    return _run(request, ctx, f"{module}.{verb}", {}, 200)


@view(methods=("POST",))
def bulk(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Run one command on many rows, with the inputs of core.run_many: 200 with a report per row, 202 where a job goes on with it."""
    ctx.require("core.run_many")
    rehearse, key = _rehearse(request), _key(request)
    run = run_raw(replace(ctx, key="" if rehearse else key, rehearse=rehearse), "core.run_many", _body(request))
    if not rehearse and run.state != BulkRun.State.FINISHED:
        run = work_on(ctx, run.pk, BULK_SECONDS)
    done = rehearse or run.state == BulkRun.State.FINISHED
    answer = JsonResponse(bulk_json(run, kept=not rehearse), status=200 if done else 202)
    if not rehearse:
        answer["Location"] = f"{RESOURCES['core.bulkrun'].api_url()}{run.pk}/"
    return answer


@view()
def report(request: HttpRequest, ctx: Context, module: str, name: str) -> HttpResponse:
    """A report's figures; with `format`, the same as a file."""
    found = report_named(f"{module}.{name}")
    ctx.require(found.permission)
    ending = request.GET.get("format", "json")
    inputs = read(found.parameters, {k: v for k, v in request.GET.items() if k != "format"}, ctx.company.currency)
    if ending != "json":
        return report_answer(ctx, found, inputs, ending)
    return JsonResponse(report_json(found.figures(ctx, inputs)))


@view()
def index(request: HttpRequest, ctx: Context) -> HttpResponse:
    """What there is."""
    resources = [{"label": r.label, "url": r.api_url()} for r in RESOURCES.values() if ctx.may(r.view_permission)]
    reports = [{"label": r.label, "url": f"/api/v1/reports/{r.module}/{r.name}/"} for r in REPORTS.values() if ctx.may(r.permission)]
    return JsonResponse(
        {"company": ctx.company.slug, "user": ctx.user.email, "resources": resources, "reports": reports, "openapi": "/api/v1/openapi.json"}
    )


@view(methods=("POST",))
def upload(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Keep a file (multipart, part `file`); its id is then an input of a command."""
    kept = files.keep_upload(ctx, request.FILES.get("file"), key=_key(request))
    return JsonResponse(
        {"id": kept.pk, "ref": ref(kept), "name": kept.name, "media_type": kept.media_type, "size_bytes": kept.size_bytes}, status=201
    )


@view()
def download(request: HttpRequest, ctx: Context, pk: int) -> HttpResponseBase:
    """A file, as it was given: for whoever gave it, or may see a record that carries it."""
    return files.response(files.file_for(ctx, pk))


def _run(request: HttpRequest, ctx: Context, name: str, target: dict[str, Any], status: int) -> HttpResponse:
    """Run a command with the body's inputs. 202 with the held command when it waits at a door."""
    key, rehearse = _key(request), _rehearse(request)
    command = command_named(name)
    raw = {**_body(request), **target}
    try:
        result = run_raw(replace(ctx, key="" if rehearse else key, rehearse=rehearse), name, raw)
    except Held as held:
        return with_deprecation(problem(202, "held", held.held.reason, **held_json(held.held)), command.deprecated)
    with scope(ctx.company_id, read_only=True):
        body = result_json(ctx, result)
    answer = JsonResponse(body, status=200 if rehearse else status)
    if isinstance(result, models.Model) and status == 201 and not rehearse and (resource := resource_for(result)):
        answer["Location"] = f"{resource.api_url()}{result.pk}/"
    return with_deprecation(answer, command.deprecated)


def _key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_MAX or not key.isprintable():
        raise Invalid({"Idempotency-Key": [f"A key has at most {KEY_MAX} printable characters."]})
    return str(key)


def _rehearse(request: HttpRequest) -> bool:
    return request.GET.get("rehearse", "").lower() in {"1", "true"}


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request; refused with a sentence when it is none, too large or too deep."""
    try:
        data = request.body
    except RequestDataTooBig:
        raise TooLarge from None
    if len(data) > BODY_MAX_BYTES:
        raise TooLarge
    if not data:
        return {}
    if request.content_type not in {"application/json", "application/merge-patch+json"}:
        raise UnknownMedia
    try:
        found = json.loads(data.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_each_once)
    except Invalid:
        raise
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Invalid({"": [f"The body is not JSON{where}."]}) from None
    if not isinstance(found, dict) or _depth(found) > DEPTH_MAX:
        raise Invalid({"": ["Send one JSON object, not nested deeper than 20 levels."]})
    return found


class UnknownMedia(Refusal):
    """The body is of a media type that nobody here reads."""

    status = 415

    def __init__(self) -> None:
        super().__init__("media_type", "Send application/json.")


class TooLarge(Refusal):
    """The body is larger than anybody here reads."""

    status = 413

    def __init__(self) -> None:
        super().__init__("too_large", f"Send at most {BODY_MAX_BYTES // 1024 // 1024} MB. Files go to /api/v1/files/.")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name that is said twice is refused, since two readers would take two different values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid({twice[:NAME_MAX]: [f"{twice[:NAME_MAX]!r} is given twice."]})
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(v) for v in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(v) for v in value), default=0)
    return 0
