"""When somebody is open."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.models import Record

from .bookable import Bookable

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class OpeningHours(Record):
    """One stretch of one weekday on which somebody (or the whole company) is open, in local time.

    bookable: None for the whole company. A bookable with hours in force on a day follows those alone, one without follows the company.
    closes_at: 00:00 is the end of the day.
    """

    bookable = models.ForeignKey(
        Bookable, null=True, blank=True, on_delete=models.PROTECT, related_name="opening_hours", help_text="Empty for the whole company."
    )
    weekday = models.SmallIntegerField(choices=list(enumerate(WEEKDAYS)))
    opens_at = models.TimeField()
    closes_at = models.TimeField(help_text="00:00 is midnight, the end of the day.")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="Last day.")

    class Meta:
        verbose_name = "opening hours"
        verbose_name_plural = "opening hours"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6),
                name="hours_weekday",
                violation_error_message="A weekday is 0 (Monday) to 6 (Sunday).",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")) | Q(closes_at=time.min),
                name="hours_in_order",
                violation_error_message="Closing comes after opening.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="hours_valid_in_order",
                violation_error_message="The last day comes after the first.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "bookable"], name="hours_of_bookable")]

    def __str__(self) -> str:
        return f"{self.weekday_name} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    @property
    def weekday_name(self) -> str:
        """Monday to Sunday."""
        return WEEKDAYS[int(self.weekday)]


class Closure(Record):
    """Days without opening hours: a public holiday, a vacation, a broken chair. Both days are included."""

    bookable = models.ForeignKey(
        Bookable, null=True, blank=True, on_delete=models.PROTECT, related_name="closures", help_text="Empty for the whole company."
    )
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Last day.")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="closure_in_order",
                violation_error_message="A closure ends on or after the day it starts.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "ends_on"], name="closure_days")]

    def __str__(self) -> str:
        return f"{self.reason} ({self.starts_on:%Y-%m-%d})"
