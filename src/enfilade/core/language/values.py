"""Values within a text that was written in English, as the reader's language writes them: days, months and instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from babel.dates import format_date, format_skeleton, format_time
from django.utils import timezone
from django.utils.translation import get_language, to_locale

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?P<clock> \d{2}:\d{2})?")
_MONTH = re.compile("(January|February|March|April|May|June|July|August|September|October|November|December) [0-9]{4}")


def written(text: str, *, kept_in_utc: bool = False) -> str:
    """A day (2026-11-02), a day with its time, or a month (November 2026) as the reader's language writes it; anything else as it is.

    kept_in_utc: a time of day is one of UTC, and is shown as that of the active time zone.
    """
    day, locale = _DAY.fullmatch(text), to_locale(get_language() or "en")
    form = "%Y-%m-%d %H:%M" if day and day["clock"] else "%Y-%m-%d" if day else "%B %Y"
    if not day and not _MONTH.fullmatch(text):
        return text
    try:
        at = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return text
    if not day:
        return format_skeleton("yMMMM", at, locale=locale)
    if not day["clock"]:
        return format_date(at, "medium", locale=locale)
    local = timezone.localtime(at) if kept_in_utc else at
    return f"{format_date(local.date(), 'medium', locale=locale)}, {format_time(local.time(), 'short', locale=locale)}"
