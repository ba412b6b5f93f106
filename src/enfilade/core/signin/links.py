"""Links by which people set a password: a first one, or a new one in the place of one that is forgotten.

A link is signed and lasts for a while. It names the account and what its password and last sign-in were, so it opens once: a new password,
or signing in, makes every earlier link worthless. The job that mails it makes it, and nothing keeps it.
Why not by the outbox of a company: what lies there its people may read, and whoever reads a link has the account.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.utils import reset as open_door
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from enfilade.core.access import companies_of
from enfilade.core.jobs import job
from enfilade.core.models import Identity, SignInEvent, User

from .events import Place, browser_name, note
from .letters import CHANGED, FIRST, FORGOTTEN, written
from .sessions import end_all
from .throttle import TooMany

SALT = "enfilade.password-link"
LASTS = {FIRST: timedelta(days=7), FORGOTTEN: timedelta(hours=1)}
# So many links a person gets within so long, whoever asks; and so often one address of the network may ask.
MAILED_MAX, MAILED_WITHIN = 3, timedelta(hours=1)
ASKED_MAX, ASKED_WITHIN = 20, timedelta(minutes=15)
HERE = Place(None, "")
Kind = SignInEvent.Kind


def make_link(user: User, cause: str) -> str:
    """The path of a new link. cause: first or forgotten, which says how long it lasts."""
    return f"/sign-in/password/{signing.dumps([user.pk, cause, _state(user)], salt=SALT)}/"


def owner_of(text: str) -> User | None:
    """Whose password a link sets; None when it is none, too old, used, or its account is closed."""
    try:
        found = signing.loads(text, salt=SALT)
        pk, cause, state = found
        signing.loads(text, salt=SALT, max_age=LASTS[cause])
    except (signing.BadSignature, ValueError, KeyError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user is not None and constant_time_compare(state, _state(user)) else None


def _state(user: User) -> str:
    """What a link stands and falls with."""
    return salted_hmac(SALT, f"{user.pk} {user.email} {user.password} {user.last_login}", algorithm="sha256").hexdigest()[:32]


def use_link(text: str, new: str, place: Place) -> User | None:
    """Set the password that belongs to a link, end every session of its person and tell her; None when the link opens nothing any more.

    Of two who use one link at once one is let in: the account is locked before the link is looked at.
    """
    seen = owner_of(text)
    if seen is None:
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=seen.pk)
        user = owner_of(text)
        if user is None:
            return None
        user.set_password(new)
        user.save(update_fields=["password"])
        at = timezone.now()
        note(place, Kind.PASSWORD_CHANGED, user, "by a link", at)
        end_all(user, "new password", at)
        tell_changed(user, place, at)
    # Whoever reads the mail of the account has shown more than those who guessed at its password.
    open_door(username=user.email)
    return user


def mails_links() -> bool:
    """Whether links are mailed: the site has a name under which they lead here."""
    return bool(settings.SITE_URL)


def is_without_password(user: User) -> bool:
    """Whether somebody can't sign in yet: she has no password, and no provider vouches for her."""
    return not user.has_usable_password() and not Identity.objects.filter(user=user).exists()


def ask(user: User | None, place: Place) -> None:
    """Somebody says that she has forgotten her password. The same is done whether there is an account (None: there is not) or not.

    Refuses TooMany for an address of the network that asks too often.
    """
    since = timezone.now() - ASKED_WITHIN
    if place.address is not None:
        asked = SignInEvent.objects.filter(address=place.address, at__gt=since, kind=Kind.LINK_ASKED)
        if len(asked.values_list("pk")[:ASKED_MAX]) >= ASKED_MAX:
            raise TooMany
    note(place, Kind.LINK_ASKED, user)
    mail_link.defer(user_id=user.pk if user else 0, cause=FORGOTTEN)


def invite(user: User, company_id: int, by: str) -> None:
    """Have a link mailed by which a person sets her first password, when the transaction under way is committed."""
    mail_link.defer(user_id=user.pk, cause=FIRST, company_id=company_id, by=by)


def tell_changed(user: User, place: Place, at: datetime) -> None:
    """Have a person told that her password is another one, in case that it was not she."""
    mail_changed.defer(user_id=user.pk, at=at.isoformat(), browser=browser_name(place.agent))


@job("core.mail_password_link")
def mail_link(user_id: int, cause: str, company_id: int = 0, by: str = "") -> None:
    """Make a link and mail it. Not to who signs in by a provider only, nor more often than MAILED_MAX."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not mails_links() or not (user.has_usable_password() or is_without_password(user)):
        return
    since = timezone.now() - MAILED_WITHIN
    if SignInEvent.objects.filter(user=user, at__gt=since, kind=Kind.LINK_SENT).count() >= MAILED_MAX:
        return
    values = {"link": settings.SITE_URL + make_link(user, cause), "site": settings.SITE_URL}
    _send(user, cause, values, company_id)
    note(HERE, Kind.LINK_SENT, user, f"{cause} password{f', asked for by {by}' if by else ''}")


@job("core.mail_password_changed")
def mail_changed(user_id: int, at: str, browser: str) -> None:
    """Tell a person that her password was changed."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        moment = datetime.fromisoformat(at).astimezone(timezone.get_default_timezone())
        _send(
            user,
            CHANGED,
            {"when": f"{moment:%Y-%m-%d %H:%M} {moment.tzname()}", "browser": browser, "site": settings.SITE_URL or "Enfilade"},
        )


def _send(user: User, letter: str, values: dict[str, Any], company_id: int = 0) -> None:
    """Hand a letter to the mail server; where that fails it is noted, and the job is tried again."""
    companies = companies_of(user)
    company = next((c for c in companies if c.pk == company_id), companies[0] if companies else None)
    subject, text = written(letter, company.language if company else "en", {**values, "company": company.name if company else ""})
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email], headers=headers).send()
    except OSError as error:
        # The errors of smtplib are OSErrors too.
        note(HERE, Kind.MAIL_FAILED, user, f"{letter}: {error}")
        raise
