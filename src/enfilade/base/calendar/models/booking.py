"""Time that was promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from enfilade.core.models import Record
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .bookable import Bookable

LONGEST = timedelta(days=31)


def only(field: str) -> Func:
    """A range that holds one key. Why: equality inside an exclusion needs btree_gist, overlap of ranges does not."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def during(start: str = "starts_at", end: str = "ends_at") -> Func:
    """The half-open range between two columns."""
    return Func(F(start), F(end), function="tstzrange", output_field=DateTimeRangeField())


class Booking(Record):
    """A stretch of time promised to somebody, of one or several bookables at once.

    origin: reference to what it is for (`appointments.visit:5`), "" when it stands for itself.
    seats: how many places it takes of those bookables that have several.
    buffer_before_min, buffer_after_min: time that stays free around it for getting ready and tidying up.
    series, occurrence_at: of a booking that comes again, and when the rule put this one (RECURRENCE-ID of RFC 5545).
    apart: this occurrence was changed alone; changes of the whole series leave it as it is.
    foreign_id: which event of a calendar file it was, so that the file may come again.
    sequence, changed_at: how often and when it was last moved, for calendars elsewhere that keep a copy.
    """

    rows_of = RowsOf(own=("slots__bookable__user",))

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        CANCELLED = "cancelled", "Cancelled"

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    origin = models.TextField(blank=True)
    buffer_before_min = models.PositiveIntegerField("buffer before (min)", default=0)
    buffer_after_min = models.PositiveIntegerField("buffer after (min)", default=0)
    seats = models.PositiveSmallIntegerField(default=1)
    series = models.ForeignKey("calendar.BookingSeries", null=True, on_delete=models.PROTECT, related_name="bookings")
    occurrence_at = models.DateTimeField(null=True)
    apart = models.BooleanField("changed alone", default=False)
    foreign_id = models.TextField(blank=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    state = models.TextField(choices=State, default=State.BOOKED, editable=False)

    states = States(
        "state",
        {
            "release_booking": (("booked",), "cancelled"),
            "move_booking": (("booked",), "booked"),
            "follow_event": (("booked",), "booked"),
            "change_following": (("booked",), "cancelled"),
            "release_following": (("booked",), "cancelled"),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="booking_in_order", violation_error_message="A booking ends after it starts."
            ),
            models.CheckConstraint(
                condition=Q(state__in=["booked", "cancelled"]),
                name="booking_state",
                violation_error_message="A booking is booked or cancelled.",
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=500),
                name="booking_seats",
                violation_error_message="A booking takes between 1 and 500 seats.",
            ),
            models.CheckConstraint(
                condition=Q(series=None, occurrence_at=None) | Q(series__isnull=False, occurrence_at__isnull=False),
                name="booking_of_series",
                violation_error_message="A booking of a series says which occurrence it is.",
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence_at"],
                condition=Q(state="booked"),
                name="occurrence_once",
                violation_error_message="This occurrence of the series is booked already.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "starts_at"], name="booking_start"),
            models.Index(fields=["company", "origin"], name="booking_origin", condition=~Q(origin="")),
            models.Index(fields=["company", "foreign_id"], name="booking_foreign", condition=~Q(foreign_id="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def bookable_names(self) -> str:
        """Who and what is booked, in words."""
        return ", ".join(s.bookable.name for s in self.slots.all() if s.active or self.state != self.State.BOOKED)


class BookingSlot(Record):
    """The time that one booking takes from one bookable, buffers included. Two active ones never overlap in one place.

    place: which of the bookable's places (0 to capacity - 1, seen to by a trigger) it takes. A booking of several seats has several rows.
    buffer_before_min, buffer_after_min: what the bookable kept free at that time, where that is more than the booking says; else None.
    active: False once the booking was moved or released.
    """

    rows_of = RowsOf(part_of="bookable")

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="slots")
    bookable = models.ForeignKey(Bookable, on_delete=models.PROTECT, related_name="slots")
    place = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    buffer_before_min = models.PositiveIntegerField("buffer before (min)", null=True)
    buffer_after_min = models.PositiveIntegerField("buffer after (min)", null=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="booking_no_overlap",
                index_type="GIST",
                expressions=[
                    (only("bookable_id"), RangeOperators.OVERLAPS),
                    (only("place"), RangeOperators.OVERLAPS),
                    (during(), RangeOperators.OVERLAPS),
                ],
                condition=Q(active=True),
                violation_error_message="Somebody else has this time.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="slot_in_order", violation_error_message="A booking ends after it starts."
            ),
            # Queries rely on it: what overlaps an instant has begun at most this long before.
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST),
                name="slot_not_too_long",
                violation_error_message="A booking lasts at most 31 days.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["company", "bookable", "starts_at"], include=["ends_at", "place"], condition=Q(active=True), name="slot_busy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bookable_id}: {self.starts_at:%Y-%m-%d %H:%M}"
