"""What happened to what the bank said. Amounts in minor units of the account's currency."""

from __future__ import annotations

from enfilade.core.events import event


@event
class StatementTaken:
    """A statement is proved and kept. new_lines: those that no earlier statement had brought."""

    statement: int
    bank_account: int
    closing_minor: int
    new_lines: int


@event
class LineMatched:
    """A line of the bank, or a part of it, is in the books. open_minor: what is not matched of it yet. origin: of its entry."""

    line: int
    origin: str
    kind: str
    amount_minor: int
    open_minor: int


@event
class LineUnmatched:
    """What a line was matched with was taken back. on: ISO date on which it is reversed. origin: of its entry."""

    line: int
    origin: str
    on: str
    reason: str
    amount_minor: int
