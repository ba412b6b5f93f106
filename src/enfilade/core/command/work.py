"""The transaction under way: what the commands inside it have locked, published and caused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from enfilade.core.models import HeldCommand


@dataclass
class Work:
    """Lives from the begin to the end of one outermost command.

    rows: rows already locked or made fresh in this transaction, by model and key.
    noted: further rows that the command which is running is about, where it writes many without a command each.
    written: keys of rows that set-based statements wrote, by label of the model, for whoever shows what a rehearsal did.
    parent: audit entry of the command that is running; nested commands hang below it.
    first: audit entry of the outermost command; no entry of this transaction has an older key.
    release: the held command that is being released, if one is.
    door_passed: rules that the release has answered; each opens once.
    asked: answers that hold for all of many rows that are asked about, while none of them is changed; None at other times.
    """

    rows: dict[tuple[type, int], Model] = field(default_factory=dict)
    events: list[object] = field(default_factory=list)
    later: list[tuple[object, Any]] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    written: dict[str, list[int]] = field(default_factory=dict)
    parent: int | None = None
    first: int | None = None
    release: HeldCommand | None = None
    door_passed: set[str] = field(default_factory=set)
    asked: dict[str, Any] | None = None

    def remember(self, row: Model) -> None:
        """Note a row as locked and fresh."""
        self.rows[(type(row), row.pk)] = row

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may be refused without the whole: what it published and noted is forgotten with it, and rows are fetched anew."""
        events, later, parent, noted = len(self.events), len(self.later), self.parent, set(self.noted)
        try:
            yield
        except BaseException:
            del self.events[events:], self.later[later:]
            self.parent, self.noted = parent, noted
            self.rows.clear()
            raise
