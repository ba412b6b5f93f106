"""Notifications by e-mail: at once or once a day, as each person chose; what she has read on the page meanwhile is not mailed.

A mail says what the bell says and no more. It is marked before it is sent, so that nobody gets it twice; the page shows all of it anyway,
so that a mail server that is away costs nothing but the reminder.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import translation

from .context import Context
from .jobs import for_each_company, schedule
from .language.words import say
from .models import Membership, Notification, NotificationChoice
from .refs import split
from .scope import scope

# What is older was looked at, or is stale; whoever changes a choice gets no flood.
AT_ONCE_WITHIN = timedelta(hours=2)
DIGEST_WITHIN = timedelta(days=2)
DIGEST_HOUR = 7
LINES_MAX = 50
AT_ONCE = (NotificationChoice.How.EMAIL, NotificationChoice.How.PUSH_EMAIL)
ONCE_A_DAY = (NotificationChoice.How.DIGEST, NotificationChoice.How.PUSH_DIGEST)
_LOG = logging.getLogger("enfilade.mailing")


@schedule("core.mail_notifications", "* * * * *")
def mail_notifications(timestamp: int) -> None:
    """Every minute, what was to be mailed at once: one mail for each person, however much it is."""
    del timestamp
    for_each_company(mail_at_once)


@schedule("core.mail_digests", "5 * * * *")
def mail_digests(timestamp: int) -> None:
    """Every hour, since the morning comes at another hour in every time zone."""
    del timestamp
    for_each_company(mail_digest)


def mail_at_once(ctx: Context) -> int:
    """Mail what one company has for those who want it at once; how many mails."""
    return _mail(ctx, AT_ONCE, AT_ONCE_WITHIN)


def mail_digest(ctx: Context) -> int:
    """In the first hour of the working day, mail what is unread to those who want it once a day; how many mails."""
    if ctx.now.astimezone(ctx.zone).hour != DIGEST_HOUR:
        return 0
    return _mail(ctx, ONCE_A_DAY, DIGEST_WITHIN)


def _mail(ctx: Context, ways: tuple[str, ...], within: timedelta) -> int:
    with scope(ctx.company_id):
        letters = _take(ctx, ways, within)
        Notification.objects.visible_to(ctx).filter(pk__in=[n.pk for rows in letters.values() for n in rows]).update(mailed_at=ctx.now)
    if not letters:
        return 0
    mails = []
    for email, rows in letters.items():
        with translation.override(rows[0].user.language_at(ctx.company)):
            mails.append(_written(ctx, ways, email, rows))
    try:
        return get_connection().send_messages(mails) or 0
    except OSError as error:
        # SMTP errors are OSErrors too.
        _LOG.warning("%s notifications could not be mailed: %s", len(mails), error)
        return 0


def _take(ctx: Context, ways: tuple[str, ...], within: timedelta) -> dict[str, list[Notification]]:
    """Unread notifications by e-mail address of those who chose so and still work here; locked, so that two workers mail none twice."""
    choices: dict[int, dict[str, str]] = defaultdict(dict)
    concerned = NotificationChoice.objects.visible_to(ctx).filter(how__in=ways).values("user")
    for user, kind, chosen in NotificationChoice.objects.visible_to(ctx).filter(user__in=concerned).values_list("user", "kind", "how"):
        choices[user][kind] = chosen
    if not choices:
        return {}
    members = Membership.objects.filter(company=ctx.company, user__in=list(choices), active=True, user__is_active=True)
    emails = dict(members.values_list("user", "user__email"))
    waiting = Notification.objects.visible_to(ctx).filter(user__in=list(emails), read_at=None, mailed_at=None, at__gte=ctx.now - within)
    found: dict[str, list[Notification]] = defaultdict(list)
    for note in waiting.select_related("user").select_for_update(skip_locked=True, of=("self",)).order_by("pk"):
        mine = choices[note.user_id]
        if mine.get(note.kind, mine.get("", "page")) in ways:
            found[emails[note.user_id]].append(note)
    return found


def _written(ctx: Context, ways: tuple[str, ...], email: str, rows: list[Notification]) -> EmailMessage:
    lines = [f"- {say(note.text)}{_link(note)}" for note in rows[:LINES_MAX]]
    if len(rows) > LINES_MAX:
        lines.append(say(f"... and {len(rows) - LINES_MAX} more on the page."))
    one = say(rows[0].text) if ways == AT_ONCE and len(rows) == 1 else say(f"{len(rows)} notifications")
    subject = " ".join(f"{ctx.company.name}: {one}".split())[:200]
    text = "\n".join([*lines, "", say("What reaches you by e-mail is chosen under Your account, Notifications.")])
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    return EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [email], headers=headers)


def _link(note: Notification) -> str:
    """The page of the record under the configured name of the site; nothing where none is configured, since no request may say it."""
    from .refs import model_of
    from .resource import resource_for

    model = model_of(note.ref) if note.ref and settings.SITE_URL else None
    resource = resource_for(model) if model else None
    return f"\n  {settings.SITE_URL}{resource.list_url()}{split(note.ref)[1]}/" if resource else ""
