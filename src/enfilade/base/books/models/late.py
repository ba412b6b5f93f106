"""Who may still post into a softly closed period."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User

from .book import Period

LATE_HOURS_MAX = 168


class LateAdmission(Record):
    """Leave for one person to post into a softly closed period until an instant, with the reason; the database asks for it at each entry.

    A posting needs one that is not over. It is never changed: it ends by itself, or with the hard close.
    """

    append_only = True

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="admissions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="who")
    reason = LongTextField()
    until = models.DateTimeField()
    admitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    admitted_at = models.DateTimeField()

    class Meta:
        verbose_name = "late admission"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="late_admission_says_why", violation_error_message="Say why it is posted so late."
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("admitted_at"), until__lte=F("admitted_at") + timedelta(hours=LATE_HOURS_MAX)),
                name="late_admission_short",
                violation_error_message=f"An admission ends after it begins, within {LATE_HOURS_MAX} hours.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.user}"
