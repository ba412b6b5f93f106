"""When to push, what an answer of a push service means, how much fits. Pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from enfilade.core.models import NotificationChoice

# What could not be delivered for so long is no news any more; the bell has it.
LASTS = timedelta(days=1)
# Between attempts, where the service does not say itself when it wants to be asked again.
PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21_600))
# Nobody is reminded of more in a minute; the last one says that there is more.
PER_MINUTE_MAX = 20
# A browser that takes nothing for so long is forgotten.
SILENT_FOR = timedelta(days=5)
# RFC 8030 section 7.2: so much has to be taken by every service; the head of RFC 8188 and the seal are part of it.
MESSAGE_MAX_BYTES = 4096
TEXT_MAX = 300
TITLE_MAX = 80
PUSHED = (NotificationChoice.How.PUSH, NotificationChoice.How.PUSH_EMAIL, NotificationChoice.How.PUSH_DIGEST)
_WIDER = {
    NotificationChoice.How.PAGE: NotificationChoice.How.PUSH,
    NotificationChoice.How.EMAIL: NotificationChoice.How.PUSH_EMAIL,
    NotificationChoice.How.DIGEST: NotificationChoice.How.PUSH_DIGEST,
}


@dataclass(frozen=True)
class Verdict:
    """What an answer means. took: it is on its way; gone: the browser is not there any more; again_in: when to try again, None: never."""

    took: bool = False
    gone: bool = False
    again_in: timedelta | None = None


def judge(status: int, retry_after: str, attempt: int, age: timedelta, now: datetime) -> Verdict:
    """What the answer of a push service means.

    status: of the answer, 0 where there was none. retry_after: its header of that name, "" without.
    attempt: the first is 1. age: of the notification.
    Source: RFC 8030 sections 5, 7.3 and 8.4; RFC 9110 section 10.2.3.
    """
    if 200 <= status < 300:
        return Verdict(took=True)
    if status in {404, 410}:
        return Verdict(gone=True)
    if status not in {0, 408, 425, 429} and status < 500:
        return Verdict()
    if attempt > len(PAUSES):
        return Verdict()
    pause = max(PAUSES[attempt - 1], _asked_for(retry_after, now))
    return Verdict(again_in=pause if age + pause < LASTS else None)


def _asked_for(retry_after: str, now: datetime) -> timedelta:
    """How long a service wants to be left alone: seconds, or a date as HTTP writes it; none where it can't be read."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10 * int(LASTS.total_seconds())))
    try:
        return max(parsedate_to_datetime(text) - now, timedelta())
    except (ValueError, TypeError):
        return timedelta()


def is_pushed(choices: dict[str, str], kind: str) -> bool:
    """Whether a person who chose so wants notifications of a kind in her browsers."""
    return choices.get(kind, choices.get("", NotificationChoice.How.PAGE)) in PUSHED


def with_push(how: str) -> str:
    """The same choice, and in the browsers too."""
    return _WIDER.get(NotificationChoice.How(how), NotificationChoice.How(how))


def message_of(title: str, text: str, tag: str, path: str, language: str) -> bytes:
    """What the service worker reads, in at most MESSAGE_MAX_BYTES when it is sealed."""
    fields = {"title": _short(title, TITLE_MAX), "body": _short(text, TEXT_MAX), "tag": tag, "path": path[:500], "lang": language}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
