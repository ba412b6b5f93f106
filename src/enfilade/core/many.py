"""One command on many rows: chosen by key or by a filter, all or nothing or row by row, with a report that names each row.

Owns BulkRun and the limits. Row by row means a transaction for each row under a key of its own, so a run that was
killed goes on where it stopped and does nothing twice; a command with a set-based twin (core.together) takes hundreds of rows in one
transaction instead, which notes what became of them. All or nothing means one transaction; where one row refuses,
none is changed and the report says which ones stood in the way. A rehearsal tries the rows one after the other, as
they would run, and keeps nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, cast

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from . import live
from .access import context_for
from .command import Command, Input, command, command_named
from .command.currencies import currency_of_rows
from .command.reading import plain_all, read
from .command.runner import attempt, execute
from .command.work import Work
from .context import Context, Held, Invalid, NotFound, Refusal
from .jobs import job
from .models import BulkRun, Company, User
from .refs import key_of, ref
from .resource import Resource, resource_for
from .resource.hooks import DIALOGS
from .resource.listing import filtered
from .scope import scope
from .together import TOGETHER_MAX, TWINS, Outcome, done, not_done, run_twin
from .traces import carried

ROWS_MAX = 1_000
SAVE_EVERY_S = 0.5
# After this long without a sign of life, whoever worked on a run is taken to be gone.
LEFT_AFTER = timedelta(seconds=60)
_COUNTS = ("done_count", "refused_count", "held_count")
# The job gives the page that started the run a head start.
JOB_AFTER_S = 5


@lru_cache(4096)
def can_be_many(made: Command) -> bool:
    """Whether one form can serve many rows: no lines, no file and no value that comes from the row, unless it may be left as it is."""
    if made.target is None or made.hidden or made.name in DIALOGS:
        return False
    shared = [p for n, p in made.parameters.items() if n != made.target]
    return not any(p.is_lines or (p.is_row and p.kind._meta.label == "core.StoredFile") or _comes_from_row(p) for p in shared)


def _comes_from_row(parameter: Any) -> bool:
    return parameter.meta.prefill.startswith("row.") and not parameter.partial


def matching_keys(ctx: Context, resource: Resource, params: Any) -> list[int]:
    """Keys of all rows that a list with these query parameters shows, in the order of entry. Refuses too_many."""
    keys = list(filtered(resource, ctx, params).order_by("pk").values_list("pk", flat=True)[: ROWS_MAX + 1])
    return _bounded(keys)


def _bounded(keys: list[int]) -> list[int]:
    if len(keys) > ROWS_MAX:
        raise Refusal("too_many", f"At most {ROWS_MAX:,} rows at once. Narrow the choice and run it again for the rest.")
    return keys


@command(permission="core.run_many", hidden=True, target="")
def run_many(
    ctx: Context,
    *,
    command: Annotated[str, Input(max_length=120)],
    rows: list[str] | None = None,
    match: Annotated[str, Input(max_length=4000)] = "",
    inputs: dict | None = None,
    whole: bool = False,
) -> BulkRun:
    """Run a command on many rows, and report what became of each.

    command: such as work.close_case; it acts on one row.
    rows: keys or references of the rows, at most 1,000.
    match: instead of rows, the query of their list, such as state=open&kind=call; `*` for every row.
    inputs: the other inputs of the command, the same for every row.
    whole: all or nothing, at once, for at most 200. Otherwise each row for itself; the run then goes on in the background.
    Refuses: not_for_many, too_many, nothing_chosen; single rows are refused or held in the report.
    """
    made = _command_for_many(ctx, command)
    resource = resource_for(made.target_model)
    keys = _chosen(ctx, resource, rows or [], match)
    shared = _shared_inputs(made, ctx, keys[0], inputs or {})
    # Amounts are kept as they were typed: each row reads them in its own currency.
    first = {str(made.target): keys[0], **{name: shared[name] for name in _given(made, inputs or {})}}
    typed = plain_all(made.parameters, first, ctx.company.currency, currency_of_rows(ctx))
    del typed[str(made.target)]
    run = BulkRun(
        company=ctx.company,
        command=made.name,
        resource=resource.label,
        inputs=typed,
        keys=keys,
        whole=whole,
        user=ctx.user,
        at=ctx.now,
        total_count=len(keys),
    )
    if whole and len(keys) > TOGETHER_MAX:
        raise Refusal("too_many", f"All or nothing is for at most {TOGETHER_MAX} rows, since others wait meanwhile.", field="whole")
    if ctx.rehearse or whole:
        _record(run, _together(ctx, made, keys[:TOGETHER_MAX], typed, shared, whole=whole))
        run.state = BulkRun.State.FINISHED if len(keys) <= TOGETHER_MAX else BulkRun.State.RUNNING
        run.save()
        return run
    run.save()
    later = finish_bulk.configure(schedule_in={"seconds": JOB_AFTER_S})
    later.defer(company_id=ctx.company_id, user_id=ctx.user.pk, run_id=run.pk, **carried())
    return run


def _command_for_many(ctx: Context, name: str) -> Command:
    made = command_named(name)
    ctx.require(made.permission)
    if not can_be_many(made) or resource_for(made.target_model) is None:
        raise Refusal("not_for_many", f"{made.label} is done for one record at a time.", field="command")
    return made


def _chosen(ctx: Context, resource: Resource, rows: Sequence[str], match: str) -> list[int]:
    if bool(rows) == bool(match):
        raise Invalid({"rows": ["Name the rows, or say which match; one of the two."]})
    if match:
        ctx.require(resource.view_permission)
        keys = matching_keys(ctx, resource, QueryDict("" if match == "*" else match))
    else:
        keys = _bounded([_key(resource, text) for text in dict.fromkeys(rows)])
    if not keys:
        raise Refusal("nothing_chosen", f"No {resource.plural.lower()} match.", field="match")
    return keys


def _key(resource: Resource, text: str) -> int:
    label, _, pk = text.rpartition(":")
    key = key_of(pk)
    if key is None or label not in {"", resource.label}:
        raise Invalid({"rows": [f"{text[:60]!r} names no {resource.singular}."]})
    return key


def _given(made: Command, raw: dict[str, Any]) -> set[str]:
    """Names of the inputs that go to every row: all of them, or of a change just those that were given."""
    return {n for n, p in made.parameters.items() if n != made.target and (n in raw or not p.partial)}


def _shared_inputs(made: Command, ctx: Context, key: int, raw: dict[str, Any]) -> dict[str, Any]:
    """The inputs read once; what is wrong with them is wrong for every row and refuses the whole."""
    if made.target in raw:
        raise Invalid({f"inputs.{made.target}": ["The rows are named in `rows`."]})
    try:
        found = read(made.parameters, {**raw, str(made.target): key}, ctx.company.currency, currency_of_rows(ctx))
    except Invalid as no:
        raise Invalid({f"inputs.{path}": sentences for path, sentences in no.errors.items()}) from None
    return {n: v for n, v in found.items() if n != made.target}


def _together(
    ctx: Context, made: Command, keys: Sequence[int], typed: dict[str, Any], shared: dict[str, Any], *, whole: bool
) -> list[Outcome]:
    """All rows in the transaction under way; where one may not, and all or nothing was asked for, what the others did is undone.

    shared: the inputs as the first row reads them, and every other one too, unless there are amounts among them.
    """
    outcomes: list[Outcome] = []
    by_row = any(p.meta.amount for p in made.parameters.values())
    try:
        with cast("Work", ctx.work).attempt(), transaction.atomic():
            for key in keys:
                try:
                    own = _shared_inputs(made, ctx, key, typed) if by_row else shared
                    outcomes.append(done(key, attempt(replace(ctx, key=""), made, {**own, str(made.target): key})))
                except (Refusal, Held) as no:
                    outcomes.append(not_done(key, no))
            if whole and any(o.kind != "done" for o in outcomes):
                raise _NotAll
    except _NotAll:
        return [_undone(o) for o in outcomes]
    return outcomes


class _NotAll(Exception):
    """One stands in the way of all or nothing."""


def _undone(outcome: Outcome) -> Outcome:
    if outcome.kind == "done":
        return Outcome(outcome.key, "refused", "others_refused", "Would have gone through, but all or nothing was asked for.")
    if outcome.kind == "held":
        return Outcome(outcome.key, "refused", "would_be_held", f"{outcome.sentence} Row by row, this one would be held.")
    return outcome


def work_on(ctx: Context, run_id: int, seconds: float | None = None) -> BulkRun:
    """Take the rows of a run that had no turn yet, each in a transaction of its own, for so many seconds or to the end.

    A run that somebody else works on is left to them. OutcomeUnknown comes through as from any command; the next call settles it by
    the keys of the rows.
    """
    run = _claim(ctx, run_id)
    if run is None:
        return bulk_run(ctx, run_id)
    until = None if seconds is None else time.monotonic() + seconds
    made, saved = command_named(run.command), time.monotonic()
    for keys in _turns(made, _left(run)):
        _give_turn(ctx, run, made, keys)
        now = time.monotonic()
        if until is not None and now > until:
            break
        if now - saved > SAVE_EVERY_S:
            _save(ctx, run, BulkRun.State.RUNNING)
            saved = now
    _save(ctx, run, BulkRun.State.FINISHED if not _left(run) else BulkRun.State.WAITING)
    return run


def _turns(made: Command, keys: Sequence[int]) -> list[Sequence[int]]:
    """Which rows have their turn together: one by one, but for commands that have a set-based twin."""
    size = TOGETHER_MAX if made.name in TWINS else 1
    return [keys[first : first + size] for first in range(0, len(keys), size)]


def _give_turn(ctx: Context, run: BulkRun, made: Command, keys: Sequence[int]) -> None:
    """Do it for some rows at once, or where that is refused as a whole (a row is gone) or there is one only, each for itself."""
    if len(keys) > 1:
        try:
            told = take_rows(replace(ctx, key=""), run=run.pk, rows=[str(key) for key in keys])
        except Refusal:
            pass
        else:
            for name in ("report", *_COUNTS):
                setattr(run, name, getattr(told, name))
            return
    for key in keys:
        try:
            ctx.require(made.permission)
            given = {**_shared_inputs(made, ctx, key, run.inputs), str(made.target): key}
            outcome = done(key, execute(made, replace(ctx, key=f"bulk:{run.pk}:{key}"), **given))
        except (Refusal, Held) as no:
            outcome = not_done(key, no)
        _record(run, [outcome])


@command(permission="core.run_many", hidden=True, target="")
def take_rows(ctx: Context, *, run: BulkRun, rows: list[str]) -> BulkRun:
    """Give some rows of a run their turn at once, and note in the same transaction what became of each.

    rows: keys of rows of the run that had no turn yet; others are passed over.
    Refuses: not_found where the run is somebody else's, not_for_many where its command does one row at a time.
    """
    made = command_named(run.command)
    ctx.require(made.permission)
    if run.user_id != ctx.user.pk:
        raise NotFound("bulk run", run.pk, field="run")
    if made.name not in TWINS:
        raise Refusal("not_for_many", f"{made.label} is done for one record at a time.", field="run")
    left = set(_left(run))
    keys = [key for key in map(key_of, rows) if key in left]
    if keys:
        _record(run, run_twin(ctx, made, keys, _shared_inputs(made, ctx, keys[0], run.inputs)))
        run.touched_at = ctx.now
        run.save(update_fields=["touched_at", "report", *_COUNTS])
    return run


@job("core.finish_bulk")
def finish_bulk(company_id: int, user_id: int, run_id: int) -> None:
    """Go on with a run where whoever started it stopped. One that somebody works on just now is looked at again later."""
    company, user = Company.objects.get(pk=company_id), User.objects.get(pk=user_id)
    if work_on(context_for(user, company, channel="job"), run_id).state != BulkRun.State.FINISHED:
        raise RuntimeError(f"bulk run {run_id} is being worked on")


def bulk_run(ctx: Context, run_id: int) -> BulkRun:
    """A run that the caller herself started."""
    with scope(ctx.company_id, read_only=True):
        run = BulkRun.objects.visible_to(ctx).filter(pk=run_id, user=ctx.user).first()
    if run is None:
        raise NotFound("bulk run", run_id)
    return run


def _left(run: BulkRun) -> list[int]:
    had = {line[0] for line in run.report}
    return [key for key in run.keys if key not in had]


def _record(run: BulkRun, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        run.report.append(outcome.as_list())
        name = f"{outcome.kind}_count"
        setattr(run, name, getattr(run, name) + 1)


def report_json(run: BulkRun, *, kept: bool) -> dict[str, Any]:
    """The report for programs: counts, and one object a row."""
    rows = [
        {"id": key, "outcome": kind, "code": code, "detail": detail, "result": result or None}
        for key, kind, code, detail, result in run.report
    ]
    return {
        "id": run.pk if kept else None,
        "ref": ref(run) if kept else None,
        "command": run.command,
        "state": run.state,
        "whole": run.whole,
        "total": run.total_count,
        "done": run.done_count,
        "refused": run.refused_count,
        "held": run.held_count,
        "rows": rows,
    }


def _claim(ctx: Context, run_id: int) -> BulkRun | None:
    """The run, when nobody else works on it just now. Progress is no business fact: it has no command and no line in the audit."""
    now = timezone.now()
    with scope(ctx.company_id):
        free = Q(state=BulkRun.State.WAITING) | Q(state=BulkRun.State.RUNNING, touched_at__lt=now - LEFT_AFTER)
        mine = BulkRun.objects.visible_to(ctx).filter(free, pk=run_id, user=ctx.user)
        if not mine.update(state=BulkRun.State.RUNNING, touched_at=now):
            return None
        return BulkRun.objects.visible_to(ctx).get(pk=run_id)


def _save(ctx: Context, run: BulkRun, state: BulkRun.State) -> None:
    run.state, run.touched_at = state, timezone.now()
    with scope(ctx.company_id):
        run.save(update_fields=["state", "touched_at", "report", *_COUNTS])
        live.announce(ctx.company_id, [ref(run)])
