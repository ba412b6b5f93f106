"""What changed in the rows themselves, written by PostgreSQL, and the seals over commands, changes and events."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.rows import RowsOf

from .company import Company
from .record import Record


class RowChange(Record):
    """One row that was made, changed or deleted, by a command or by a person with SQL; written by triggers only.

    entry: the audit entry of the command that caused it, None where no command did. No constraint holds it: the command's entry
        is written after its changes, and `enfilade verify` proves that it is there.
    place: the entry, or a number drawn from the same sequence: it orders commands and what was done without one.
    ref: `app.model:pk` of the row.
    before, after: changed columns and their values; all of them for a row that was made or deleted. What a model leaves out
        (`left_out`) is named where it changed, its value never.
    db_user: the login role of the session.
    """

    append_only = True
    app_writable = False
    recorded = False
    rows_of = RowsOf(part_of="entry")

    class Kind(models.TextChoices):
        INSERT = "insert"
        UPDATE = "update"
        DELETE = "delete"

    # No index and no constraint of their own: a line is written for every row that changes, its company is that of the row.
    company = models.ForeignKey(Company, on_delete=models.PROTECT, editable=False, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField()
    entry = models.ForeignKey(
        "core.AuditEntry", null=True, on_delete=models.PROTECT, related_name="row_changes", db_index=False, db_constraint=False
    )
    place = models.BigIntegerField()
    ref = models.TextField()
    kind = models.CharField(max_length=6, choices=Kind)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    db_user = models.TextField()

    class Meta:
        verbose_name = "row change"
        indexes: ClassVar = [models.Index(fields=["company", "ref", "-place"], name="row_change_ref")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class AuditSeal(Record):
    """A sealed block of the company's record: audit entries with their subjects, row changes, events.

    number: 1, 2, 3 ... per company. previous, hash: SHA-256 in hexadecimal; the chain starts with 64 zeros.
    last_entry, last_change, last_event: the block covers every key of the company up to these, from those of the seal before.
    digests: 40 bytes per line, its key and the SHA-256 of its canonical form: entries, then changes, then events.
    marks: 2 bytes per column of each line, in the order of the digests, so that a broken line names its column.
    """

    append_only = True
    recorded = False

    number = models.PositiveIntegerField()
    last_entry = models.BigIntegerField()
    last_change = models.BigIntegerField()
    last_event = models.BigIntegerField()
    entry_count = models.PositiveIntegerField()
    change_count = models.PositiveIntegerField()
    event_count = models.PositiveIntegerField()
    digests = models.BinaryField()
    marks = models.BinaryField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="audit_seal_once", violation_error_message="This seal exists."),
            models.CheckConstraint(
                condition=Q(entry_count__gte=1) | Q(change_count__gte=1) | Q(event_count__gte=1),
                name="audit_seal_not_empty",
                violation_error_message="A seal covers at least one line.",
            ),
        ]

    def __str__(self) -> str:
        return f"Seal {self.number}"

    @property
    def head(self) -> dict[str, Any]:
        """What the seal says beside its digests, in the form that is hashed."""
        return {
            "company": self.company_id,
            "number": self.number,
            "sealed_at": self.sealed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "last": [self.last_entry, self.last_change, self.last_event],
            "count": [self.entry_count, self.change_count, self.event_count],
            "previous": self.previous,
        }
