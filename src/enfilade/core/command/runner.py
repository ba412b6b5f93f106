"""The one runner: every entrance, every command, the same steps in the same order.

permission -> transaction -> replay check by key (advisory lock on the key first) -> rows locked, sorted by table then
key -> state table -> the door -> body -> audit -> events and outbox -> deferred constraints -> commit, or roll back
when rehearsing. A broken constraint becomes its sentence. A deadlock is tried again, at most three times.

A command called by a command runs inside the outer one's transaction and on its authority (the caller was allowed to
cause it); it is locked, checked, held and audited all the same.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from enfilade.core import audit, live, outbox
from enfilade.core.context import Context, Held, Refusal
from enfilade.core.models import HeldCommand
from enfilade.core.observing import Seen, seen_command
from enfilade.core.refs import ref, resolve
from enfilade.core.scope import scope

from .currencies import currency_of_rows
from .door import ON_HOLD, ask
from .inputs import UNSET
from .locking import lock_rows
from .reading import plain_all, read
from .registry import Command, command_named
from .sentences import RETRYABLE, refusal_for, sqlstate
from .work import Work

ATTEMPTS = 3


@dataclass
class _Rehearsed(Exception):
    result: Any


@dataclass
class Hold(Exception):
    rule: str
    reason: str
    role: str
    facts: dict[str, Any]


def run_raw(ctx: Context, name: str, raw: dict[str, Any]) -> Any:
    """Run a command with inputs as they came in from a page, JSON, a command line or a file."""
    command = command_named(name)
    ctx.require(command.permission)
    # A wall time without an offset is the company's, whatever the entrance.
    with timezone.override(ctx.zone):
        return execute(command, ctx, **read(command.parameters, raw, ctx.company.currency, currency_of_rows(ctx)))


def execute(command: Command, ctx: Context, /, **inputs: Any) -> Any:
    """Run a command with typed inputs (rows as instances or primary keys)."""
    inputs = _with_defaults(command, inputs)
    if ctx.work is not None:
        return _steps(command, ctx, inputs)
    ctx.require(command.permission)
    return _outermost(command, ctx, inputs)


def release(ctx: Context, held: HeldCommand, maker: Context) -> Any:
    """Run a held command as its maker, inside the transaction of the command that releases it."""
    if ctx.work is None:
        raise RuntimeError("release() belongs inside a command")
    command = command_named(held.command)
    inputs = read(command.parameters, held.inputs, ctx.company.currency, currency_of_rows(ctx))
    maker.require(command.permission)
    inner = replace(maker, work=replace(ctx.work, release=held), now=ctx.now)
    return _steps(command, inner, inputs, released_by=ctx.user.pk)


def attempt(ctx: Context, command: Command, inputs: dict[str, Any]) -> Any:
    """Run a command as one of many inside the command under way: where it refuses, what it did is undone and the others can go on.

    Raises what the command refuses with, or Held with a held command that is not kept: who asked for many decides what becomes of it.
    Why deferred triggers speak after each: the row that broke a rule is named, not the last one.
    """
    inputs = _with_defaults(command, inputs)
    try:
        with cast("Work", ctx.work).attempt(), transaction.atomic():
            result = _steps(command, ctx, inputs, named=True)
            settle_triggers()
            return result
    except Hold as hold:
        raise Held(_keep_held(command, replace(ctx, rehearse=True), inputs, hold)) from None
    except DatabaseError as error:
        no = None if sqlstate(error) in RETRYABLE else refusal_for(error)
        if no is None:
            raise
        raise no from error


def _with_defaults(command: Command, inputs: dict[str, Any]) -> dict[str, Any]:
    parameters = command.parameters
    if unknown := inputs.keys() - parameters.keys():
        raise TypeError(f"{command.name} has no input {sorted(unknown)}")
    full = {}
    for name, parameter in parameters.items():
        if name in inputs:
            full[name] = inputs[name]
        elif parameter.required and not parameter.partial:
            raise TypeError(f"{command.name} needs {name}")
        else:
            full[name] = parameter.default
    return full


def _outermost(command: Command, ctx: Context, inputs: dict[str, Any]) -> Any:
    with seen_command(command.name, ctx) as seen:
        return _attempts(command, ctx, inputs, seen)


def _attempts(command: Command, ctx: Context, inputs: dict[str, Any], seen: Seen) -> Any:
    for attempt in range(1, ATTEMPTS + 1):
        seen.work = work = Work()
        try:
            with scope(ctx.company_id):
                result = _steps(command, replace(ctx, work=work), inputs)
                outbox.deliver(ctx, work)
                if ctx.rehearse:
                    _settle_constraints()
                    if ctx.witness is not None:
                        ctx.witness(replace(ctx, work=work))
                    raise _Rehearsed(result)
                live.announce_after_commit(ctx, work)
            live.check_commit()
            return result
        except _Rehearsed as done:
            return done.result
        except Hold as hold:
            raise Held(_keep_held(command, ctx, inputs, hold)) from None
        except DatabaseError as error:
            if sqlstate(error) in RETRYABLE and attempt < ATTEMPTS:
                time.sleep(random.uniform(0.005, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
                continue
            no = (
                Refusal("busy", "Too many people are working on this right now. Try again in a moment.")
                if sqlstate(error) in RETRYABLE
                else refusal_for(error)
            )
            if no is None:
                raise
            raise no from error
    raise AssertionError("unreachable")


def _steps(command: Command, ctx: Context, inputs: dict[str, Any], released_by: int | None = None, *, named: bool = False) -> Any:
    work = cast("Work", ctx.work)
    outer = work.parent
    sent = _sent(command, ctx, inputs)
    key = ctx.key if outer is None and not released_by else ""
    digest = _digest(command, ctx, sent)
    if key and (earlier := _earlier(ctx, key)):
        return _replay(ctx, command, earlier, digest)
    # A command inside a command acts on the authority of the outer one, but for rows that the caller named to it; what is released acts
    # on its maker's.
    named_by_caller = bool(ctx.limited) and (named or outer is None or released_by is not None)
    bound = lock_rows(command, ctx, inputs, command.permission if named_by_caller else "")
    if ctx.guard is not None and outer is None:
        ctx.guard(bound)
    target = bound.get(command.target) if command.target else None
    states = getattr(target, "states", None)
    if target is not None and states is not None:
        states.check_start(target, command.verb)
    facts = _pass_door(command, ctx, bound, sent)
    entry = audit.reserve()
    work.parent, outer_noted, work.noted = entry, work.noted, set()
    work.first = work.first or entry
    before = audit.snapshot(target)
    try:
        result = command.body(ctx, **bound)
    except BaseException:
        # Whoever catches this (a row of an import) has rolled back to a savepoint, where PostgreSQL forgets the entry too.
        work.parent, work.noted = outer, outer_noted
        raise
    if target is not None and states is not None:
        states.check_end(target, command.verb)
    subjects = _subjects(work, bound, result) | work.noted
    work.noted = outer_noted
    audit.write(
        ctx,
        entry=entry,
        command=command.name,
        inputs=sent,
        digest=digest,
        key=key,
        facts=facts,
        changes=audit.changes(before, target),
        result=ref(result) if isinstance(result, models.Model) and result.pk else "",
        subjects=subjects,
        parent=outer,
        released_by=released_by,
    )
    work.parent = outer
    work.subjects |= subjects
    return result


def _sent(command: Command, ctx: Context, inputs: dict[str, Any]) -> dict[str, Any]:
    given = {n: inputs[n] for n in command.parameters if inputs[n] is not UNSET}
    return plain_all(command.parameters, given, ctx.company.currency, currency_of_rows(ctx))


def _digest(command: Command, ctx: Context, sent: dict[str, Any]) -> str:
    text = json.dumps([command.name, ctx.user.pk, sent], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _earlier(ctx: Context, key: str) -> tuple[str, str] | None:
    """Digest and result of an earlier call with this key. Retries of one key wait for each other at the advisory lock.

    Why two statements: the second one needs a snapshot taken after the lock was got.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [key, ctx.company_id])
        cursor.execute("SELECT inputs_sha256, result FROM core_auditentry WHERE company_id = %s AND key = %s", [ctx.company_id, key])
        return cast("tuple[str, str] | None", cursor.fetchone())


def _replay(ctx: Context, command: Command, earlier: tuple[str, str], digest: str) -> Any:
    """What the first call gave. One that was held gives what has become of it: it waits, it ran, or it was returned."""
    was, result = earlier
    if was != digest:
        raise Refusal("key_reused", "This key was already used for something else.")
    found = resolve(ctx, result) if result else None
    if isinstance(found, HeldCommand) and found.command == command.name:
        if found.state == HeldCommand.State.WAITING:
            raise Held(found)
        if found.state == HeldCommand.State.RETURNED:
            raise Refusal("returned", f"This was returned at the door: {found.note}")
        return resolve(ctx, found.result) if found.result else None
    return found


def _pass_door(command: Command, ctx: Context, bound: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    if command.door is None:
        return {}
    facts = {**{k: v for k, v in sent.items() if isinstance(v, str | int | float | bool)}, **command.door(ctx=ctx, **bound)}
    released = cast("Work", ctx.work).release
    verdict = ask(ctx, command, facts, released.rule if released else "")
    if verdict.kind == "refuse":
        raise Refusal("door_refused", verdict.reason)
    if verdict.kind == "hold" and released is not None:
        raise Refusal("held_by_another_rule", f"Another rule holds this as well: {verdict.reason}")
    if verdict.kind == "hold":
        raise Hold(verdict.rule, verdict.reason, verdict.role, facts)
    return facts


def held_at_door(command: Command, ctx: Context, inputs: dict[str, Any]) -> Callable[[], Held] | None:
    """Ask the door for one of many rows inside the command under way: None where it may pass, else what keeps it held and tells so.

    inputs: typed, the rows fetched. Refuses: door_refused.
    """
    try:
        _pass_door(command, ctx, inputs, _sent(command, ctx, inputs))
    except Hold as hold:
        inner, no = replace(ctx, key=""), hold
        return lambda: Held(_keep_held(command, inner, inputs, no))
    return None


def _keep_held(command: Command, ctx: Context, inputs: dict[str, Any], hold: Hold) -> HeldCommand:
    """Store the command with its inputs; the same key held twice is one held command. A rehearsal stores nothing."""
    sent = _sent(command, ctx, inputs)
    held = HeldCommand(
        company=ctx.company,
        command=command.name,
        inputs=sent,
        facts=audit.jsonable(hold.facts),
        rule=hold.rule,
        reason=hold.reason,
        release_role=hold.role,
        maker=ctx.user,
        held_at=ctx.now,
    )
    if ctx.rehearse:
        return held
    digest = _digest(command, ctx, sent)
    work = Work()
    with scope(ctx.company_id):
        if ctx.key and (earlier := _earlier(ctx, ctx.key)):
            return cast("HeldCommand", _replay(ctx, command, earlier, digest))
        entry = audit.reserve()
        held.save()
        subjects = {ref(held)} | {ref(r) for r in _rows(command, inputs)}
        audit.write(
            ctx,
            entry=entry,
            command="doors.hold_command",
            inputs={"command": command.name, **sent},
            digest=digest,
            key=ctx.key,
            facts=held.facts,
            changes={},
            result=ref(held),
            subjects=subjects,
            parent=ctx.work.parent if ctx.work else None,
            released_by=None,
        )
        work.subjects |= subjects
        for tell in ON_HOLD:
            tell(replace(ctx, work=work), held)
        live.announce_after_commit(ctx, work)
    return held


def _rows(command: Command, inputs: dict[str, Any]) -> list[models.Model]:
    found = []
    for name, parameter in command.parameters.items():
        if parameter.is_row and inputs[name] not in (None, UNSET):
            given = inputs[name] if parameter.many else [inputs[name]]
            found += [g if isinstance(g, models.Model) else parameter.kind(pk=g) for g in given]
    return found


def _subjects(work: Work, bound: dict[str, Any], result: Any) -> set[str]:
    found = set()
    for value in (*bound.values(), result):
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, models.Model) and item.pk:
                found.add(ref(item))
    if isinstance(result, models.Model) and result.pk:
        work.remember(result)
    return found


def _settle_constraints() -> None:
    """Make deferred constraints speak now, so that a rehearsal refuses what a commit would refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def settle_triggers() -> None:
    """Make the deferred rules of the modules speak now, and wait again. Not foreign keys: the audit entry above is still to come."""
    names = ", ".join(connection.ops.quote_name(name) for name in _deferred_triggers())
    if names:
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
            cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")


@lru_cache
def _deferred_triggers() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT conname FROM pg_constraint WHERE contype = 't' AND condeferred ORDER BY conname")
        return tuple(name for (name,) in cursor.fetchall())
