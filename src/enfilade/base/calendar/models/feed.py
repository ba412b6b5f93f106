"""Private addresses from which a calendar program reads."""

from __future__ import annotations

import base64
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from enfilade.core.models import Record
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .bookable import Bookable


def new_seed() -> str:
    """What makes an address another one."""
    return secrets.token_urlsafe(24)


class CalendarFeed(Record):
    """An address under which a calendar program reads somebody's bookings, without signing in, until it is revoked.

    owner: who reads; what is shown is what she may see at that moment. bookable: whose bookings; None for her own.
    seed: goes into the address with the secret of the house, so that a copy of the database gives no address away.
    """

    rows_of = RowsOf(own=("owner",))

    class State(models.TextChoices):
        LIVE = "live", "Live"
        REVOKED = "revoked", "Revoked"

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    bookable = models.ForeignKey(Bookable, null=True, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.LIVE, editable=False)

    left_out = ("seed",)
    states = States("state", {"renew_feed": (("live",), "live"), "revoke_feed": (("live",), "revoked")})

    class Meta:
        verbose_name = "calendar address"
        verbose_name_plural = "calendar addresses"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="live", revoked_at=None) | Q(state="revoked", revoked_at__isnull=False),
                name="feed_revoked_when",
                violation_error_message="An address that was revoked has a time.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        """The part of the address that nobody guesses: 256 bits, and the key in front so that the row is found."""
        mac = salted_hmac("calendar.feed", f"{self.company_id}:{self.pk}:{self.seed}", algorithm="sha256").digest()
        return f"{self.pk}-{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def opens_with(self, token: str) -> bool:
        """Whether this is its address; takes the same time whatever is wrong with it."""
        return constant_time_compare(self.token.encode(), token.encode("utf-8", "replace"))
