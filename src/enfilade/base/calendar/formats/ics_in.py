"""iCalendar in (RFC 5545): what takes place between two instants, event by event; what can't be understood, in sentences.

A file comes from outside, so it is taken for hostile: whatever the libraries raise is a sentence about one event, rules by the second
or minute are not followed, and nobody waits for more events than a calendar has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from enfilade.base.calendar.rules import DAY, read_rule

EVENTS_MAX = 5_000
OCCURRENCES_MAX = 5_000
LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class Taken:
    """One stretch of time. key: the event and which of its occurrences; the same when the file comes again."""

    key: str
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Unread:
    """An event that can't be taken over, and why."""

    title: str
    sentence: str


class NotTaken(Exception):
    """Why an event can't be taken over, in a sentence."""


def read_calendar(data: bytes, from_at: datetime, until_at: datetime, zone: ZoneInfo) -> Iterator[Taken | Unread]:
    """Every occurrence of every event that takes time between two instants.

    zone: of times that have none, and of whole days. Left out in silence is what takes no time by its own word: transparent or cancelled.
    Raises ValueError with a sentence when it is no calendar.
    """
    try:
        calendars = Calendar.from_ical(data, multiple=True)
        events = [(c, e) for c in calendars for e in c.walk("VEVENT")]
    except Exception as error:
        raise ValueError("This is no calendar file that can be read.") from error
    if not calendars or any(c.name != "VCALENDAR" for c in calendars):
        raise ValueError("This is no calendar file that can be read.")
    if len(events) > EVENTS_MAX:
        raise ValueError(f"These are more than {EVENTS_MAX} events. Export a shorter time.")
    groups: dict[str, list[tuple[Calendar, Component]]] = defaultdict(list)
    for n, (calendar, event) in enumerate(events):
        groups[str(event.get("UID") or f"without-{n}")].append((calendar, event))
    count = 0
    for uid, rows in groups.items():
        try:
            found = list(_occurrences(uid, rows, from_at, until_at, zone))
        except NotTaken as error:
            found = [Unread(_title(rows[0][1]), str(error))]
        except Exception:  # noqa: BLE001 - whatever a library makes of a damaged event, the others are taken
            found = [Unread(_title(rows[0][1]), "This event can't be understood.")]
        count += len(found)
        if count > OCCURRENCES_MAX:
            raise ValueError(f"These are more than {OCCURRENCES_MAX} occurrences. Look less far ahead.")
        yield from found


def _occurrences(
    uid: str, rows: list[tuple[Calendar, Component]], from_at: datetime, until_at: datetime, zone: ZoneInfo
) -> Iterator[Taken | Unread]:
    single = Calendar()
    for component in rows[0][0].subcomponents:
        if component.name == "VTIMEZONE":
            single.add_component(component)
    for _, event in rows:
        _check(event)
        single.add_component(event)
    for event in recurring_ical_events.of(single).between(from_at, until_at):
        if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        start, end = _instant(event.start, zone), _instant(event.end, zone)
        if not isinstance(event.start, datetime) and end <= start:
            end = start + DAY
        if end <= start:
            raise NotTaken("This event does not end after it starts.")
        if end - start > LONGEST:
            raise NotTaken("This event lasts longer than 31 days.")
        original = event.get("RECURRENCE-ID")
        at = _instant(original.dt, zone) if original is not None else start
        yield Taken(f"{uid[:200]}|{at.isoformat()}" if len(rows) > 1 or _repeats(rows) else uid[:200], _title(event), start, end)


def _repeats(rows: list[tuple[Calendar, Component]]) -> bool:
    return any(event.get(name) is not None for _, event in rows for name in ("RRULE", "RDATE"))


def _check(event: Component) -> None:
    """Refuse what no calendar of people has, before a library follows it or mends it in silence."""
    given = event.get("RRULE")
    for rule in given if isinstance(given, list) else [given] if given is not None else []:
        try:
            read_rule(rule.to_ical().decode("utf-8", "replace"), ZoneInfo("UTC"))
        except ValueError as error:
            raise NotTaken(str(error)) from error
    start, end = event.get("DTSTART"), event.get("DTEND")
    if start is not None and end is not None and type(start.dt) is type(end.dt) and end.dt < start.dt:
        raise NotTaken("This event does not end after it starts.")


def _instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A day begins at its midnight; a time without a zone is in the company's."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min, tzinfo=zone).astimezone(UTC)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _title(event: Component) -> str:
    words = str(event.get("SUMMARY") or "").replace("\x00", "").strip()
    return words[:200] or "Without a title"
