"""Files that are taken in: one batch each, and a row for every record of the file with what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .company import User
from .record import Record, company_of_part
from .working import StoredFile


class ImportBatch(Record):
    """One import of one file.

    options: how the file is read and what its columns mean, see `core.intake.Options`.
    header_key: which header the file has; the next file with the same one gets the same columns.
    position: the last row that was taken; it moves in the transaction that takes the rows, so that none is taken twice.
    problems: what is to be said of the file as a whole, and warnings: [{line, field, sentence, refused}].
    granted, authority: what whoever started it was allowed then, and by what; the job that goes on has that and what she still holds.
    started_at, finished_at: instants of the first and the last row. undone_at: when it was taken back.
    """

    rows_of = RowsOf(own=("user",))

    left_out = ("problems",)

    class State(models.TextChoices):
        DRAFT = "draft"
        RUNNING = "running"
        STOPPED = "stopped"
        DONE = "done"
        UNDONE = "undone"

    resource = models.TextField()
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)
    options = models.JSONField(default=dict)
    header_key = models.CharField(max_length=64, blank=True)
    total_count = models.PositiveIntegerField("rows", default=0)
    position = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    granted = models.JSONField(default=list, editable=False)
    authority = models.TextField(blank=True, editable=False)
    started_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    states = States(
        "state",
        {
            "map_import": (("draft",), "draft"),
            "check_import": (("draft",), "draft"),
            "start_import": (("draft",), "running"),
            "take_import_rows": (("running",), ("running", "done")),
            "stop_import": (("running",), "stopped"),
            "resume_import": (("stopped",), "running"),
            "undo_import": (("done", "stopped"), "undone"),
        },
    )

    class Meta:
        verbose_name_plural = "import batches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(position__lte=F("total_count")),
                name="import_within_file",
                violation_error_message="An import can't have taken more rows than the file has.",
            ),
            models.CheckConstraint(
                condition=Q(position=F("created_count") + F("changed_count") + F("refused_count")),
                name="import_counts_add_up",
                violation_error_message="Every row that was taken was made, changed or left out.",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(position=F("total_count")),
                name="import_done_is_whole",
                violation_error_message="An import is done when every row had its turn.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "resource", "header_key", "-id"], name="import_by_header"),
            models.Index(fields=["moved_at"], name="import_running", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.at:%Y-%m-%d %H:%M})"


class WaitingRows(Record):
    """Rows of a file that wait for their turn, as they were read: as many as one step takes, in one text. They go when it comes.

    position: place of the first of them among the rows of the batch, from 1. rows: JSON, see `core.importing`.
    Why it is not recorded: what comes of the rows is recorded with those that they become.
    """

    rows_of = RowsOf(part_of="batch")

    recorded = False

    company = company_of_part()
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="waiting", db_index=False)
    position = models.PositiveIntegerField()
    rows = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = "waiting rows"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "position"], name="waiting_rows_once", violation_error_message="These rows of the file wait already."
            )
        ]

    def __str__(self) -> str:
        return f"from row {self.position}"


class ImportRow(Record):
    """One record of a file that had its turn: what it became, and what it changed, so that it can be taken back.

    position: place among the rows of the batch, from 1; line: physical line or row of the file.
    command, inputs: the command and its raw inputs, where it was left out or its intake needs them to take it back.
    cells: of a row that was left out, as they stood in the file, for the file of such rows; null where the file has no columns.
    ref: `app.model:pk` of the row it made or changed.
    changes: field -> [before, after] of the row; below: what it added or changed among the rows that belong to it.
    said: why it was refused, or why it could not be taken back: [[field, sentence]].
    Why it is not recorded: what an import did is recorded with the rows that it did it to.
    """

    rows_of = RowsOf(part_of="batch")

    recorded = False

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        CREATED = "created", "Made"
        CHANGED = "changed"
        REFUSED = "refused", "Left out"
        UNDONE = "undone", "Taken back"
        KEPT = "kept"

    company = company_of_part()
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    command = models.TextField(blank=True)
    inputs = models.JSONField(default=dict)
    cells = models.JSONField(null=True)
    outcome = models.TextField(choices=Outcome, default=Outcome.WAITING)
    ref = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    below = models.JSONField(default=dict)
    said = models.JSONField(default=list)

    class Meta:
        verbose_name = "imported row"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "position"], name="import_row_once", violation_error_message="This row of the file was taken already."
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["waiting", "created", "changed", "refused", "undone", "kept"]),
                name="import_row_outcome_known",
                violation_error_message="A row of a file is made, changed, left out or taken back.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refused", "kept"]) | ~Q(said=[]),
                name="import_row_says_why",
                violation_error_message="A row that was left out says why.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ref"], name="import_row_by_ref", condition=~Q(ref=""))]

    def __str__(self) -> str:
        return f"line {self.line}"
