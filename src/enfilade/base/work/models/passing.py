"""Hand-overs and notes of cases."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf

from .case import Case
from .queue import Queue


class HandOver(Record):
    """A case offered to a person or to a queue. It counts when it is accepted; until then the case is with the sender.

    from_state: state to which the case goes back when it is returned.
    """

    rows_of = RowsOf(part_of="case")

    class State(models.TextChoices):
        OFFERED = "offered"
        ACCEPTED = "accepted"
        RETURNED = "returned"
        RECALLED = "recalled"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hand_overs")
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    to_queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.OFFERED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    note = LongTextField(blank=True)
    reason = LongTextField(blank=True)

    class Meta:
        verbose_name = "hand-over"
        verbose_name_plural = "hand-overs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="offered"),
                name="hand_over_one_open",
                violation_error_message="This case is offered already.",
            ),
            models.CheckConstraint(
                condition=(Q(to_user__isnull=False) & Q(to_queue=None)) | (Q(to_user=None) & Q(to_queue__isnull=False)),
                name="hand_over_to_one",
                violation_error_message="Hand a case over to one person or to one queue.",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", decided_at=None, decided_by=None)
                | (Q(state__in=["accepted", "returned", "recalled"]) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="hand_over_decided_by_somebody",
                violation_error_message="A hand-over is accepted or returned by somebody at a time.",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="hand_over_returned_with_reason",
                violation_error_message="Say why you return it.",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(to_user=None) | Q(decided_by=models.F("to_user")),
                name="hand_over_accepted_by_receiver",
                violation_error_message="Only the person it was offered to can accept it.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "to_user"], name="hand_over_to_user", condition=Q(state="offered")),
            models.Index(fields=["company", "to_queue"], name="hand_over_to_queue", condition=Q(state="offered")),
        ]

    def __str__(self) -> str:
        return f"to {self.receiver}"

    @property
    def receiver(self) -> str:
        """Name of the person or queue."""
        return str(self.to_user or self.to_queue)


class CaseNote(Record):
    """Something worth knowing about a case; never changed."""

    rows_of = RowsOf(part_of="case")

    append_only = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = LongTextField()

    class Meta:
        verbose_name = "note"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="case_note_not_empty", violation_error_message="Write something."),
        ]

    def __str__(self) -> str:
        return self.text[:60]
