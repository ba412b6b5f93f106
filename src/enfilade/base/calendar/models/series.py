"""Bookings that come again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enfilade.base.calendar.rules import Rule, read_rule, rule_words, say_rule
from enfilade.core.language.words import say
from enfilade.core.models import Record
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .bookable import Bookable, Pool
from .booking import Booking

HORIZON_DAYS_MAX = 731


class BookingSeries(Record):
    """A booking that comes again by a rule of RFC 5545, on the wall clock of a time zone.

    first_on, clock: the first occurrence; the clock stays the same when summer time begins and ends.
    rule: RRULE, "" where only the further times count. more_at: RDATE. skipped_at: EXDATE, instants that the rule names and nobody wants.
    horizon_days: how far ahead occurrences are booked. booked_until: until when they have been.
    owner: who made it, and hears of what could not be booked.
    ends_before: where a later series took over, or where it was ended.
    """

    rows_of = RowsOf(own=("owner",))

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"

    title = models.CharField(max_length=200)
    first_on = models.DateField()
    clock = models.TimeField("begins at")
    zone_name = models.TextField("time zone")
    duration_min = models.PositiveIntegerField("duration (min)")
    rule = models.TextField(blank=True)
    more_at = ArrayField(models.DateTimeField(), default=list, blank=True)
    skipped_at = ArrayField(models.DateTimeField(), default=list, blank=True)
    seats = models.PositiveSmallIntegerField(default=1)
    buffer_before_min = models.PositiveIntegerField("buffer before (min)", default=0)
    buffer_after_min = models.PositiveIntegerField("buffer after (min)", default=0)
    outside_hours = models.BooleanField(default=False)
    origin = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uid = models.TextField("foreign UID", blank=True)
    horizon_days = models.PositiveSmallIntegerField("booked ahead (days)", default=180)
    booked_until = models.DateTimeField(null=True)
    ends_before = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.RUNNING, editable=False)

    states = States(
        "state",
        {
            "change_series": (("running",), "running"),
            "end_series": (("running",), "ended"),
            "extend_series": (("running",), ("running", "ended")),
        },
    )

    class Meta:
        verbose_name = "series"
        verbose_name_plural = "series"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(duration_min__gte=1, duration_min__lte=44_640),
                name="series_duration",
                violation_error_message="A booking lasts at least a minute and at most 31 days.",
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=HORIZON_DAYS_MAX),
                name="series_horizon",
                violation_error_message="Occurrences are booked between a day and two years ahead.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "ended"]), name="series_state", violation_error_message="A series is running or ended."
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "booked_until"], condition=Q(state="running"), name="series_to_extend"),
            models.Index(fields=["company", "uid"], condition=~Q(uid=""), name="series_uid"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        """Where its clock hangs."""
        return ZoneInfo(self.zone_name)

    @property
    def first(self) -> datetime:
        """The first occurrence on the wall clock, without a zone."""
        return datetime.combine(self.first_on, self.clock)

    @property
    def length(self) -> timedelta:
        """How long each occurrence takes."""
        return timedelta(minutes=self.duration_min)

    @property
    def parsed(self) -> Rule | None:
        """The rule, understood."""
        return read_rule(self.rule, self.zone) if self.rule else None

    @property
    def rule_words(self) -> str:
        """The rule in words."""
        return rule_words(self.rule) if self.rule else "on single days"

    def get_rule_words_display(self) -> str:
        """The same in the language of whoever reads it."""
        return say_rule(self.rule, self.zone) if self.rule else say(self.rule_words)


class SeriesNeed(Record):
    """Who or what each occurrence of a series takes: one bookable, or any one of a pool."""

    rows_of = RowsOf(part_of="series")

    series = models.ForeignKey(BookingSeries, on_delete=models.PROTECT, related_name="needs")
    bookable = models.ForeignKey(Bookable, null=True, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(bookable__isnull=False, pool=None) | Q(bookable=None, pool__isnull=False),
                name="need_names_one",
                violation_error_message="A need is either one bookable or any one of a pool.",
            )
        ]

    def __str__(self) -> str:
        return str(self.bookable or self.pool)


class SeriesConflict(Record):
    """An occurrence that could not be booked: somebody else has the time, or it is closed. A person decides what becomes of it.

    booking: what was booked instead, once it was moved.
    """

    rows_of = RowsOf(part_of="series")

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        MOVED = "moved", "Moved"
        SKIPPED = "skipped", "Left out"

    class Reason(models.TextChoices):
        TAKEN = "taken", "Somebody else has this time"
        CLOSED = "closed", "Closed"

    series = models.ForeignKey(BookingSeries, on_delete=models.PROTECT, related_name="conflicts")
    occurrence_at = models.DateTimeField("would begin")
    reason = models.TextField(choices=Reason)
    state = models.TextField(choices=State, default=State.OPEN, editable=False)
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    states = States("state", {"move_occurrence": (("open",), "moved"), "skip_occurrence": (("open",), "skipped")})

    class Meta:
        verbose_name = "conflict"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["series", "occurrence_at"],
                condition=Q(state="open"),
                name="conflict_once",
                violation_error_message="This occurrence is on the list already.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None, booking=None)
                | Q(state="skipped", settled_at__isnull=False, booking=None)
                | Q(state="moved", settled_at__isnull=False, booking__isnull=False),
                name="conflict_settled",
                violation_error_message="A conflict that was settled has a time, and a booking where it was moved.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "occurrence_at"], condition=Q(state="open"), name="conflict_open")]

    def __str__(self) -> str:
        return f"{self.series} {self.occurrence_at:%Y-%m-%d %H:%M}"
