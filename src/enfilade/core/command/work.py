"""The transaction under way: what the commands inside it have locked, published and caused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from enfilade.core.models import HeldCommand


@dataclass
class Work:
    """Lives from the begin to the end of one outermost command.

    rows: rows already locked or made fresh in this transaction, by model and key.
    parent: audit entry of the command that is running; nested commands hang below it.
    first: audit entry of the outermost command; no entry of this transaction has an older key.
    release: the held command that is being released, if one is.
    door_passed: rules that the release has answered; each opens once.
    """

    rows: dict[tuple[type, int], Model] = field(default_factory=dict)
    events: list[object] = field(default_factory=list)
    later: list[tuple[object, Any]] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    parent: int | None = None
    first: int | None = None
    release: HeldCommand | None = None
    door_passed: set[str] = field(default_factory=set)

    def remember(self, row: Model) -> None:
        """Note a row as locked and fresh."""
        self.rows[(type(row), row.pk)] = row
