"""Export and import of a resource on pages: CSV out, a file in through mapping and rehearsal, and how far it has come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render

from enfilade.core import files
from enfilade.core.command import command_named
from enfilade.core.command.reading import unflatten
from enfilade.core.context import Context, Invalid, NotFound, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.importing import check_import, map_import, open_import, run_import, start_import
from enfilade.core.models import ImportBatch, StoredFile
from enfilade.core.resource import RESOURCES, Resource, resource_named
from enfilade.core.resource.imports import ImportResult, may_import
from enfilade.core.resource.intake import ENCODINGS, Intaken, Options, intake_of, read_file
from enfilade.core.resource.manner import DECIMALS, ORDERS
from enfilade.core.resource.mending import refused_file
from enfilade.core.resource.transfer import EXPORTERS, XLSX, export_csv, export_workbook, exported_rows
from enfilade.core.scope import scope

from .commands import METHODS
from .forms import inputs_form

# A file of so many rows is taken while the page waits; a longer one by a job, and the page shows how far it has come.
AT_ONCE_ROWS = 300
_SEPARATORS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar"))
_MODES = (("both", "Add what is new, change what is there"), ("create", "Only add"), ("update", "Only change"))
_COLUMN = re.compile(r"column-([0-9]{1,4})")


@view()
def export_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponseBase:
    """/<module>/<slug>/export.csv with the filters of the list, sent line by line."""
    resource = RESOURCES[label]
    exported_rows(resource, ctx, request.GET)
    return _attached(
        _in_scope(ctx, lambda: export_csv(resource, ctx, request.GET, ctx.language)), f"{resource.label}.csv", "text/csv; charset=utf-8"
    )


@view()
def export_workbook_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponseBase:
    """/<module>/<slug>/export.xlsx with the filters of the list."""
    resource = RESOURCES[label]
    out = TemporaryFile()  # noqa: SIM115 - closed with the answer
    export_workbook(resource, ctx, request.GET, out, ctx.language)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{resource.label}.xlsx", content_type=XLSX)


@view()
def export_other_view(request: HttpRequest, ctx: Context, label: str, ending: str) -> HttpResponseBase:
    """/<module>/<slug>/export.<ending>: a format of the module's own."""
    resource = RESOURCES[label]
    ctx.require(resource.view_permission)
    found = next((e for e in EXPORTERS.get(label, ()) if e.ending == ending), None)
    if found is None:
        raise NotFound("format", ending[:20])
    rows = exported_rows(resource, ctx, request.GET)
    return _attached(_in_scope(ctx, lambda: found.write(ctx, rows)), f"{resource.label}.{ending}", found.media_type)


def _attached(lines: Iterator[str], name: str, media_type: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _in_scope(ctx: Context, lines: Callable[[], Iterator[str]]) -> Iterator[str]:
    """The lines are drawn when the scope of the request is closed already, so they have one of their own."""
    with scope(ctx.company_id, read_only=True):
        yield from lines()


@view(methods=METHODS)
def import_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/import/: choose a file. What follows has an address of its own, to which one may come back."""
    resource = RESOURCES[label]
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    if request.method != "POST":
        return _draw(request, resource, {"step": "upload"})
    try:
        stored = files.keep_upload(ctx, request.FILES.get("file"))
        batch = open_import(replace(ctx, channel="import"), resource=label, file=stored)
    except Refusal as no:
        return _draw(request, resource, {"step": "upload", "error": str(no)}, _status(no))
    return HttpResponseRedirect(_url(resource, batch))


@view(methods=METHODS)
def batch_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/import/<pk>/: columns and rehearsal of a draft, progress of a running import, report of a finished one."""
    resource = RESOURCES[label]
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    ctx, error, status = replace(ctx, channel="import"), "", 200
    batch = _batch(ctx, label, pk)
    if request.method == "POST":
        try:
            return _step(request, ctx, resource, batch)
        except Refusal as no:
            error, status = str(no), _status(no)
            batch = _batch(ctx, label, pk)
    if batch.state == ImportBatch.State.DRAFT:
        return _draw(request, resource, {**_draft(ctx, resource, batch), "error": error}, status)
    with scope(ctx.company_id, read_only=True):
        result = ImportResult.of(ctx, batch)
    part = "#progress" if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "import-progress" else ""
    shown = {"step": "result", "batch": batch, "result": result.as_json(), "error": error, "verbs": _verbs(ctx, batch)}
    return _draw(request, resource, shown, status, part)


def _verbs(ctx: Context, batch: ImportBatch) -> list[tuple[str, str, str]]:
    """What can be done about a batch in its state, as buttons."""
    made = [command_named(f"core.{verb}") for verb in ("stop_import", "resume_import", "undo_import")]
    moves = ImportBatch.states.moves if ImportBatch.states else {}
    return [(c.verb, c.label, c.tone) for c in made if batch.state in moves[c.verb][0] and ctx.may(c.permission)]


def _step(request: HttpRequest, ctx: Context, resource: Resource, batch: ImportBatch) -> HttpResponse:
    if batch.state != ImportBatch.State.DRAFT:
        # A second click: what the first one gave is on the page.
        return HttpResponseRedirect(_url(resource, batch))
    options = _posted(request, batch)
    reread = _reread(options, batch)
    if options != batch.options:
        batch = map_import(ctx, batch=batch, options=options)
    if "check" in request.POST and not reread:
        return _checked(request, ctx, resource, batch)
    if "start" not in request.POST:
        return _at(request, _url(resource, batch))
    at_once = batch.total_count <= AT_ONCE_ROWS
    # One key per batch: a second click gives the first result.
    start_import(replace(ctx, key=f"import:{batch.pk}"), batch=batch, at_once=at_once)
    if at_once:
        run_import(ctx, batch)
    return HttpResponseRedirect(_url(resource, batch))


def _posted(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """The options as the form has them; what is not on it stays."""
    post, options = request.POST, dict(batch.options)
    for name in ("encoding", "separator", "sheet", "header_line", "decimal", "dates", "key", "mode"):
        if name in post:
            options[name] = post[name]
    found = {match[1]: str(post[name]) for name in post if (match := _COLUMN.fullmatch(name))}
    options["header_line"] = int(options["header_line"]) if str(options.get("header_line") or "").isdecimal() else 0
    if asks := intake_of(resource_named(batch.resource)).asks:
        options["answers"] = unflatten(post, dict(asks))
    # Another separator or sheet has other columns; what was said of the former ones means nothing there.
    options["mapping"] = {} if _reread(options, batch) else {**batch.options.get("mapping", {}), **found}
    return options


def _reread(options: dict[str, Any], batch: ImportBatch) -> bool:
    """Whether the file is to be read in another way, so that the whole page is another one."""
    return any(str(options.get(n) or "") != str(batch.options.get(n) or "") for n in ("encoding", "separator", "sheet", "header_line"))


def _at(request: HttpRequest, url: str) -> HttpResponse:
    """Go to a page, also from within a part of one."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = url
    return answer


def _checked(request: HttpRequest, ctx: Context, resource: Resource, batch: ImportBatch) -> HttpResponse:
    """The rehearsal, as the part of the page that waits for it; what it needs to be told first is asked for there."""
    page = {"batch": batch, "url": f"{resource.list_url()}import/", "back_url": resource.list_url()}
    try:
        checked = check_import(replace(ctx, rehearse=True, key=""), batch=batch)
    except Invalid as no:
        return render(request, "core/parts/import_check.html", {"page": page | {"asked": str(no)}})
    result: ImportResult = checked.outcome
    page |= {"result": result.as_json(), "total": checked.rehearsed}
    return render(request, "core/parts/import_check.html", {"page": page})


def _draft(ctx: Context, resource: Resource, batch: ImportBatch) -> dict[str, Any]:
    """What the page of a draft draws: how the file is read and what its columns become. The rehearsal comes after it."""
    options = Options.of(batch.options)
    with scope(ctx.company_id, read_only=True), files.open_file(_file(batch)) as content:
        look = read_file(resource, ctx, batch.file_name, content.read(), options, whole=False)
    return {
        "step": "preview",
        "batch": batch,
        "columns": _columns(resource, look),
        "reading": _reading(look, options, {t.kind for t in intake_of(resource).targets(resource) if t.name in look.mapping}),
        "keys": [(t.name, t.label, t.name == (options.key or resource.import_key)) for t in intake_of(resource).keys(resource)],
        "asks": inputs_form(ctx, intake_of(resource).asks, options.answers),
        "modes": [(value, words, value == options.mode) for value, words in _MODES],
    }


def _columns(resource: Resource, look: Intaken) -> list[dict[str, Any]]:
    targets = intake_of(resource).targets(resource)
    header = look.table.header if look.table else ()
    found = []
    for at, name in enumerate(header):
        chosen = look.mapping[at] if at < len(look.mapping) else ""
        choices = [{"value": t.name, "label": t.label, "kind": t.kind, "selected": t.name == chosen} for t in targets]
        kind = next((t.kind for t in targets if t.name == chosen), "")
        found.append({"at": at, "name": name, "samples": look.samples(at), "choices": choices, "chosen": chosen, "kind": kind})
    return found


def _manners(known: dict[str, str], found: str, chosen: str, wanted: set[str]) -> list[tuple[str, str, bool]]:
    """Ways to write numbers or dates, the one that was found first; none where no column holds any."""
    return [("", f"As found: {known[found]}", not chosen), *((v, words, v == chosen) for v, words in known.items())] if wanted else []


def _reading(look: Intaken, options: Options, kinds: set[str]) -> dict[str, Any] | None:
    table = look.table
    if table is None:
        return None
    pages = dict.fromkeys([table.encoding, *ENCODINGS]) if table.encoding else {}
    return {
        "kind": table.kind,
        "encodings": [(name, name == table.encoding) for name in pages],
        "separators": [(value, words, value == table.separator) for value, words in _SEPARATORS] if table.kind == "csv" else [],
        "sheets": [(name, name == table.sheet) for name in table.sheets] if len(table.sheets) > 1 else [],
        "header_line": table.header_line,
        "decimals": _manners(DECIMALS, look.manner.decimal, options.decimal, {"number", "amount"} & kinds),
        "dates": _manners(ORDERS, look.manner.dates, options.dates, {"date"} & kinds),
    }


def _draw(request: HttpRequest, resource: Resource, context: dict[str, Any], status: int = 200, part: str = "") -> HttpResponse:
    batch: ImportBatch | None = context.get("batch")
    page = {
        "title": f"Import {resource.plural.lower()}",
        "url": f"{resource.list_url()}import/",
        "batch_url": _url(resource, batch) if batch else "",
        "back_url": resource.list_url(),
        "formats": " or ".join(filter(None, (", ".join(intake_of(resource).formats[:-1]), intake_of(resource).formats[-1]))),
        "file": batch.file_name if batch else "",
        **context,
    }
    crumbs = [{"label": resource.plural, "url": resource.list_url()}, {"label": "Import", "url": page["url"] if batch else ""}]
    if batch:
        crumbs.append({"label": batch.file_name, "url": ""})
        page |= {
            "percent": round(100 * batch.position / batch.total_count) if batch.total_count else 100,
            "live": f"core.importbatch:{batch.pk}",
        }
    return render(request, f"core/import.html{part}", {"page": page, "crumbs": crumbs, "resource": resource}, status=status)


def _url(resource: Resource, batch: ImportBatch) -> str:
    return f"{resource.list_url()}import/{batch.pk}/"


def _status(no: Refusal) -> int:
    return 422 if isinstance(no, Invalid) else no.status


def _batch(ctx: Context, label: str, pk: int) -> ImportBatch:
    """A batch of the resource; a draft only for the person who opened it."""
    with scope(ctx.company_id, read_only=True):
        rows = ImportBatch.objects.visible_to(ctx).filter(pk=pk, resource=label).select_related("file")
        batch = rows.first()
    if batch is None or (batch.state == ImportBatch.State.DRAFT and batch.user_id != ctx.user.pk):
        raise NotFound("import", pk)
    return batch


def _file(batch: ImportBatch) -> StoredFile:
    if batch.file is None:
        raise NotFound("file of import", batch.pk)
    return batch.file


@view()
def refused_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/import/<pk>/refused: the rows that were left out, in the format of their file, each with what was wrong."""
    resource = resource_named(label)
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    batch = _batch(ctx, label, pk)
    name, media_type, data = refused_file(ctx, resource, batch)
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@view()
def file_view(request: HttpRequest, ctx: Context, pk: int) -> HttpResponseBase:
    """/files/<pk>/: only for those who may see a record that carries the file, decided by the file guards."""
    return files.response(files.file_for(ctx, pk))
