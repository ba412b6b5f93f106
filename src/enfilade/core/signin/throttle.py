"""How often somebody may be wrong: per account for second factors and confirmations, per address for everything.

Passwords per account and address are counted by axes before any hash is computed. What is counted here are the failures in
the record of sign-in events; attempts on one account stand in line at an advisory lock, so that a hundred at once are still
no more than the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from enfilade.core.context import Refusal
from enfilade.core.models import SignInEvent, User

from .events import Place, note

WINDOW = timedelta(minutes=15)
SECOND_FAILURES_MAX = 5
ADDRESS_FAILURES_MAX = 100
FAILURES = (SignInEvent.Kind.REFUSED, SignInEvent.Kind.SECOND_REFUSED)
_LOCK_CLASS = 7_001


class TooMany(Refusal):
    """The door is closed for a quarter of an hour."""

    status = 429

    def __init__(self) -> None:
        super().__init__("too_many_attempts", "Too many attempts. Wait a quarter of an hour and try again.")


def check_address(place: Place) -> None:
    """Refuse an address from which too many wrong answers came, whoever they were for."""
    if place.address is None:
        return
    since = timezone.now() - WINDOW
    rows = SignInEvent.objects.filter(address=place.address, at__gt=since, kind__in=FAILURES)
    if len(rows.values_list("pk")[:ADDRESS_FAILURES_MAX]) >= ADDRESS_FAILURES_MAX:
        raise TooMany


def attempt(user: User, place: Place, check: Callable[[], bool]) -> bool:
    """Whether `check` says yes; a no is counted. The fifth no within a quarter of an hour closes the door before anything is checked."""
    check_address(place)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, user.pk % 2**31])
        since = timezone.now() - WINDOW
        failed = SignInEvent.objects.filter(user=user, at__gt=since, kind=SignInEvent.Kind.SECOND_REFUSED).count()
        if failed >= SECOND_FAILURES_MAX:
            raise TooMany
        passed = check()
        if not passed:
            note(place, SignInEvent.Kind.SECOND_REFUSED, user)
    return passed
