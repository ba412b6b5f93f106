"""Calendar files that were taken in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from enfilade.core.models import Record


class CalendarImport(Record):
    """One calendar file, and what became of its events.

    problems: [{title, starts_at, sentence}] of what was not taken; starts_at in ISO 8601, "" where the event has none.
    """

    append_only = True

    file_name = models.CharField(max_length=200)
    at = models.DateTimeField("imported")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    booked_count = models.PositiveIntegerField("booked")
    moved_count = models.PositiveIntegerField("moved")
    kept_count = models.PositiveIntegerField("unchanged")
    refused_count = models.PositiveIntegerField("not taken")
    problems = models.JSONField(default=list)

    class Meta:
        verbose_name = "calendar import"

    def __str__(self) -> str:
        return self.file_name
