"""Those who would take a time that becomes free."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record
from enfilade.core.states import States

from .bookable import Bookable, Pool
from .booking import Booking


class WaitingEntry(Record):
    """Somebody who would take time if it became free: how long, between when and when, with whom.

    party: who waits, where she is known. origin: what it is for, as a reference; the module of that record makes of an accepted offer
        what it books. note: what those who are needed should know beforehand.
    buffer_after_min: what stays free behind it. answer_within_min: how long an offer stands.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        BOOKED = "booked", "Booked"
        WITHDRAWN = "withdrawn", "Withdrawn"

    title = models.CharField(max_length=200)
    party = models.ForeignKey("party.Party", null=True, on_delete=models.PROTECT, related_name="+")
    duration_min = models.PositiveIntegerField("duration (min)")
    seats = models.PositiveSmallIntegerField(default=1)
    earliest_at = models.DateTimeField("not before")
    latest_at = models.DateTimeField("not after")
    buffer_after_min = models.PositiveSmallIntegerField("buffer after (min)", default=0)
    note = LongTextField(blank=True)
    answer_within_min = models.PositiveIntegerField("answer within (min)", default=1440)
    origin = models.TextField(blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.WAITING, editable=False)

    states = States("state", {"withdraw_entry": (("waiting",), "withdrawn")})

    class Meta:
        verbose_name = "waiting entry"
        verbose_name_plural = "waiting list"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(latest_at__gt=F("earliest_at")),
                name="waiting_in_order",
                violation_error_message="The end comes after the start.",
            ),
            models.CheckConstraint(
                condition=Q(duration_min__gte=1, duration_min__lte=44_640),
                name="waiting_duration",
                violation_error_message="A booking lasts at least a minute and at most 31 days.",
            ),
            models.CheckConstraint(
                condition=Q(state="booked", booking__isnull=False) | (~Q(state="booked") & Q(booking=None)),
                name="waiting_booked",
                violation_error_message="Who waited and was booked has a booking.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "entered_at"], condition=Q(state="waiting"), name="waiting_in_turn")]

    def __str__(self) -> str:
        return self.title


class WaitingNeed(Record):
    """Who or what somebody waits for: one bookable, any one of a pool, or whoever carries one of some tags."""

    entry = models.ForeignKey(WaitingEntry, on_delete=models.PROTECT, related_name="needs")
    bookable = models.ForeignKey(Bookable, null=True, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    tags = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(bookable__isnull=False, pool=None, tags=[])
                | Q(bookable=None, pool__isnull=False, tags=[])
                | Q(bookable=None, pool=None, tags__len__gte=1),
                name="waiting_need_names_one",
                violation_error_message="A need is either one bookable, any one of a pool, or whoever carries one of some tags.",
            )
        ]

    def __str__(self) -> str:
        return str(self.bookable or self.pool or " or ".join(self.tags))


class SlotOffer(Record):
    """A time that became free, offered to somebody who waits. Several may be offered the same; who accepts first has it."""

    class State(models.TextChoices):
        OPEN = "open", "Offered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Lapsed"

    entry = models.ForeignKey(WaitingEntry, on_delete=models.PROTECT, related_name="offers")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField("stands until")
    settled_at = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.OPEN, editable=False)

    states = States(
        "state",
        {"accept_offer": (("open",), "accepted"), "decline_offer": (("open",), "declined"), "lapse_offer": (("open",), "lapsed")},
        said={("accept_offer", "lapsed"): ("too_late", "This offer has lapsed: the time is taken, or the answer came too late.")},
    )

    class Meta:
        verbose_name = "offer"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="offer_in_order", violation_error_message="A booking ends after it starts."
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="offer_settled",
                violation_error_message="An offer that was answered has a time.",
            ),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state="open"),
                name="offer_open_once",
                violation_error_message="One offer at a time: the last one has not been answered yet.",
            ),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state="accepted"),
                name="offer_accepted_once",
                violation_error_message="Who waited has accepted another offer already.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "expires_at"], condition=Q(state="open"), name="offer_open")]

    def __str__(self) -> str:
        return f"{self.entry} {self.starts_at:%Y-%m-%d %H:%M}"
