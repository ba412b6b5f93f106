"""Values within a text that was written in English, as the reader's language writes them: days, months and instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from enfilade.core.ui.format import format_clock, format_day, format_instant, format_month

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?P<clock> \d{2}:\d{2})?")
_MONTH = re.compile("(January|February|March|April|May|June|July|August|September|October|November|December) [0-9]{4}")


def written(text: str, *, kept_in_utc: bool = False) -> str:
    """A day (2026-11-02), a day with its time, or a month (November 2026) as the reader's language writes it; anything else as it is.

    kept_in_utc: a time of day is one of UTC, and is shown as that of the active time zone.
    """
    day = _DAY.fullmatch(text)
    try:
        if day and day["clock"]:
            at = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC if kept_in_utc else None)
            return format_instant(at) if kept_in_utc else f"{format_day(at)}, {format_clock(at)}"
        if day:
            return format_day(datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007 - a day has no zone
        if _MONTH.fullmatch(text):
            return format_month(datetime.strptime(text, "%B %Y"))  # noqa: DTZ007
    except ValueError:
        return text
    return text
