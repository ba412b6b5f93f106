"""Browsers in which a person is reached while no page is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from enfilade.core.rows import RowsOf

from .company import User
from .record import Record, RecordQuerySet
from .signin import SignIn

DEVICES_MAX = 10
# Whoever was not signed in there for so long may have left the browser to somebody else.
AWAKE_FOR = timedelta(days=30)


class PushDeviceQuerySet(RecordQuerySet):
    """Browsers that are pushed to, and browsers that sleep."""

    def awake(self, now: datetime) -> Self:
        """Those from which their person did not sign out, and where she was lately."""
        there = Q(sign_in__closed=False, sign_in__last_seen_at__gte=now - AWAKE_FOR)
        return self.filter(Q(sign_in=None) | there)


class PushDevice(Record):
    """A browser of one person at its push service (RFC 8030).

    endpoint: where the service takes messages for it. p256dh: its public key; sealed_auth: the secret it shares with us.
    discreet: it shows only that there is news, and not what. slot: one of ten places that a person has.
    sign_in: where its person was signed in when it was last heard of; as long as that is closed, it sleeps.
    status, answer: of the last attempt; status 0: there was none, or no answer. failing_since: when it began to take nothing.
    """

    left_out = ("endpoint", "sealed_auth")
    rows_of = RowsOf(own=("user",))

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name="person")
    label = models.CharField("browser", max_length=120)
    endpoint = models.TextField(editable=False)
    p256dh = models.CharField(max_length=87, editable=False)
    sealed_auth = models.TextField(editable=False)
    discreet = models.BooleanField("says only that there is news", default=False)
    slot = models.PositiveSmallIntegerField("place", editable=False)
    sign_in = models.ForeignKey(SignIn, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    made_at = models.DateTimeField("switched on", editable=False)
    last_used_at = models.DateTimeField("last reached", null=True, editable=False)
    status = models.PositiveSmallIntegerField("HTTP status", default=0, editable=False)
    answer = models.TextField("last answer", blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = PushDeviceQuerySet.as_manager()

    class Meta:
        verbose_name = "browser"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "endpoint"],
                name="push_device_once",
                violation_error_message="This browser is switched on already.",
            ),
            models.UniqueConstraint(
                fields=["company", "user", "slot"],
                name="push_device_slot_once",
                violation_error_message="Two browsers were switched on at once. Try again.",
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=DEVICES_MAX),
                name="push_device_ten_at_most",
                violation_error_message="A person is reached in at most ten browsers.",
            ),
            models.CheckConstraint(
                condition=Q(endpoint__regex=r"^https://[^/]") & Q(p256dh__regex=r"^[A-Za-z0-9_-]{87}$") & ~Q(sealed_auth="") & ~Q(label=""),
                name="push_device_complete",
                violation_error_message="A browser has a name, an address that begins with https:// and its keys.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
