"""The time zones that a calendar file brings along (VTIMEZONE), and those whose names it only uses.

Why not through the parser of `icalendar`: it remembers a zone under its name for as long as the process lives, so the file of one company
would decide what a name means in the file of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from icalendar import Component, Timezone
from icalendar.timezone import tzp

from .components import Part, property_of

# Rules of a zone are walked through for every time in it; no law has changed the clocks more often than this.
_CHANGES_MAX = 400
_DATED = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")


def zones_of(parts: Iterable[Part]) -> dict[str, tzinfo | None]:
    """The zones that a file describes, by name; None where that can't be understood. Names that the world knows are not asked for."""
    found: dict[str, tzinfo | None] = {}
    for part in parts:
        if (name := part.text("TZID").strip('"')) and known_zone(name) is None:
            found[name] = _described(part)
    return found


def known_zone(name: str) -> tzinfo | None:
    """The zone of a name of the IANA database or of Windows, also behind the prefix of a vendor."""
    pieces = name.strip("/").split("/")
    tries = ["/".join(pieces[at:]) for at in range(len(pieces))] if name.startswith("/") else [name]
    return next((zone for text in tries if text and (zone := _zone(text)) is not None), None)


def _zone(name: str) -> tzinfo | None:
    try:
        return tzp.timezone(name)
    except (OSError, ValueError):
        # The database of zones lies in files: "America" is a folder of it.
        return None


def _described(part: Part) -> tzinfo | None:
    rules = [text for _, text in part.lines if property_of(text) == "RRULE"]
    if any("FREQ=YEARLY" not in rule.upper() for rule in rules) or len(part.lines) > _CHANGES_MAX:
        return None
    try:
        # Without its name the parser does not remember it.
        zone: Any = Timezone.from_ical(part.source(without=("TZID",)))
        zone["TZID"] = part.text("TZID")
        made: tzinfo = zone.to_tz(lookup_tzid=False)
        made.utcoffset(datetime(2026, 7, 1))  # noqa: DTZ001 - a wall clock has no zone
    except Exception:  # noqa: BLE001 - whatever a library makes of a damaged description
        return None
    return made


def hang_in_zones(event: Component, zones: Mapping[str, tzinfo | None]) -> Iterator[str]:
    """Put the times of an event into the zones that their names mean in this file; the names that mean nothing."""
    for name in _DATED:
        given = event.get(name)
        for value in given if isinstance(given, list) else [given] if given is not None else []:
            params = getattr(value, "params", {})
            tzid = str(params.get("TZID") or "").strip('"')
            if not tzid:
                continue
            zone = zones.get(tzid) or known_zone(tzid)
            if zone is None:
                yield tzid
                continue
            for one in getattr(value, "dts", [value]):
                one.dt = _hung(one.dt, zone)


def _hung(value: Any, zone: tzinfo) -> Any:
    """A time, a day, or a period of two times, with its zone; what is in UTC already stays."""
    if isinstance(value, tuple):
        return tuple(_hung(v, zone) for v in value)
    return value.replace(tzinfo=zone) if isinstance(value, datetime) and value.tzinfo is None else value
