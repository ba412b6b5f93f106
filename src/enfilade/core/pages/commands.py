"""Commands on pages: the dialog, the rehearsal, the run, and what a held or refused one looks like."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from enfilade.core import audit, files
from enfilade.core.command import Command, command_named, run_raw
from enfilade.core.command.fields import RowField, RowsField
from enfilade.core.command.reading import unflatten
from enfilade.core.context import Context, Held, NotAllowed, NotFound, OutOfReach, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import name_of, say
from enfilade.core.models import HeldCommand, Record, StoredFile
from enfilade.core.resource import rehearsed_parts, resource_for
from enfilade.core.resource.editing import all_seen, unless_changed
from enfilade.core.resource.hooks import DIALOGS
from enfilade.core.rows import in_reach
from enfilade.core.scope import scope

from .forms import CommandForm

METHODS = ("GET", "HEAD", "POST")


@view(methods=METHODS)
def command_view(request: HttpRequest, ctx: Context, module: str, verb: str, pk: int | None = None) -> HttpResponse:
    """/<module>/do/<verb>/ and /<module>/do/<verb>/<pk>/: the form on GET, the run on POST."""
    command = command_named(f"{module}.{verb}")
    ctx.require(command.permission)
    if pk is not None and command.target is None:
        raise NotFound("command on a record", verb)
    return serve(request, ctx, command, pk)


def serve(request: HttpRequest, ctx: Context, command: Command, pk: int | None, title: str = "") -> HttpResponse:
    """Draw or run a command; `pk` is its target row."""
    hidden = (command.target,) if command.target and pk else ()
    form = CommandForm(command, ctx, hidden=(*hidden, *request.GET.get("hide", "").split(",")))
    if request.method != "POST":
        form.values = start_values(ctx, command, request.GET, pk)
        return _draw(request, command, form, form.context(), pk, title, 200)
    raw: dict[str, Any] = {}
    parts: list[dict[str, Any]] = []
    form.key = request.POST.get("_key", "")[:200] or form.key
    rehearse = bool(request.POST.get("rehearse"))
    try:
        raw = _raw(request, ctx, command, pk)
        form.values = raw
        result = run_raw(
            replace(
                ctx,
                key="" if rehearse else form.key,
                rehearse=rehearse,
                guard=_guard(request, ctx, command),
                witness=lambda inside: parts.extend(rehearsed_parts(inside)),
            ),
            command.name,
            raw,
        )
    except Held as held:
        if rehearse:
            return _preview(
                request,
                {
                    "tone": "warn",
                    "sentence": "",
                    "door": {"outcome": "hold", "by": held.held.release_role.replace("_", " "), "why": held.held.reason},
                },
            )
        shown = resource_for(HeldCommand)
        url = shown.url(held.held) if shown and ctx.may(shown.view_permission) else ""
        return _finished(request, f"Held at the door: {held.held.reason}", "warn", url, "See why")
    except NotAllowed:
        raise
    except Refusal as no:
        form.values = form.values or _posted(request.POST, command, pk)
        with scope(ctx.company_id, read_only=True):
            return _draw(request, command, form, form.refused(no), pk, title, 422 if no.status == 422 else 409)
    if rehearse:
        with scope(ctx.company_id, read_only=True):
            return _preview(request, {**preview_of(ctx, command, result), "parts": parts})
    # The words for a result may need rows that were not read yet, and no row exists outside a scope.
    with scope(ctx.company_id, read_only=True):
        return _done(request, ctx, command, result)


def _guard(request: HttpRequest, ctx: Context, command: Command) -> Callable[[Mapping[str, Any]], None] | None:
    """On the page that edits a record: nothing is replaced that somebody else has changed since the form was drawn."""
    try:
        seen = json.loads(request.POST.get("_seen", ""))
    except ValueError:
        return None
    return unless_changed(ctx, command, {str(k): str(v) for k, v in seen.items()}) if isinstance(seen, dict) else None


def start_values(ctx: Context, command: Command, query: Any, pk: int | None) -> dict[str, Any]:
    """What a fresh form shows: the query string, the target row, and for a change the row's present values."""
    values: dict[str, Any] = {n: query[n] for n in command.parameters if n in query}
    if command.target is None or not pk:
        return values
    row = _target(ctx, command, pk)
    values[command.target] = pk
    for name, parameter in command.parameters.items():
        if name == command.target or name in values:
            continue
        if parameter.meta.prefill.startswith("row."):
            found = getattr(row, parameter.meta.prefill.removeprefix("row."))
            values[name] = found() if callable(found) else found
            if isinstance(values[name], models.Model):
                values[name] = values[name].pk
    return values


def _target(ctx: Context, command: Command, pk: int) -> models.Model:
    row: models.Model | None = command.target_model.objects.visible_to(ctx).filter(pk=pk).first()
    if row is None:
        raise NotFound(str(command.target_model._meta.verbose_name), pk)
    if command.permission not in in_reach(ctx, row, command.permission):
        raise OutOfReach(command.permission, ctx.reach(command.permission))
    return row


def _posted(post: Any, command: Command, pk: int | None) -> dict[str, Any]:
    raw = unflatten(post, command.parameters)
    if command.target and pk:
        raw[command.target] = pk
    return raw


def _raw(request: HttpRequest, ctx: Context, command: Command, pk: int | None) -> dict[str, Any]:
    """The post in the raw shape; files are kept first, under their own rights, and referred to."""
    post = request.POST.copy()
    for name, uploads in request.FILES.lists():
        if _takes_file(command, name):
            post.setlist(name, [str(files.keep_upload(ctx, upload).pk) for upload in uploads])
    return _posted(post, command, pk)


def _takes_file(command: Command, name: str) -> bool:
    """Whether an input of the form, or of one of its lines (`documents-0-file`), is a file."""
    head, _, rest = name.partition("-")
    parameter = command.parameters.get(head)
    if parameter is not None and parameter.is_lines:
        parameter = parameter.line_parameters.get(rest.partition("-")[2])
    return parameter is not None and isinstance(parameter.field, RowField | RowsField) and parameter.kind is StoredFile


def _draw(
    request: HttpRequest, command: Command, form: CommandForm, context: dict[str, Any], pk: int | None, title: str, status: int
) -> HttpResponse:
    url = request.get_full_path() if request.method == "POST" else f"{request.path}"
    row = _target(form.ctx, command, pk) if command.target and pk else None
    subject = name_of(row) if row is not None else ""
    dialog = request.GET.get("dialog", "dialog") if request.GET.get("dialog") in {"dialog", "subdialog"} else "dialog"
    own = DIALOGS.get(command.name)
    if own:
        context |= {"body_template": own.template, **own.build(form.ctx, form.values)}
        _arrange(context["form"], context.get("field_order", ()), context.get("field_labels", {}))
    context |= {
        "command": {
            "name": command.name,
            "label": title or command.label,
            "help": command.summary,
            "url": url,
            "tone": command.tone,
            "subject": subject,
        },
        "submit_label": "Save" if title else command.label,
        "can_rehearse": True,
        "form_seen": json.dumps(all_seen(form.ctx, command, row)) if title and isinstance(row, Record) else "",
        "dialog_id": dialog,
        "form_url": url,
        "page": {
            "title": title or command.label,
            "subtitle": subject,
            "back_url": request.headers.get("Referer", "/") if status == 200 else "/",
        },
    }
    template = "core/command_dialog.html" if _in_dialog(request) else "core/form.html"
    if status != 200 and template == "core/form.html" and request.headers.get("HX-Request"):
        template = "core/form.html#form"
    return render(request, template, context, status=status)


def _arrange(form: Any, order: Sequence[str], labels: Mapping[str, str]) -> None:
    """Put the fields of a form in the order, and under the names, that its dialog wants."""
    form.order_fields(order)
    for name, label in labels.items():
        form.fields[name].label = label


def _in_dialog(request: HttpRequest) -> bool:
    target = request.headers.get("HX-Target", "")
    return bool(request.headers.get("HX-Request")) and ("dialog" in target or "dialog" in request.GET)


def preview_of(ctx: Context, command: Command, result: Any) -> dict[str, Any]:
    """What a rehearsal showed: the values that the result would have."""
    if isinstance(result, models.Model):
        resource = resource_for(result)
        columns = resource.shown() if resource else ()
        cells = resource.cells(ctx, result, columns) if resource else []
        changes = (
            [
                {"label": resource.label_of(c), "before": None, "after": cell.text or str(cell.value or "")}
                for c, cell in zip(columns, cells, strict=True)
            ]
            if resource
            else []
        )
        return {
            "tone": "ok",
            "sentence": f"{say(command.label)}: {result}",
            "changes": [c for c in changes if c["after"]],
            "door": {"outcome": "pass"} if command.door else None,
        }
    if is_dataclass(result) and not isinstance(result, type):
        rows = [{"label": k.replace("_", " ").capitalize(), "before": None, "after": v} for k, v in audit.jsonable(vars(result)).items()]
        return {"tone": "ok", "changes": rows}
    return {"tone": "ok", "sentence": f"{command.label} would go through."}


def _preview(request: HttpRequest, preview: dict[str, Any]) -> HttpResponse:
    return render(request, "core/rehearsal.html", {"preview": preview})


def _done(request: HttpRequest, ctx: Context, command: Command, result: Any) -> HttpResponse:
    sentence, url, label = say(f"{command.label}: done."), "", ""
    if is_dataclass(result) and not isinstance(result, type):
        return _told(request, command, result)
    if isinstance(result, models.Model) and result.pk:
        resource = resource_for(result)
        sentence = f"{say(command.label)}: {result}"
        if resource is not None and ctx.may(resource.view_permission):
            url, label = resource.url(result), say("Open")
    if request.GET.get("dialog") == "subdialog" and isinstance(result, models.Model):
        answer = HttpResponse(status=204)
        answer["HX-Trigger"] = json.dumps(
            {"dialog-close": {}, "ref-created": {"id": result.pk, "label": name_of(result)}, "toast": {"text": sentence, "tone": "ok"}}
        )
        return answer
    stays = command.target and request.headers.get("HX-Request") and not _on_its_page(request)
    return _finished(request, sentence, "ok", url, label, goto="" if stays else url)


def _on_its_page(request: HttpRequest) -> bool:
    """Whether the form of a command is the whole page, from which one goes on to what was done; not a button of a record."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path == request.path


def _told(request: HttpRequest, command: Command, result: Any) -> HttpResponse:
    """Values that a command answers, such as a secret that is shown once, stay in sight until they are closed."""
    facts = [{"label": f.name.replace("_", " ").capitalize(), "value": getattr(result, f.name)} for f in fields(result)]
    context = {"facts": facts, "title": command.label, "dialog_id": "dialog", "crumbs": [{"label": command.label, "url": ""}]}
    answer = render(request, f"core/command_result.html{'#result' if _in_dialog(request) else ''}", context)
    answer["HX-Trigger"] = "record-changed"
    return answer


def _finished(request: HttpRequest, sentence: str, tone: str, url: str = "", label: str = "", goto: str = "") -> HttpResponse:
    if request.headers.get("HX-Request") and (_in_dialog(request) or not goto):
        answer = HttpResponse(status=204)
        toast = {"text": sentence, "tone": tone, "url": url, "label": label}
        answer["HX-Trigger"] = json.dumps({"dialog-close": {}, "record-changed": {}, "toast": toast})
        return answer
    messages.add_message(request, messages.SUCCESS if tone == "ok" else messages.WARNING, sentence)
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = goto or url or "/"
        return answer
    return HttpResponseRedirect(goto or url or "/")
