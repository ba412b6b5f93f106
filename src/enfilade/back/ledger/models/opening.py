"""Opening balances: what a company stood at when its books moved in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States


class OpeningBalance(Record):
    """A trial balance that was entered as a whole at a day; one of a ledger and day stands, until it is taken back.

    total_minor: sum of one side. rest_minor: what was left over and stands on the account of opening balances, debit positive.
    file: where it came from, None where it was typed.
    """

    class State(models.TextChoices):
        STANDS = "stands"
        TAKEN_BACK = "taken_back", "Taken back"

    on = models.DateField()
    line_count = models.PositiveIntegerField("lines")
    total_minor = AmountField("total")
    rest_minor = AmountField("left over", signed=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.STANDS, editable=False)

    states = States("state", {"take_back_opening": (("stands",), "taken_back")})

    class Meta:
        verbose_name_plural = "opening balances"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "on"],
                condition=Q(state="stands"),
                name="opening_once",
                violation_error_message="Opening balances of this day were entered already; take them back first.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["stands", "taken_back"]),
                name="opening_state_known",
                violation_error_message="Opening balances stand or are taken back.",
            ),
            models.CheckConstraint(
                condition=Q(line_count__gt=0, total_minor__gt=0),
                name="opening_not_empty",
                violation_error_message="Opening balances have at least one line, and an amount.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"
