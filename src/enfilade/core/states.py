"""State tables: from which states a command may start, and in which it ends.

A model says once `states = States("state", {"issue_invoice": (("draft",), "issued")})`. The runner refuses a command
that the table does not allow and checks that the body left the row in the promised state; one inherited test tries
every command in every state.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from .context import Refusal

if TYPE_CHECKING:
    from django.db.models import Field, Model

Move = tuple[tuple[str, ...], str | tuple[str, ...]]


@dataclass(frozen=True)
class States:
    """field: the column; moves: command -> (states it may start from, state or states it ends in).

    said: (command, state) -> code and sentence of the refusal, where the general one would be clumsy.
    """

    field: str
    moves: Mapping[str, Move]
    said: Mapping[tuple[str, str], tuple[str, str]] = dataclasses.field(default_factory=dict)

    def check_start(self, row: Model, command: str) -> None:
        """Refuse `not_<state>` when the row is in no state from which the command may start."""
        move = self.moves.get(command)
        state = getattr(row, self.field)
        if move is None or state in move[0]:
            return
        if own := self.said.get((command, state)):
            raise Refusal(*own)
        allowed = " or ".join(self.label(row, s) for s in move[0])
        code = "not_" + "_or_".join(move[0])
        noun = str(row._meta.verbose_name)
        raise Refusal(code, f"This {noun} is {self.label(row, state)}; it has to be {allowed} for that.")

    def check_end(self, row: Model, command: str) -> None:
        """Assert that the body did what the table promises: a mistake of ours, not of the caller."""
        move = self.moves.get(command)
        if move is None:
            return
        ends = (move[1],) if isinstance(move[1], str) else move[1]
        state = getattr(row, self.field)
        if state not in ends:
            raise AssertionError(f"{command} left {row._meta.label} in state {state!r}, its table says {ends}")

    def label(self, row: Model, state: str) -> str:
        """The word for a state, as people read it."""
        choices = dict(cast("Field[str, str]", row._meta.get_field(self.field)).flatchoices)
        return str(choices.get(state, state)).lower()

    def commands_from(self, state: str) -> set[str]:
        """Commands that may start from a state."""
        return {name for name, (starts, _) in self.moves.items() if state in starts}
