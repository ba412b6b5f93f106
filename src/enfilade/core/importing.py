"""Files taken in as batches: opened, mapped, rehearsed, run in steps that can be killed, stopped and taken back.

Every step is a command. The rows are laid down when a batch starts; each further step takes some of them and moves the batch's position in
one transaction, so that a step that was killed left nothing, and one that is run twice takes other rows. Whoever runs the steps (a page, a
command line, a job) may die between any two.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from django.db import OperationalError
from django.utils import timezone

from . import audit, bulk
from .access import HOUSE_EMAIL, context_for, house_context
from .collecting import uncollected
from .command import Choice, Input, Ref, command
from .context import Context, NotFound, Refusal
from .files import open_file, store
from .jobs import for_each_company, job, schedule
from .models import Company, ImportBatch, ImportRow, StoredFile, User, WaitingRows
from .narrowing import limits_narrowed, narrowed
from .resource import Resource, resource_named
from .resource.imports import PROBLEMS_MAX, ImportResult, batch_rows, may_import
from .resource.intake import FileRow, Intaken, Options, found_options, read_file
from .resource.taking import Taker
from .scope import scope
from .traces import carried
from .undoing import take_back

STEP_ROWS = 1_000
QUIET = timedelta(minutes=2)
# All that is known of a row that waits.
_LAID_DOWN = ("position", "line", "command", "inputs", "cells", "outcome", "said")
_OUTCOME = ("outcome", "ref", "changes", "below", "said")
_READ = ("command", "inputs", "cells")


@command(permission="core.import_rows", hidden=True, target="")
def open_import(ctx: Context, *, resource: str, file: Ref[StoredFile], options: dict | None = None) -> ImportBatch:
    """Look at a file: how it is read, and what its columns would become.

    resource: label such as party.party.
    options: encoding, separator, sheet, header_line, mapping, decimal, dates, key, mode; what is not given is found by looking. The columns
        of a file whose header this company imported before mean what they meant then.
    Refuses: not_found, invalid; what is wrong with the file stands in the batch's problems.
    """
    target = _importable(ctx, resource)
    wanted = Options.of(options or {})
    made = read_file(target, ctx, file.name, _content(file), wanted, whole=False)
    if not wanted.mapping and not wanted.named and (known := _remembered(ctx, resource, made.header_key)):
        wanted = replace(wanted, mapping=known.mapping, key=wanted.key or known.key, mode=known.mode if not options else wanted.mode)
        made = read_file(target, ctx, file.name, _content(file), wanted, whole=False)
    batch = ImportBatch(company=ctx.company, resource=resource, file=file, file_name=file.name, at=ctx.now, user=ctx.user)
    _describe(batch, made, wanted)
    batch.save()
    return batch


@command(permission="core.import_rows", hidden=True, target="batch")
def map_import(ctx: Context, *, batch: ImportBatch, options: dict) -> ImportBatch:
    """Say how the file is to be read and what its columns become.

    options: as for open_import; they replace those that stand.
    Refuses: invalid; not_draft.
    """
    wanted = Options.of(options)
    made = read_file(_importable(ctx, batch.resource), ctx, batch.file_name, _content(batch.file), wanted, whole=False)
    _describe(batch, made, wanted)
    batch.save()
    return batch


@command(permission="core.import_rows", hidden=True, target="batch")
def check_import(ctx: Context, *, batch: ImportBatch) -> ImportBatch:
    """Say what an import would do: its first rows are really run, the others read and looked up. Only as a rehearsal.

    Refuses: only_rehearsed; not_draft.
    """
    if not ctx.rehearse:
        raise Refusal("only_rehearsed", "A check keeps nothing; call it as a rehearsal.")
    target, options = _importable(ctx, batch.resource), Options.of(batch.options)
    made = read_file(target, ctx, batch.file_name, _content(batch.file), options)
    taker = Taker(ctx, target, options)
    really = taker.intake.rehearsed_rows
    taker.take(made.rows[:really])
    taker.check(made.rows[really:])
    batch.outcome = ImportResult.of_rows(made.rows, made.problems, taker.labels)  # type: ignore[attr-defined]
    batch.rehearsed = len(made.rows)  # type: ignore[attr-defined]
    return batch


@command(permission="core.import_rows", hidden=True, target="batch")
def start_import(ctx: Context, *, batch: ImportBatch, at_once: bool = False) -> ImportBatch:
    """Lay the rows of a file down and begin to take them.

    at_once: the caller runs the steps; otherwise a job does, and the page may be left.
    Refuses: not_draft.
    """
    target, options = _importable(ctx, batch.resource), Options.of(batch.options)
    with uncollected():
        made = read_file(target, ctx, batch.file_name, _content(batch.file), options)
        _describe(batch, made, options)
        _lay_down(batch, made.rows)
    batch.state, batch.started_at = ImportBatch.State.RUNNING, ctx.now
    _hand_over(ctx, batch)
    if not at_once:
        run_import_job.defer(company_id=ctx.company_id, user_id=ctx.user.pk, batch_id=batch.pk, **carried())
    return batch


@command(permission="core.import_rows", hidden=True, target="batch")
def take_import_rows(ctx: Context, *, batch: ImportBatch) -> ImportBatch:
    """Take the next rows of a running import, in the order of the file; the last step ends it.

    Refuses: not_running; single rows are refused with field and sentence, the good ones stay.
    """
    taker = Taker(ctx, _importable(ctx, batch.resource), Options.of(batch.options), batch.pk)
    waiting = batch.waiting.order_by("position").first()
    with uncollected():
        rows = [FileRow(**dict(zip(_LAID_DOWN, values, strict=True))) for values in json.loads(waiting.rows)] if waiting else []
        taker.take(rows)
        _write_down(batch, rows, whole=taker.intake.remembers)
    if waiting:
        waiting.delete()
    outcomes = [row.outcome for row in rows]
    batch.created_count += outcomes.count(ImportRow.Outcome.CREATED)
    batch.changed_count += outcomes.count(ImportRow.Outcome.CHANGED)
    batch.refused_count += outcomes.count(ImportRow.Outcome.REFUSED)
    batch.position += len(rows)
    batch.moved_at = ctx.now
    if batch.position == batch.total_count:
        batch.state, batch.finished_at = ImportBatch.State.DONE, ctx.now
    batch.save()
    return batch


@command(permission="core.import_rows", target="batch", label="Stop", tone="danger")
def stop_import(ctx: Context, *, batch: ImportBatch, why: str = "") -> ImportBatch:
    """Stop an import between two rows; what was taken stays, the rest waits.

    Refuses: not_running.
    """
    if why:
        batch.problems = [*batch.problems, {"line": 0, "field": "", "sentence": why, "refused": False}][-PROBLEMS_MAX:]
    batch.state, batch.finished_at = ImportBatch.State.STOPPED, ctx.now
    batch.save()
    return batch


@command(permission="core.import_rows", target="batch", label="Go on", tone="primary")
def resume_import(ctx: Context, *, batch: ImportBatch) -> ImportBatch:
    """Go on with an import that was stopped.

    Refuses: not_stopped.
    """
    batch.state, batch.finished_at = ImportBatch.State.RUNNING, None
    _hand_over(ctx, batch)
    run_import_job.defer(company_id=ctx.company_id, user_id=ctx.user.pk, batch_id=batch.pk, **carried())
    return batch


@command(permission="core.undo_import", target="batch", label="Take back", tone="danger")
def undo_import(ctx: Context, *, batch: ImportBatch) -> ImportBatch:
    """Take an import back: what it made is removed unless something used it since, what it changed is put back unless it was changed again.

    What stays is said row by row. Rows that are kept for ever, and numbers that others followed, stay.
    Refuses: not_done_or_stopped.
    """
    rows = list(batch.rows.filter(outcome__in=("created", "changed")).order_by("-position"))
    take_back(ctx, _importable(ctx, batch.resource), batch, rows)
    bulk.update(ImportRow, [{"id": row.pk} | {n: getattr(row, n) for n in _OUTCOME} for row in rows])
    batch.state, batch.undone_at = ImportBatch.State.UNDONE, ctx.now
    batch.save()
    return batch


@command(permission="core.import_rows", hidden=True, target="")
def import_rows(
    ctx: Context,
    *,
    resource: str,
    file: Ref[StoredFile],
    key: str = "",
    mode: Annotated[str, Choice(("both", "Add and change"), ("create", "Only add"), ("update", "Only change"))] = "both",
    options: Annotated[dict | None, Input(help="As for open_import, without key and mode.")] = None,
) -> ImportBatch:
    """Take a whole file in one transaction: for programs, for small files, and for a rehearsal of all of it.

    resource: label such as party.party.
    key: field by which a row is found again; empty means the resource's own.
    Refuses: not_found, invalid; single rows are refused with line and field, the good ones stay.
    """
    batch = open_import(ctx, resource=resource, file=file, options={**(options or {}), "key": key, "mode": mode})
    start_import(ctx, batch=batch, at_once=True)
    while batch.state == ImportBatch.State.RUNNING:
        take_import_rows(ctx, batch=batch)
    batch.outcome = ImportResult.of(ctx, batch)
    return batch


def import_file(ctx: Context, resource: Resource, name: str, data: bytes, options: dict[str, Any] | None = None) -> ImportResult:
    """Keep a file and import it step by step; with ctx.rehearse all of it is run and no row is kept."""
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    with scope(ctx.company_id):
        stored = store(ctx, name, io.BytesIO(data))
    options = Options.of(options or {}).as_json()
    if ctx.rehearse:
        key, mode = options.pop("key"), options.pop("mode")
        whole = import_rows(ctx, resource=resource.label, file=stored, key=key, mode=mode, options=options)
        found: ImportResult = whole.outcome
        return found
    batch = open_import(ctx, resource=resource.label, file=stored, options=options)
    start_import(replace(ctx, key=""), batch=batch, at_once=True)
    return run_import(ctx, batch)


def run_import(ctx: Context, batch: ImportBatch) -> ImportResult:
    """Run the steps of a started import until it is done or stopped; the result so far."""
    while True:
        with scope(ctx.company_id, read_only=True):
            batch = ImportBatch.objects.visible_to(ctx).get(pk=batch.pk)
            if batch.state != ImportBatch.State.RUNNING:
                return ImportResult.of(ctx, batch)
        take_import_rows(replace(ctx, key="", now=timezone.now()), batch=batch)


@job("core.run_import")
def run_import_job(company_id: int, user_id: int, batch_id: int) -> None:
    """Take the rows of an import. A fault of ours stops it with a sentence; a database that is away or busy is tried again."""
    company, user = Company.objects.get(pk=company_id), User.objects.get(pk=user_id)
    house = house_context(company)
    with scope(company_id, read_only=True):
        batch = ImportBatch.objects.visible_to(house).get(pk=batch_id)
    try:
        run_import(_starter(user, company, batch), batch)
    except OperationalError:
        raise
    except Refusal as no:
        if no.code == "busy":
            raise
        if no.code != "not_running":
            stop_import(house, batch=batch, why=str(no))
    except Exception as error:
        why = f"A fault of ours ({type(error).__name__}) stopped this import. What was taken stays, the rest waits."
        stop_import(house, batch=batch, why=why)
        raise


def _starter(user: User, company: Company, batch: ImportBatch) -> Context:
    """Whoever started the import, with what she was allowed then and still holds: a token lends a job no more than itself."""
    ctx = house_context(company) if user.email == HOUSE_EMAIL else context_for(user, company)
    held, limited = narrowed(ctx.permissions, batch.granted), limits_narrowed(ctx.limited, batch.granted)
    return replace(ctx, permissions=held, limited=limited, channel="import", authority=batch.authority)


def _hand_over(ctx: Context, batch: ImportBatch) -> None:
    batch.user, batch.granted = ctx.user, sorted(ctx.permissions | ctx.limited.keys())
    batch.authority, batch.moved_at = ctx.authority, ctx.now
    batch.save()


@schedule("core.resume_imports", "* * * * *")
def resume_imports(timestamp: int) -> None:
    """Every minute: imports whose job died go on."""
    for_each_company(_resume)


def _resume(ctx: Context) -> None:
    with scope(ctx.company_id):
        quiet = ImportBatch.objects.visible_to(ctx).filter(state="running", moved_at__lt=ctx.now - QUIET)
        for batch in quiet.select_for_update(skip_locked=True, of=("self",)):
            run_import_job.defer(company_id=ctx.company_id, user_id=batch.user_id, batch_id=batch.pk)
            ImportBatch.objects.visible_to(ctx).filter(pk=batch.pk).update(moved_at=ctx.now)


def _importable(ctx: Context, label: str) -> Resource:
    target = resource_named(label)
    if not may_import(target, ctx):
        raise NotFound("import of", target.plural)
    return target


def _content(file: StoredFile | None) -> bytes:
    if file is None:
        raise Refusal("no_file", "The file of this import was not kept.")
    with open_file(file) as content:
        return content.read()


def _remembered(ctx: Context, resource: str, header_key: str) -> Options | None:
    """What the columns of this header became the last time."""
    if not header_key:
        return None
    before = ImportBatch.objects.visible_to(ctx).filter(resource=resource, header_key=header_key).exclude(state="draft")
    options = before.order_by("-pk").values_list("options", flat=True).first()
    return Options.of(options) if options else None


def _describe(batch: ImportBatch, made: Intaken, wanted: Options) -> None:
    batch.options = found_options(made, wanted).as_json()
    batch.header_key, batch.total_count = made.header_key, len(made.rows)
    batch.problems = [vars(p) for p in made.problems[:PROBLEMS_MAX]]


def _lay_down(batch: ImportBatch, rows: Sequence[FileRow]) -> None:
    """Keep rows until their turn comes."""
    steps = [rows[start : start + STEP_ROWS] for start in range(0, len(rows), STEP_ROWS)]
    of_batch = {"company_id": batch.company_id, "batch_id": batch.pk}
    texts = [(step[0].position, audit.to_json([[getattr(row, n) for n in _LAID_DOWN] for row in step])) for step in steps]
    bulk.insert(WaitingRows, [of_batch | {"position": position, "rows": text} for position, text in texts])


def _write_down(batch: ImportBatch, rows: Sequence[FileRow], *, whole: bool) -> None:
    """Keep what became of rows, in one statement. whole: what was read too, not of those only that were left out."""
    of_batch = {"company_id": batch.company_id, "batch_id": batch.pk}
    empty: dict[str, Any] = {"command": "", "inputs": {}, "cells": None}
    bulk.insert(
        ImportRow,
        [
            of_batch
            | {"position": row.position, "line": row.line}
            | ({n: getattr(row, n) for n in _READ} if whole or row.outcome == ImportRow.Outcome.REFUSED else empty)
            | {n: getattr(row, n) for n in _OUTCOME}
            for row in rows
        ],
    )


__all__ = [
    "batch_rows",
    "check_import",
    "import_file",
    "import_rows",
    "map_import",
    "open_import",
    "resume_import",
    "run_import",
    "start_import",
    "stop_import",
    "take_import_rows",
    "undo_import",
]
