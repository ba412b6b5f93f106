"""Browsers in which people are signed in: begun, seen, ended; one, all others, or by themselves after a while.

A session ends after SESSION_IDLE_MIN minutes in which its person did nothing, and SESSION_COOKIE_AGE seconds after she signed
in whatever she does. The list is of our own table, since Django's sessions do not say whose they are.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from enfilade.core.models import Company, Passkey, RecoveryCode, SignIn, SignInEvent, TotpDevice, User

from .events import Place, note, place_of
from .factors import needs_second_factor

BACKEND = "django.contrib.auth.backends.ModelBackend"
SEEN_EVERY_S = 60
# How long a proof of who she is counts for what needs a fresh one.
FRESH_S = 15 * 60


def sign_in(request: HttpRequest, user: User, method: str, *, strong: bool) -> None:
    """Begin a session under a new number. strong: a second factor, or a passkey that verified its person, was shown."""
    for name in ("pending", "ceremony", "totp_secret", "elevation"):
        request.session.pop(name, None)
    login(request, user, backend=BACKEND)
    now = int(time.time())
    request.session.update({"since": now, "seen": now, "fresh": now, "strong": strong, "method": method})
    request.session["must_set_up"] = not strong and needs_second_factor(user)
    place, at = place_of(request), timezone.now()
    SignIn.objects.create(
        user=user, key=request.session.session_key, method=method, made_at=at, last_seen_at=at, address=place.address, agent=place.agent
    )
    note(place, SignInEvent.Kind.SIGNED_IN, user, method, at)


def sign_out(request: HttpRequest) -> None:
    """End the session of this browser."""
    user = request.user
    if isinstance(user, User):
        _forget(SignIn.objects.filter(key=request.session.session_key))
        note(place_of(request), SignInEvent.Kind.SIGNED_OUT, user)
    logout(request)


def note_seen(request: HttpRequest) -> bool:
    """Whether the session is still good; once a minute it is noted that its person did something.

    What a page asks by itself (a part of it that renews) is nothing the person did.
    """
    session, now = request.session, int(time.time())
    if "since" not in session:
        _adopt(request, now)
    idle_s, age_s = now - session["seen"], now - session["since"]
    if idle_s > settings.SESSION_IDLE_MIN * 60 or age_s > settings.SESSION_COOKIE_AGE:
        user = request.user
        _forget(SignIn.objects.filter(key=session.session_key), closed=False)
        note(place_of(request), SignInEvent.Kind.TIMED_OUT, user if isinstance(user, User) else None)
        logout(request)
        return False
    by_itself = request.method in {"GET", "HEAD"} and request.headers.get("HX-Request")
    if idle_s >= SEEN_EVERY_S and not by_itself:
        session["seen"] = now
        place = place_of(request)
        SignIn.objects.filter(key=session.session_key).update(last_seen_at=timezone.now(), address=place.address, agent=place.agent)
    return True


def _adopt(request: HttpRequest, now: int) -> None:
    """A session that was begun before there were lists of them."""
    request.session.update({"since": now, "seen": now, "fresh": 0, "strong": False, "method": "earlier"})
    place, at = place_of(request), timezone.now()
    SignIn.objects.get_or_create(
        key=request.session.session_key,
        defaults={
            "user_id": int(request.user.pk or 0),
            "method": "earlier",
            "made_at": at,
            "last_seen_at": at,
            "address": place.address,
            "agent": place.agent,
        },
    )


def is_fresh(session: Any, within_s: int = FRESH_S) -> bool:
    """Whether the person proved who she is a short while ago."""
    return int(time.time()) - session.get("fresh", 0) <= within_s


def confirm(request: HttpRequest, user: User) -> None:
    """Note that the person has just proved who she is once more; the session gets a new number by that."""
    key = request.session.session_key
    request.session.cycle_key()
    move(key, request)
    request.session["fresh"] = int(time.time())
    note(place_of(request), SignInEvent.Kind.CONFIRMED, user)


def strengthen(request: HttpRequest) -> None:
    """A second factor was set up in this session: it counts as shown, and nothing has to be set up any more."""
    request.session["strong"] = True
    request.session["must_set_up"] = False


def open_sign_ins(user: User) -> QuerySet[SignIn]:
    """Where a person is signed in, last seen first."""
    return SignIn.objects.filter(user=user, ended_at=None).order_by("-last_seen_at", "-pk")


def end_one(request: HttpRequest, user: User, pk: int) -> bool:
    """End one of the person's sessions; False when there is no such (any more)."""
    ended = _forget(SignIn.objects.filter(user=user, pk=pk))
    if ended:
        note(place_of(request), SignInEvent.Kind.ENDED, user)
    return bool(ended)


def end_others(request: HttpRequest, user: User) -> int:
    """End every session of the person but this one; how many there were."""
    ended = _forget(SignIn.objects.filter(user=user).exclude(key=request.session.session_key))
    if ended:
        note(place_of(request), SignInEvent.Kind.ENDED, user, f"{ended} other sessions" if ended > 1 else "1 other session")
    return ended


def end_all(user: User, detail: str, at: datetime) -> int:
    """End every session of a person, by somebody who may; how many there were."""
    ended = _forget(SignIn.objects.filter(user=user))
    note(Place(None, ""), SignInEvent.Kind.ENDED, user, detail, at)
    return ended


def works_elsewhere(user: User, company: Company) -> bool:
    """Whether a person is an active member of another company; asked of the database, since a command sees its own company only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_works_elsewhere(%s, %s)", [user.pk, company.pk])
        return bool(cursor.fetchone()[0])


def forget_factors(user: User, detail: str, at: datetime) -> None:
    """Take every second factor of a person away, end all her sessions, and write down why."""
    for model in (TotpDevice, Passkey, RecoveryCode):
        model.objects.filter(user=user).delete()
    _forget(SignIn.objects.filter(user=user))
    note(Place(None, ""), SignInEvent.Kind.FACTORS_RESET, user, detail, at)


def move(old_key: str | None, request: HttpRequest) -> None:
    """The session has got another number."""
    SignIn.objects.filter(key=old_key).update(key=request.session.session_key)


def sign_in_of(request: HttpRequest) -> int | None:
    """The key of this browser's sign-in, None where the session has none (any more)."""
    return SignIn.objects.filter(key=request.session.session_key).values_list("pk", flat=True).first()


def _forget(rows: QuerySet[SignIn], *, closed: bool = True) -> int:
    """End open sign-ins and delete their sessions, so that their cookies open nothing. closed: somebody wants it so."""
    found = dict(rows.filter(ended_at=None).values_list("pk", "key"))
    Session.objects.filter(session_key__in=found.values()).delete()
    return SignIn.objects.filter(pk__in=found, ended_at=None).update(ended_at=timezone.now(), key=None, closed=closed)
