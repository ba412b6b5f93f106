"""Tables of calendar."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.core.models import Record
from enfilade.core.states import States

LONGEST = timedelta(days=31)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def only(field: str) -> Func:
    """A range that holds one key. Why: equality inside an exclusion needs btree_gist, overlap of ranges does not."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def during(start: str = "starts_at", end: str = "ends_at") -> Func:
    """The half-open range between two columns."""
    return Func(F(start), F(end), function="tstzrange", output_field=DateTimeRangeField())


class Bookable(Record):
    """Somebody or something whose time is scarce: a person, a room, a chair, a machine, a car.

    capacity: how many bookings it takes at the same time.
    tags: what it can serve as (dentist, chair, assistant); needs of services are written in tags.
    user: the account of the person it stands for, for presence and one's own day.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        ROOM = "room", "Room"
        CHAIR = "chair", "Chair"
        EQUIPMENT = "equipment", "Equipment"
        VEHICLE = "vehicle", "Vehicle"
        OTHER = "other", "Other"

    kind = models.TextField(choices=Kind, default=Kind.PERSON)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, help_text="Short and unique, such as CHAIR-1.")
    tags = ArrayField(models.TextField(), default=list, blank=True, help_text="What it serves as, one a line: dentist, chair, assistant.")
    capacity = models.PositiveSmallIntegerField(default=1, help_text="Bookings it takes at the same time.")
    party = models.ForeignKey("party.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    colour = models.CharField(
        max_length=7,
        blank=True,
        help_text="Such as #2f6f5e.",
        validators=[RegexValidator(r"^#[0-9a-f]{6}$", "Write a colour as # and six hexadecimal digits.")],
    )
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "bookable"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="bookable_code_once", violation_error_message="Another bookable has this code."
            ),
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=Q(active=True),
                name="bookable_user_once",
                violation_error_message="This person's account already belongs to another bookable.",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=500),
                name="bookable_capacity",
                violation_error_message="A bookable takes between 1 and 500 bookings at the same time.",
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"),
                name="bookable_colour",
                violation_error_message="Write a colour as # and six hexadecimal digits.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


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


class Booking(Record):
    """A stretch of time promised to somebody, of one or several bookables at once.

    origin: reference to what it is for (`appointments.visit:5`), "" when it stands for itself.
    buffer_before_min, buffer_after_min: time that stays free around it for getting ready and tidying up.
    """

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        CANCELLED = "cancelled", "Cancelled"

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    origin = models.TextField(blank=True)
    buffer_before_min = models.PositiveIntegerField("buffer before (min)", default=0)
    buffer_after_min = models.PositiveIntegerField("buffer after (min)", default=0)
    state = models.TextField(choices=State, default=State.BOOKED, editable=False)

    states = States("state", {"release_booking": (("booked",), "cancelled"), "move_booking": (("booked",), "booked")})

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
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "starts_at"], name="booking_start"),
            models.Index(fields=["company", "origin"], name="booking_origin", condition=~Q(origin="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def bookable_names(self) -> str:
        """Who and what is booked, in words."""
        return ", ".join(s.bookable.name for s in self.slots.all() if s.active or self.state != self.State.BOOKED)


class BookingSlot(Record):
    """The time that one booking takes from one bookable, buffers included. Two active ones never overlap in one place.

    place: which of the bookable's places (0 to capacity - 1) it takes.
    active: False once the booking was moved or released.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="slots")
    bookable = models.ForeignKey(Bookable, on_delete=models.PROTECT, related_name="slots")
    place = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
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
