"""When somebody is open."""

from __future__ import annotations

from datetime import time
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from enfilade.base.calendar.rules import RULE_MAX, read_rule, rule_words, say_rule
from enfilade.core.models import Record

from .bookable import Bookable, Site

RULE_HELP = "Such as FREQ=YEARLY, or FREQ=MONTHLY;BYDAY=1SA; empty for once."
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check_rule(text: str) -> None:
    """Refuse a rule that nobody understands."""
    try:
        read_rule(text, ZoneInfo("UTC"))
    except ValueError as error:
        raise ValidationError(str(error), code="bad_rule") from None


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
    """Days without opening hours: a vacation, a broken chair, the last Friday of each month. Both days are included.

    rule: how the days come again, by RFC 5545; "" for once.
    """

    bookable = models.ForeignKey(
        Bookable, null=True, blank=True, on_delete=models.PROTECT, related_name="closures", help_text="Empty for the whole company."
    )
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Last day.")
    reason = models.CharField(max_length=200)
    rule = models.CharField("repeats", max_length=RULE_MAX, blank=True, validators=[check_rule], help_text=RULE_HELP)

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

    @property
    def repeats(self) -> str:
        """The rule in words."""
        return rule_words(self.rule) if self.rule else ""

    def get_repeats_display(self) -> str:
        """The same in the language of whoever reads it."""
        return say_rule(self.rule, ZoneInfo("UTC")) if self.rule else ""


class SpecialHours(Record):
    """Hours that count on certain days, whatever else is said: an open Sunday in Advent, a short Christmas Eve, every first Saturday.

    They stand in for the weekly hours and go before closures and public holidays.
    """

    bookable = models.ForeignKey(
        Bookable, null=True, blank=True, on_delete=models.PROTECT, related_name="special_hours", help_text="Empty for the whole company."
    )
    on = models.DateField("first day")
    opens_at = models.TimeField()
    closes_at = models.TimeField(help_text="00:00 is midnight, the end of the day.")
    rule = models.CharField("repeats", max_length=RULE_MAX, blank=True, validators=[check_rule], help_text=RULE_HELP)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "special hours"
        verbose_name_plural = "special hours"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")) | Q(closes_at=time.min),
                name="special_hours_in_order",
                violation_error_message="Closing comes after opening.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "on"], name="special_hours_days")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    @property
    def repeats(self) -> str:
        """The rule in words."""
        return rule_words(self.rule) if self.rule else ""

    def get_repeats_display(self) -> str:
        """The same in the language of whoever reads it."""
        return say_rule(self.rule, ZoneInfo("UTC")) if self.rule else ""


class HolidayCalendar(Record):
    """Whose public holidays the company, or one of its sites, follows.

    site: None for the whole company; a site with a calendar of its own follows that alone.
    closes: whether its holidays close; each single one may say otherwise.
    """

    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty for the whole company."
    )
    country = models.CharField(max_length=2, help_text="Two letters, such as DE.")
    region = models.CharField(max_length=10, blank=True, help_text="Such as BY for Bavaria; empty for the whole country.")
    closes = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "site"],
                name="holidays_of_site_once",
                nulls_distinct=False,
                violation_error_message="The holidays of this site, or of the company, are followed already.",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="holidays_country_iso",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}-{self.region}" if self.region else self.country


class Holiday(Record):
    """One public holiday: shown in calendars, and a closed day if somebody says so."""

    calendar = models.ForeignKey(HolidayCalendar, on_delete=models.PROTECT, related_name="holidays")
    on = models.DateField("day")
    name = models.CharField(max_length=200)
    closes = models.BooleanField(default=True, help_text="Nobody is open on this day.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["calendar", "on", "name"], name="holiday_once", violation_error_message="This holiday is there already."
            )
        ]
        indexes: ClassVar = [models.Index(fields=["company", "on"], name="holiday_days")]

    def __str__(self) -> str:
        return f"{self.name} ({self.on:%Y-%m-%d})"
