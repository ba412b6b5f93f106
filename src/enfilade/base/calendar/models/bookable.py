"""Who and what can be booked."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from enfilade.core.models import Record
from enfilade.core.rows import RowsOf


class Site(Record):
    """A place where the company works, with public holidays of its own where they differ."""

    code = models.CharField(max_length=40, help_text="Short and unique, such as MUC.")
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="site_code_once", violation_error_message="Another site has this code."
            )
        ]

    def __str__(self) -> str:
        return self.name


class Bookable(Record):
    """Somebody or something whose time is scarce: a person, a room, a chair, a machine, a car.

    capacity: how many places it has: bookings, or seats of them, that it takes at the same time.
    buffer_before_min, buffer_after_min: what stays free around each of its bookings at least, whatever the booking itself says.
    tags: what it can serve as (dentist, chair, assistant); needs of services are written in tags.
    user: the account of the person it stands for, for presence and one's own day.
    """

    rows_of = RowsOf(own=("user",))

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
    capacity = models.PositiveSmallIntegerField(default=1, help_text="Places: bookings, or seats, that it takes at the same time.")
    buffer_before_min = models.PositiveIntegerField("buffer before (min)", default=0, help_text="Stays free before each booking.")
    buffer_after_min = models.PositiveIntegerField("buffer after (min)", default=0, help_text="Stays free after each booking.")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Where it is.")
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
                condition=Q(buffer_before_min__lte=1440, buffer_after_min__lte=1440),
                name="bookable_buffers",
                violation_error_message="A buffer is at most a day.",
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"),
                name="bookable_colour",
                violation_error_message="Write a colour as # and six hexadecimal digits.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Pool(Record):
    """Several bookables of which any one will do: "any hygienist", "any chair". Whoever carries one of its tags belongs to it.

    choice: who is taken where several are free.
    """

    class Choice(models.TextChoices):
        FIRST = "first", "The first in the order of entry"
        FAIR = "fair", "Who has the fewest bookings ahead"

    code = models.CharField(max_length=40, help_text="Short and unique, such as HYGIENE.")
    name = models.CharField(max_length=120, help_text="As people say it: any hygienist.")
    tags = ArrayField(models.TextField(), help_text="Tags of bookables, one a line; one of them is enough.")
    choice = models.TextField(choices=Choice, default=Choice.FIRST)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="pool_code_once", violation_error_message="Another pool has this code."
            ),
            models.CheckConstraint(
                condition=Q(tags__len__gte=1), name="pool_has_tags", violation_error_message="A pool needs at least one tag."
            ),
            models.CheckConstraint(
                condition=Q(choice__in=["first", "fair"]), name="pool_choice", violation_error_message="A pool takes the first or is fair."
            ),
        ]

    def __str__(self) -> str:
        return self.name
