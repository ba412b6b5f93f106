"""Who is told what, and what became of each call."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enfilade.core.models import EventEntry, Record
from enfilade.core.states import States


class Subscription(Record):
    """A program elsewhere that is told of events.

    events: names (billing.InvoiceIssued), `module.*` or `*`. sealed_secret: what calls are signed with; sealed_earlier: the one before,
    with which they are signed too until earlier_until. failing_since: when it began to take nothing.
    """

    name = models.CharField(max_length=120)
    address = models.TextField()
    events = ArrayField(models.TextField())
    active = models.BooleanField(default=True, editable=False)
    sealed_secret = models.TextField(editable=False)
    sealed_earlier = models.TextField(blank=True, editable=False)
    earlier_until = models.DateTimeField(null=True, editable=False)
    made_at = models.DateTimeField("made", editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    paused_why = models.TextField("why it is paused", blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="subscription_name_once", violation_error_message="There is a subscription of this name."
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(sealed_secret="") & Q(address__regex=r"^https?://") & Q(events__len__gt=0),
                name="subscription_complete",
                violation_error_message="A subscription has a name, an address, a secret and at least one event.",
            ),
            models.CheckConstraint(
                condition=Q(active=True, paused_why="") | (Q(active=False) & ~Q(paused_why="")),
                name="subscription_paused_why",
                violation_error_message="A paused subscription has a reason, an active one has none.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company"], name="subscription_active", condition=Q(active=True))]

    def __str__(self) -> str:
        return self.name


class Delivery(Record):
    """One event for one subscriber. attempts, status, answer: of the last attempt; status 0: there was no answer."""

    class State(models.TextChoices):
        PENDING = "pending", "To be delivered"
        DELIVERED = "delivered"
        FAILED = "failed", "Given up"

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(EventEntry, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField("next attempt", null=True)
    tried_at = models.DateTimeField("last attempt", null=True)
    status = models.PositiveSmallIntegerField("HTTP status", default=0)
    answer = models.TextField(blank=True)

    states = States(
        "state",
        {
            "note_attempt": (("pending",), ("pending", "delivered", "failed")),
            "replay_delivery": (("pending", "delivered", "failed"), "pending"),
        },
    )

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription", "event"], name="delivery_once", violation_error_message="This event is on its way there already."
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "delivered", "failed"])
                & (Q(state="pending", next_try_at__isnull=False) | (~Q(state="pending") & Q(next_try_at=None, tried_at__isnull=False))),
                name="delivery_state_true",
                violation_error_message="What waits has a time to be tried at; what is over has the time of its last attempt.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "next_try_at"], name="delivery_due", condition=Q(state="pending")),
            models.Index(fields=["subscription", "-id"], name="delivery_of"),
            models.Index(fields=["company", "state", "-id"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.subscription}"

    @property
    def message_id(self) -> str:
        """What the receiver knows it by: the same for every attempt and replay, so that it takes it once."""
        return f"msg_{self.subscription_id}_{self.event_id}"
