"""Runs of one command on many rows."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .company import User
from .record import Record


class BulkRun(Record):
    """One command on many rows: what was asked, how far it is, and what became of each row.

    resource: label of the rows' resource. keys: the rows, in the order in which they have their turn. inputs: what all of them share.
    whole: all or nothing, in one transaction; otherwise each row has a transaction of its own, and the others do not depend on it.
    report: one list a row that had its turn: key, done | refused | held, code, sentence, reference of what came out.
    touched_at: when the one who works on it was last heard of.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        FINISHED = "finished"

    # How far it is, many times a minute; what it did is in the audit, a command for each row.
    recorded = False

    command = models.TextField()
    resource = models.TextField()
    inputs = models.JSONField(default=dict)
    keys = ArrayField(models.BigIntegerField())
    whole = models.BooleanField("all or nothing", default=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.WAITING)
    touched_at = models.DateTimeField(null=True)
    total_count = models.PositiveIntegerField("rows")
    done_count = models.PositiveIntegerField("done", default=0)
    refused_count = models.PositiveIntegerField("refused", default=0)
    held_count = models.PositiveIntegerField("held", default=0)
    report = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(total_count__gte=F("done_count") + F("refused_count") + F("held_count")),
                name="bulk_each_row_once",
                violation_error_message="Each row of a bulk run is counted once.",
            ),
            models.CheckConstraint(
                condition=~Q(state="finished") | Q(total_count=F("done_count") + F("refused_count") + F("held_count")),
                name="bulk_finished_is_complete",
                violation_error_message="A bulk run is finished when every row had its turn.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "finished"]),
                name="bulk_state_known",
                violation_error_message="This state is not known.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.command}: 1 row" if self.total_count == 1 else f"{self.command}: {self.total_count} rows"
