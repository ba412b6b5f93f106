"""Set-based twins: what a command does for one row, done for many rows at once under the same rules.

Owns what became of each row (Outcome) and the registry of twins. A twin is a command that takes a list of rows; the state table and the
door of its single are asked for each row, and where the database refuses what is done at once, the rows are taken one by one, so that each
is told the sentence that it would have been told alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from django.db import DatabaseError, models, transaction

from .command import Command, command_named
from .command.runner import attempt, held_at_door, settle_triggers
from .command.sentences import RETRYABLE, refusal_for, sqlstate
from .context import Context, Held, Refusal
from .refs import ref

if TYPE_CHECKING:
    from .command.registry import CommandFunction
    from .command.work import Work

# In one transaction, whose locks others wait for.
TOGETHER_MAX = 200
TWINS: dict[str, Command] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. kind: done, refused or held; sentence: why; result: reference of what came out or is held."""

    key: int
    kind: str
    code: str = ""
    sentence: str = ""
    result: str = ""

    def as_list(self) -> list[Any]:
        """As a run keeps it."""
        return [self.key, self.kind, self.code, self.sentence, self.result]


def done(key: int, result: Any) -> Outcome:
    """It did what it should."""
    return Outcome(key, "done", result=ref(result) if isinstance(result, models.Model) and result.pk else "")


def not_done(key: int, no: Refusal | Held) -> Outcome:
    """It was refused, or waits."""
    if isinstance(no, Held):
        held = no.held
        return Outcome(key, "held", "held", f"{held.reason} Waits for {held.release_role.replace('_', ' ')}.", ref(held) if held.pk else "")
    return Outcome(key, "refused", no.code, str(no))


def twin_of(single: CommandFunction) -> Callable[[CommandFunction], CommandFunction]:
    """File a command as the set-based twin of another: it has the same inputs, but a list of rows instead of one, and gives Outcomes."""

    def wrap(twin: CommandFunction) -> CommandFunction:
        TWINS[single.command.name] = twin.command
        return twin

    return wrap


def run_twin(ctx: Context, single: Command, keys: Sequence[int], shared: dict[str, Any]) -> list[Outcome]:
    """The twin of a command for some rows, inside the command under way; the caller has named the rows, so her reach is asked."""
    twin = TWINS[single.name]
    rows = next(name for name, parameter in twin.parameters.items() if parameter.is_row and parameter.many)
    return cast("list[Outcome]", attempt(ctx, twin, {**shared, rows: list(keys)}))


def take_together(
    ctx: Context,
    single: CommandFunction,
    rows: Sequence[Any],
    shared: dict[str, Any],
    check: Callable[[Any], None],
    at_once: Callable[[list[Any]], None],
) -> list[Outcome]:
    """The body of a twin: ask for each row what the single asks, then do all that may at once. Gives outcomes in the order of the rows.

    check: refuses a row as the body of the single does before it writes anything.
    at_once: does it for rows that may; what it refuses with makes the rows be taken one by one.
    Refuses: too_many.
    """
    if len(rows) > TOGETHER_MAX:
        raise Refusal("too_many", f"At most {TOGETHER_MAX} rows at once, since others wait meanwhile.")
    command, work = command_named(single.command.name), cast("Work", ctx.work)
    passed, found = _sift(ctx, command, rows, shared, check)
    try:
        with work.attempt(), transaction.atomic():
            if passed:
                at_once(passed)
                settle_triggers()
        found |= {row.pk: done(row.pk, row) for row in passed}
    except DatabaseError as error:
        if sqlstate(error) in RETRYABLE or refusal_for(error) is None:
            raise
        found |= _one_by_one(ctx, command, passed, shared)
    except Refusal:
        found |= _one_by_one(ctx, command, passed, shared)
    return [found[row.pk] for row in rows]


def _sift(
    ctx: Context, command: Command, rows: Iterable[Any], shared: dict[str, Any], check: Callable[[Any], None]
) -> tuple[list[Any], dict[int, Outcome]]:
    """Rows that the state table and the door let pass, and what is said of the others. Nothing is changed meanwhile but what is held."""
    work, passed, found = cast("Work", ctx.work), [], {}
    waiting: list[tuple[Any, Callable[[], Held]]] = []
    work.asked = {}
    for row in rows:
        try:
            row.states.check_start(row, command.verb)
            if hold := held_at_door(command, ctx, {**shared, str(command.target): row}):
                waiting.append((row, hold))
                continue
            check(row)
            passed.append(row)
        except Refusal as no:
            found[row.pk] = not_done(row.pk, no)
    work.asked = None
    found |= {row.pk: not_done(row.pk, keep()) for row, keep in waiting}
    return passed, found


def _one_by_one(ctx: Context, command: Command, rows: Iterable[Any], shared: dict[str, Any]) -> dict[int, Outcome]:
    found = {}
    for row in rows:
        try:
            found[row.pk] = done(row.pk, attempt(replace(ctx, key=""), command, {**shared, str(command.target): row.pk}))
        except (Refusal, Held) as no:
            found[row.pk] = not_done(row.pk, no)
    return found
