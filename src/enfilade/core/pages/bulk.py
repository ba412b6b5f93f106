"""One command on many chosen rows: the dialog for what they share, the rehearsal, the progress, the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from enfilade.core.command import Command, command_named
from enfilade.core.command.currencies import Amounts
from enfilade.core.command.inputs import Parameter
from enfilade.core.command.reading import unflatten
from enfilade.core.context import Context, Invalid, NotFound, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import name_of
from enfilade.core.many import ROWS_MAX, TOGETHER_MAX, bulk_run, can_be_many, matching_keys, run_many, work_on
from enfilade.core.models import BulkRun
from enfilade.core.refs import key_of, model_of
from enfilade.core.resource import RESOURCES, Resource, resource_for
from enfilade.core.scope import scope

from .commands import METHODS
from .forms import CommandForm


@dataclass(frozen=True)
class BulkLink:
    """Something else that a list offers for chosen rows: a page of a module, opened in the dialog with the keys of the rows."""

    name: str
    label: str
    url: str


# Asked for each list, by resource and caller; None where it offers nothing.
BULK_LINKS: list[Callable[[Resource, Context], BulkLink | None]] = []
# Rows are taken while the page waits, for so long; a job does the rest.
PAGE_SECONDS = 2.0
KEPT = "As it is"


def offered(resource: Resource, ctx: Context) -> list[Command]:
    """Commands that the list offers for chosen rows."""
    if not ctx.may("core.run_many"):
        return []
    return [c for c in resource.commands(ctx) if can_be_many(c) and (resource.bulk is None or c.verb in resource.bulk)]


@dataclass
class ManyForm(CommandForm):
    """The form of a command without its row; the fields of a change stay as they are where nothing is given."""

    def _field(self, parameter: Parameter, amounts: Amounts, *, hidden: bool) -> forms.Field:
        made = super()._field(parameter, amounts, hidden=hidden)
        if not parameter.partial or hidden:
            return made
        pairs = [("true", "Yes"), ("false", "No")] if isinstance(made, forms.BooleanField) else getattr(made, "choices", None)
        if pairs:
            known = [(k, v) for k, v in pairs if k != ""]
            made = forms.ChoiceField(choices=[("", KEPT), *known], label=made.label or "", help_text=made.help_text)
        made.required = made.widget.is_required = False
        made.initial = None
        return made


@view(methods=METHODS)
def many_view(request: HttpRequest, ctx: Context, module: str, verb: str) -> HttpResponse:
    """/<module>/do/<verb>/many/?pk=1&pk=2, or ?all=1 with the filters of the list: the form on GET, the run on POST."""
    command = command_named(f"{module}.{verb}")
    ctx.require("core.run_many")
    ctx.require(command.permission)
    resource = resource_for(command.target_model) if can_be_many(command) else None
    if resource is None:
        raise NotFound("command for many records", verb)
    ctx.require(resource.view_permission)
    form = ManyForm(command, ctx, hidden=(str(command.target),))
    if request.method != "POST":
        form.values = {n: request.GET[n] for n in command.parameters if n in request.GET and n != command.target}
        return _draw(request, resource, form, form.context(), _keys(request, ctx, resource), 200)
    form.key = request.POST.get("_key", "")[:200] or form.key
    keys = [k for k in map(key_of, request.POST.get("_rows", "").split(",")[: ROWS_MAX + 1]) if k is not None]
    rehearse = bool(request.POST.get("rehearse"))
    form.values = _raw(request.POST, command)
    asked = {
        "command": command.name,
        "rows": [str(k) for k in keys],
        "inputs": form.values,
        "whole": request.POST.get("_whole") == "1",
    }
    try:
        run = run_many(replace(ctx, key="" if rehearse else form.key, rehearse=rehearse), **asked)
    except Refusal as no:
        with scope(ctx.company_id, read_only=True):
            return _draw(request, resource, form, form.refused(_of_inputs(no)), keys, 422 if no.status == 422 else 409)
    if not rehearse and run.state != BulkRun.State.FINISHED:
        run = work_on(ctx, run.pk, PAGE_SECONDS)
    with scope(ctx.company_id, read_only=True):
        return _report(request, ctx, run, rehearsed=rehearse)


def _keys(request: HttpRequest, ctx: Context, resource: Resource) -> list[int]:
    """The rows that were ticked, or every row that the filters of the list leave."""
    if "all" not in request.GET:
        return [k for k in dict.fromkeys(map(key_of, request.GET.getlist("pk"))) if k is not None]
    params = request.GET.copy()
    for name in ("all", "pk"):
        params.pop(name, None)
    return matching_keys(ctx, resource, params)


def _raw(post: QueryDict, command: Command) -> dict[str, Any]:
    """What every row shares; of a change, just the fields that somebody filled."""
    raw = unflatten(post, {n: p for n, p in command.parameters.items() if n != command.target})
    return {n: v for n, v in raw.items() if not (command.parameters[n].partial and n not in post) and not _kept(command, n, v)}


def _kept(command: Command, name: str, value: Any) -> bool:
    return command.parameters[name].partial and value in ("", [], None)


def _of_inputs(no: Refusal) -> Refusal:
    """What is wrong with an input stands at its field."""
    if not isinstance(no, Invalid):
        return no
    return Invalid({path.removeprefix("inputs."): sentences for path, sentences in no.errors.items()})


def _draw(request: HttpRequest, resource: Resource, form: ManyForm, context: dict[str, Any], keys: list[int], status: int) -> HttpResponse:
    command = form.command
    count = f"{len(keys):,} {resource.singular if len(keys) == 1 else resource.plural.lower()}"
    context |= {
        "command": {
            "name": command.name,
            "label": command.label,
            "help": command.summary,
            "url": f"/{command.module}/do/{command.verb}/many/",
            "tone": {"danger": "bad"}.get(command.tone, ""),
            "subject": count,
            "submit_label": f"{command.label}: {count}",
        },
        "submit_label": f"{command.label}: {count}",
        "can_rehearse": bool(keys),
        "dialog_id": "dialog",
        "body_template": "core/parts/bulk_body.html",
        "bulk": {
            "keys": ",".join(map(str, keys)),
            "count": len(keys),
            "whole": request.POST.get("_whole") == "1",
            "together_max": TOGETHER_MAX,
            "change": any(p.partial for p in command.parameters.values()),
        },
        "page": {"title": command.label, "subtitle": count, "back_url": resource.list_url()},
        "form_url": f"/{command.module}/do/{command.verb}/many/",
    }
    return render(request, "core/command_dialog.html" if request.headers.get("HX-Request") else "core/form.html", context, status=status)


@view()
def progress_view(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """/bulk/<pk>/: how far a run is that the caller started, for the dialog that asks again every second."""
    return _report(request, ctx, bulk_run(ctx, pk))


def _report(request: HttpRequest, ctx: Context, run: BulkRun, *, rehearsed: bool = False) -> HttpResponse:
    context = {"bulk": report_of(ctx, run) | {"rehearsed": rehearsed, "tried": len(run.report)}}
    if rehearsed:
        return render(request, "core/bulk_rehearsal.html", context)
    if not request.headers.get("HX-Request"):
        rows = RESOURCES[run.resource]
        crumbs = [{"label": rows.plural, "url": rows.list_url()}, {"label": str(run), "url": ""}]
        page = {"title": context["bulk"]["label"], "back_url": rows.list_url()}
        return render(request, "core/bulk_page.html", {**context, "page": page, "crumbs": crumbs})
    answer = render(request, "core/bulk_report.html", context)
    if run.state == BulkRun.State.FINISHED:
        answer["HX-Trigger"] = json.dumps({"record-changed": {}})
    return answer


def report_of(ctx: Context, run: BulkRun) -> dict[str, Any]:
    """What core/parts/bulk_rows.html draws: counts, and each row by name with what became of it; what needs somebody comes first."""
    resource = RESOURCES[run.resource]
    may = ctx.may(resource.view_permission)
    names = _names(ctx, run.resource, [line[0] for line in run.report]) if may else {}
    rows = [_row(ctx, resource, line, names) for line in run.report]
    return {
        "pk": run.pk,
        "label": command_named(run.command).label,
        "nouns": resource.plural.lower(),
        "total": run.total_count,
        "done": run.done_count,
        "refused": run.refused_count,
        "held": run.held_count,
        "had": len(run.report),
        "whole": run.whole,
        "finished": run.state == BulkRun.State.FINISHED,
        "missed": [r for r in rows if r["kind"] != "done"],
        "went": [r for r in rows if r["kind"] == "done"],
    }


def _names(ctx: Context, label: str, keys: Iterable[int]) -> dict[int, str]:
    model = model_of(label)
    if model is None:
        return {}
    rows = RESOURCES[label].rows(ctx).filter(pk__in=list(keys))
    return {row.pk: name_of(row) for row in rows}


def _row(ctx: Context, resource: Resource, line: list[Any], names: dict[int, str]) -> dict[str, Any]:
    key, kind, code, sentence, result = line
    named = names.get(key)
    return {
        "label": named or f"{resource.singular} {key}",
        "url": f"{resource.list_url()}{key}/" if named else "",
        "kind": kind,
        "tone": {"done": "ok", "held": "warn", "refused": "bad"}[kind],
        "code": code,
        "sentence": sentence,
        "held_url": _held_url(ctx, result) if kind == "held" else "",
    }


def _held_url(ctx: Context, reference: str) -> str:
    found = RESOURCES.get("core.heldcommand")
    return f"{found.list_url()}{reference.rpartition(':')[2]}/" if found and reference and ctx.may(found.view_permission) else ""
