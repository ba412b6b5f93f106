"""What was done, by whom, when, through which door: one line per command, for ever."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.rows import RowsOf

from .company import User
from .record import Record, company_of_part


class AuditEntry(Record):
    """One command that ran (or waits, or was returned at a door: those are commands too).

    key: idempotency key of the caller; unique per company, and never forgotten.
    inputs: as a program would send them; secrets and file contents are left out.
    facts: what the door rules looked at.
    changes: field -> [before, after] of plain records.
    result: reference `app.model:pk` of what came out.
    authority: reference of what lent the caller her power (an API token, an elevation); "" when it was a plain sign-in.
    """

    rows_of = RowsOf(own=("user",))

    append_only = True
    recorded = False

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    command = models.TextField()
    channel = models.TextField()
    inputs = models.JSONField()
    inputs_sha256 = models.CharField(max_length=64)
    key = models.TextField(null=True)
    facts = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    result = models.TextField(blank=True)
    authority = models.TextField(blank=True, default="", db_default="")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "key"], name="audit_key_once", violation_error_message="This key was already used."),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=models.F("user")),
                name="audit_four_eyes",
                violation_error_message="The maker can't release her own.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-at"], name="audit_recent")]

    def __str__(self) -> str:
        return f"{self.command} {self.at:%Y-%m-%d %H:%M}"


class AuditSubject(Record):
    """Which rows an audit entry is about; the timeline of a record reads it."""

    rows_of = RowsOf(part_of="entry")

    append_only = True
    recorded = False

    company = company_of_part()
    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="subjects")
    ref = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "ref", "-id"], name="audit_subject_ref")]

    def __str__(self) -> str:
        return self.ref


class EventEntry(Record):
    """The outbox: facts published by commands, kept in the order in which they were recorded."""

    rows_of = RowsOf(part_of="entry")

    append_only = True
    recorded = False

    company = company_of_part()
    at = models.DateTimeField()
    name = models.TextField()
    payload = models.JSONField()
    entry = models.ForeignKey(AuditEntry, null=True, on_delete=models.PROTECT, related_name="events")

    class Meta:
        verbose_name_plural = "event entries"
        indexes: ClassVar = [models.Index(fields=["company", "name", "-id"], name="event_name")]

    def __str__(self) -> str:
        return self.name
