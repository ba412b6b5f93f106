"""Cells of a list that are changed in place: in which columns and rows, and whether a value is still the one that was seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from enfilade.core.command import OWN_CURRENCY, Command
from enfilade.core.command.inputs import Parameter
from enfilade.core.command.reading import plain
from enfilade.core.context import Context, Invalid
from enfilade.core.grants import COMPANY
from enfilade.core.models import Record, StoredFile
from enfilade.core.ui.cells import plain_text

from .cells import cell
from .declare import Resource


def editable_columns(resource: Resource, ctx: Context) -> tuple[str, ...]:
    """Columns that the change command takes one at a time; none where the caller may change no row."""
    command = resource.change_command
    return tuple(inputs_of(command)) if command is not None and ctx.may(command.permission) else ()


def input_of(resource: Resource, column: str) -> Parameter | None:
    """The input of the change command that sets a column, None where a cell can't."""
    return inputs_of(resource.change_command).get(column) if resource.change_command is not None else None


@lru_cache(1024)
def inputs_of(command: Command) -> dict[str, Parameter]:
    """Inputs by the column that they show, of a command that leaves alone what it is not given."""
    given = {n: p for n, p in command.parameters.items() if n != command.target}
    if command.hidden or command.target is None or not all(p.partial for p in given.values()):
        return {}
    plainly = {p.meta.prefill.removeprefix("row."): p for p in given.values() if p.meta.prefill.startswith("row.")}
    return {column: p for column, p in plainly.items() if not p.is_lines and p.kind is not StoredFile and p.kind is not dict}


def editable_rows(resource: Resource, ctx: Context, rows: Iterable[Record]) -> set[Any]:
    """Keys of those rows that the caller may change as they are now. One query where her reach is limited, none elsewhere."""
    command = resource.change_command
    if command is None or not ctx.may(command.permission):
        return set()
    states = resource.states
    starts = states.moves[command.verb][0] if states is not None and command.verb in states.moves else None
    found = {
        row.pk
        for row in rows
        if (starts is None or getattr(row, states.field) in starts)  # type: ignore[union-attr]
        and (command.offered is None or command.offered(row))
    }
    if not found or COMPANY in ctx.reach(command.permission):
        return found
    mine = resource.model.objects.visible_to(ctx).within(ctx, command.permission).filter(pk__in=found)
    return set(mine.values_list("pk", flat=True))


class Changed(Invalid):
    """Fields do not hold any more what the caller saw when she began. Each is told its value of now; saving again replaces it knowingly."""

    status = 409

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.code = "changed"


def seen_in(ctx: Context, row: Record, column: str, parameter: Parameter) -> str:
    """The value of a field as text, as a form carries it to tell later whether it is still the same."""
    own = ctx.company.currency
    currency = own if parameter.meta.currency_of == OWN_CURRENCY else getattr(row, "currency", "") or own
    return json.dumps(plain(parameter, getattr(row, column), currency), sort_keys=True, default=str)


def all_seen(ctx: Context, command: Command, row: Record) -> dict[str, str]:
    """The same of every field that a change command takes one at a time."""
    return {column: seen_in(ctx, row, column, parameter) for column, parameter in inputs_of(command).items()}


def unless_changed(ctx: Context, command: Command, seen: Mapping[str, str]) -> Callable[[Mapping[str, Any]], None]:
    """Refuses `changed`, once the row is locked, where a field does not hold any more what was seen in it."""

    def guard(bound: Mapping[str, Any]) -> None:
        row = bound[str(command.target)]
        known = {column: parameter for column, parameter in inputs_of(command).items() if column in seen}
        stale = {column: p.name for column, p in known.items() if seen_in(ctx, row, column, p) != seen[column]}
        if stale:
            raise Changed({name: [_meanwhile(ctx, row, column)] for column, name in stale.items()})

    return guard


def _meanwhile(ctx: Context, row: Record, column: str) -> str:
    now = plain_text(vars(cell(ctx, row, column)))
    said = f"Somebody has changed this to “{now}” meanwhile." if now else "Somebody has emptied this meanwhile."
    return f"{said} Save again to replace it."
