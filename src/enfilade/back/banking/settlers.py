"""What upper modules know of lines of the bank: banking asks them what a line may be, and lets them book it.

An upper module registers one settler; banking does not know what it settles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from enfilade.base.books.models import Entry
from enfilade.core.context import Context

from .models import StatementLine
from .rules import LineFacts, Proposal


@dataclass(frozen=True)
class Settler:
    """module: its name, with which its proposals and the origins of its entries begin.

    propose: what lines may be; key of the line -> proposals that carry the module's name. The number of queries does not grow with them.
    settle: books a proposal that was accepted and writes the matches.
    undo: takes back what an entry of the module booked, when its match is taken back; the entry that cancels it.
    """

    module: str
    propose: Callable[[Context, Sequence[LineFacts]], dict[int, list[Proposal]]]
    settle: Callable[[Context, StatementLine, Proposal], object]
    undo: Callable[[Context, Entry, date, str], Entry]


SETTLERS: dict[str, Settler] = {}


def register_settler(settler: Settler) -> None:
    """Let a module say what lines may be."""
    SETTLERS[settler.module] = settler


def proposed(ctx: Context, lines: Sequence[LineFacts]) -> dict[int, list[Proposal]]:
    """What all upper modules say that lines may be. Shape: key of the line -> proposals."""
    found: dict[int, list[Proposal]] = {line.key: [] for line in lines}
    for settler in SETTLERS.values():
        for key, proposals in settler.propose(ctx, lines).items():
            found[key] += proposals
    return found


def settler_of(entry: Entry) -> Settler | None:
    """The module that caused an entry, where it is a settler."""
    return SETTLERS.get(entry.origin.partition(".")[0])
