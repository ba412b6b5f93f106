"""Export and import of a resource on pages: CSV out, a file in with a preview first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from enfilade.core import files
from enfilade.core.context import Context, Invalid, NotFound, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.importing import import_stored
from enfilade.core.models import StoredFile
from enfilade.core.refs import key_of
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.transfer import ImportResult, export_csv, may_import
from enfilade.core.scope import scope

from .commands import METHODS


@view()
def export_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/export.csv with the filters of the list."""
    resource = RESOURCES[label]
    answer = HttpResponse("".join(export_csv(resource, ctx, request.GET)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{resource.label}.csv"'
    return answer


@view(methods=METHODS)
def import_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/import/: upload -> preview -> result. The preview is a rehearsal of the whole import."""
    resource = RESOURCES[label]
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    context: dict[str, Any] = {
        "resource": resource,
        "step": "upload",
        "crumbs": [{"label": resource.plural, "url": resource.list_url()}, {"label": "Import", "url": ""}],
    }
    if request.method != "POST":
        return _draw(request, context, 200)
    try:
        if "file_id" in request.POST:
            stored = _kept(ctx, request.POST["file_id"])
            # One key per upload: a second click gives the first result.
            result = import_stored(replace(ctx, channel="import", key=f"import:{stored.pk}"), resource, stored)
            context |= {"step": "result", "result": result}
        else:
            stored = files.keep_upload(ctx, request.FILES.get("file"))
            result = import_stored(replace(ctx, channel="import", rehearse=True), resource, stored)
            context |= {"step": "preview", "result": result, "file": stored}
    except Invalid as no:
        return _draw(request, context | {"error": str(no)}, 422)
    except Refusal as no:
        return _draw(request, context | {"error": str(no)}, no.status)
    return _draw(request, context, 200)


def _draw(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    resource, result = context["resource"], context.get("result")
    page = {
        "title": f"Import {resource.plural.lower()}",
        "subtitle": "",
        "step": context["step"],
        "url": f"{resource.list_url()}import/",
        "back_url": resource.list_url(),
        "error": context.get("error", ""),
        "file": context.get("file"),
        "result": _counts(result),
        "formats": "CSV" + (" or vCard" if resource.label == "party.party" else ""),
    }
    return render(request, "core/import.html", {**context, "page": page}, status=status)


def _counts(result: ImportResult | None) -> dict[str, Any] | None:
    return None if result is None else result.as_json()


def _kept(ctx: Context, pk: str) -> StoredFile:
    """A file that the caller herself uploaded."""
    with scope(ctx.company_id, read_only=True):
        row = StoredFile.objects.visible_to(ctx).filter(pk=key_of(pk) or 0, stored_by=ctx.user).first()
    if row is None:
        raise NotFound("file", pk[:20])
    return row


@view()
def file_view(request: HttpRequest, ctx: Context, pk: int) -> HttpResponseBase:
    """/files/<pk>/: only for those who may see a record that carries the file, decided by the file guards."""
    row = StoredFile.objects.visible_to(ctx).filter(pk=pk).first()
    if row is None or not may_open(ctx, row):
        raise NotFound("file", pk)
    return files.response(row)


FileGuard = Any
FILE_GUARDS: list[FileGuard] = [lambda ctx, row: row.stored_by_id == ctx.user.pk]


def may_open(ctx: Context, row: StoredFile) -> bool:
    """Whether the caller gave the file, or may see a record that carries it."""
    return any(guard(ctx, row) for guard in FILE_GUARDS)


def file_guard(run: FileGuard) -> FileGuard:
    """Register `def guard(ctx, stored_file) -> bool`: whether a record of this module lets the caller read the file."""
    FILE_GUARDS.append(run)
    return run
