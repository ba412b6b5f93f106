"""iCalendar in (RFC 5545): what takes place between two instants, occurrence by occurrence; what can't be understood, in sentences.

A file comes from outside, so it is taken for hostile: whatever the libraries raise is a sentence about one event and its line, rules by
the second or minute are not followed, and nobody waits for more events than a calendar has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from enfilade.base.calendar.rules import DAY, exists, read_rule
from enfilade.core.textfile import Problem, clean, code_page, decode, refusal, repair

from .components import EVENT, ZONE, Part, parts_of
from .zones import hang_in_zones, zones_of

EVENTS_MAX = 5_000
OCCURRENCES_MAX = 5_000
KEY_MAX = 200
LONGEST = timedelta(days=31)
# Occurrences before the time that is looked at have to be walked through; together no calendar has more.
STEPS_MAX = 500_000
_STEPS_A_YEAR = {"DAILY": 366, "WEEKLY": 371, "MONTHLY": 12, "YEARLY": 1}
_LINE = "X-ENFILADE-LINE"
# What an event can't be understood without, and the field of a booking that it becomes.
_FIELDS = {
    "DTSTART": "starts_at",
    "DTEND": "ends_at",
    "DURATION": "ends_at",
    "RRULE": "rule",
    "RDATE": "rule",
    "EXDATE": "rule",
    "RECURRENCE-ID": "occurrence_at",
    "UID": "foreign_id",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One stretch of time.

    key: the event and which of its occurrences (RECURRENCE-ID); the same when the file comes again. uid: the event.
    free: it takes no time by its own word: it was cancelled, or it is transparent.
    """

    key: str
    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    line: int
    free: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """An event, or an occurrence of one, that can't be taken over: on which line, in which field, and why."""

    line: int
    field: str
    title: str
    sentence: str


@dataclass
class Reading:
    """What a file holds between two instants.

    whole: identities of events of which nothing was left out, so that an occurrence that is not there does not take place.
    fault: why nothing of the file could be read.
    """

    taken: list[Taken] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    fault: Problem | None = None


class NotTaken(Exception):
    """Why an event can't be taken over: in which field, and a sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = name


# A component as the library has it: its properties are of thirty types that have little in common.
Member = tuple[Part, Any]


def count_events(data: bytes) -> int:
    """How many events a file has, without reading what they say."""
    return sum(part.name == EVENT for part in parts_of(decode(data))[0]) if refusal(data, "a calendar file") is None else 0


def read_calendar(data: bytes, from_at: datetime, until_at: datetime, zone: ZoneInfo, region: str = "") -> Reading:
    """Every occurrence of every event that takes time between two instants.

    zone: of times that have none, and of whole days. region: whose code page a file that is not Unicode is in.
    """
    fault = refusal(data, "a calendar file")
    parts, calendars = parts_of("" if fault else decode(data))
    events = [part for part in parts if part.name == EVENT]
    if fault is None and not calendars:
        fault = Problem(1, "", "This is no calendar file: it has no line BEGIN:VCALENDAR.", refused=True)
    if len(events) > EVENTS_MAX:
        fault = Problem(1, "", f"These are more than {EVENTS_MAX} events. Export a shorter time.", refused=True)
    if fault is not None:
        return Reading(fault=fault)
    made = Reading()
    groups, damaged = _members(events, parts, code_page(region), made)
    if sum(_steps(event, until_at) for members in groups.values() for _, event in members) > STEPS_MAX:
        sentence = "Events of this file repeat so often since so long ago that nobody could wait for them. Export a shorter time."
        return Reading(fault=Problem(1, "rule", sentence, refused=True))
    for uid, members in groups.items():
        before = len(made.unread)
        _follow(uid, members, (from_at, until_at), zone, made)
        if uid not in damaged and len(made.unread) == before:
            made.whole.add(uid)
        if len(made.taken) > OCCURRENCES_MAX:
            sentence = f"These are more than {OCCURRENCES_MAX} occurrences. Look less far ahead."
            return Reading(fault=Problem(1, "", sentence, refused=True))
    return made


def _members(events: Sequence[Part], parts: Sequence[Part], page: str, made: Reading) -> tuple[dict[str, list[Member]], set[str]]:
    """The events that could be parsed, by identity (a series and its changed occurrences have one), and which identities lost a member."""
    zones = zones_of(part for part in parts if part.name == ZONE)
    groups: dict[str, list[Member]] = defaultdict(list)
    damaged: set[str] = set()
    for part in events:
        part.lines = [(number, repair(text, page=page)) for number, text in part.lines]
        uid = clean(part.text("UID"))[0][:KEY_MAX] or f"line-{part.line}"
        try:
            groups[uid].append((part, _event(part, zones, made)))
        except NotTaken as no:
            damaged.add(uid)
            made.unread.append(Unread(part.line_of(*[n for n, f in _FIELDS.items() if f == no.field]), no.field, _written(part), str(no)))
    return {uid: members for uid, members in groups.items() if members}, damaged


def _event(part: Part, zones: dict[str, tzinfo | None], made: Reading) -> Any:
    if not part.ended:
        raise NotTaken("", "This event is cut off: it has no line END:VEVENT.")
    try:
        event: Any = Event.from_ical(part.source())
    except Exception as error:
        raise NotTaken("", "This event can't be understood.") from error
    for name, _ in event.errors:
        if name in _FIELDS:
            raise NotTaken(_FIELDS[name], f"{name} can't be understood.")
    if event.get("DTSTART") is None:
        raise NotTaken("starts_at", "This event does not say when it starts.")
    if event.errors:
        broken = next((name for name, _ in event.errors if name), "")
        made.problems.append(Problem(part.line_of(broken), "", "A line of this event can't be understood; the event was taken without it."))
    for unknown in dict.fromkeys(hang_in_zones(event, zones)):
        sentence = f"The time zone {unknown[:60]} is not known; its times are taken as those of the company."
        made.problems.append(Problem(part.line_of("DTSTART"), "starts_at", sentence))
    _check(event)
    event[_LINE] = str(part.line)
    if part.method == "CANCEL":
        event["STATUS"] = "CANCELLED"
    return event


def _check(event: Any) -> None:
    """Refuse what no calendar of people has, before a library follows it or mends it in silence."""
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "DURATION"):
        if isinstance(event.get(name), list):
            raise NotTaken(_FIELDS[name], f"{name} stands there twice.")
    for rule in _rules(event):
        try:
            read_rule(rule, ZoneInfo("UTC"))
        except ValueError as error:
            raise NotTaken("rule", str(error)) from error
    start, end = event.get("DTSTART"), event.get("DTEND")
    if not isinstance(start.dt, date):
        raise NotTaken("starts_at", "DTSTART can't be understood.")
    if end is not None and type(start.dt) is type(end.dt) and _naive(end.dt) < _naive(start.dt):
        raise NotTaken("ends_at", "This event does not end after it starts.")


def _naive(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _rules(event: Any) -> list[str]:
    given = event.get("RRULE")
    rules = given if isinstance(given, list) else [given] if given is not None else []
    return [rule.to_ical().decode("utf-8", "replace") for rule in rules]


def _steps(event: Any, until_at: datetime) -> int:
    """About how many occurrences a library walks through to reach the end of the time that is looked at."""
    years = max(1, until_at.year - event["DTSTART"].dt.year)
    return sum(years * a_year for name, a_year in _STEPS_A_YEAR.items() for rule in _rules(event) if "FREQ=" + name in rule.upper())


def _follow(uid: str, members: Sequence[Member], span: tuple[datetime, datetime], zone: ZoneInfo, made: Reading) -> None:
    """Add the occurrences of one event to what was made of the file."""
    single, first = Calendar(), members[0][0]
    for _, event in members:
        single.add_component(event)
    taken: list[Taken] = []
    repeats = len(members) > 1 or any(event.get(name) is not None for _, event in members for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    starts = {_instant(event["DTSTART"].dt, zone) for _, event in members}
    try:
        for event in recurring_ical_events.of(single).between(*span):
            try:
                taken += _occurrence(uid, event, zone, starts, repeats=repeats)
            except NotTaken as no:
                made.unread.append(Unread(int(event.get(_LINE) or first.line), no.field, _title(event), str(no)))
    except Exception:  # noqa: BLE001 - whatever a library makes of a damaged event, the others are taken
        made.unread.append(Unread(first.line, "", _written(first), "This event can't be understood."))
        return
    made.taken += {t.key: t for t in taken}.values()


def _occurrence(uid: str, event: Any, zone: ZoneInfo, starts: set[datetime], *, repeats: bool) -> Iterable[Taken]:
    """The time that an occurrence takes; nothing where the clocks skip it, which is no occurrence (RFC 5545 3.3.10)."""
    start, end = _instant(event.start, zone), _instant(event.end, zone)
    if not isinstance(event.start, datetime) and end <= start:
        end = start + DAY
    local = event.start
    if start not in starts and isinstance(local, datetime) and not exists(local.replace(tzinfo=None), local.tzinfo or zone):
        return
    if end <= start:
        raise NotTaken("ends_at", "This event does not end after it starts.")
    if end - start > LONGEST:
        raise NotTaken("ends_at", "This event lasts longer than 31 days.")
    original = event.get("RECURRENCE-ID")
    at = _instant(original.dt, zone) if original is not None else start
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED"
    yield Taken(f"{uid}|{at.isoformat()}" if repeats else uid, uid, _title(event), start, end, int(event.get(_LINE) or 0), free)


def _instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A day begins at its midnight; a time without a zone is in the company's."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min, tzinfo=zone).astimezone(UTC)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _title(event: Any) -> str:
    given = event.get("SUMMARY")
    return _worded(str(given[0] if isinstance(given, list) and given else given or ""))


def _written(part: Part) -> str:
    """What an event that could not be parsed is called."""
    return _worded(part.text("SUMMARY"))


def _worded(text: str) -> str:
    return " ".join(clean(text)[0].split())[:200] or "Without a title"
