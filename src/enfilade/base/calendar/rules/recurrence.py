"""Recurrence by RFC 5545: which wall-clock times a rule names, and which instants those are. Pure.

A rule is text as it stands behind `RRULE:`. The first time always counts, also where the rule does not name it. A time that the clocks
skip is no occurrence and is not counted (section 3.3.10); one that comes twice is its first coming (3.3.5). What a program may send and
no calendar needs is refused: rules by the minute, both COUNT and UNTIL, days that no month has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

RULE_MAX = 300
COUNT_MAX = 1_000
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday"}
NUMBERS = {
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYWEEKNO": 53,
    "BYMONTH": 12,
    "BYSETPOS": 366,
}
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", *NUMBERS}
LONGEST_MONTH = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_BYDAY = re.compile(r"[+-]?[0-9]{0,2}(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")


@dataclass(frozen=True)
class Rule:
    """A rule that was understood.

    text: the whole of it, in capital letters. pattern: without COUNT and UNTIL.
    count: occurrences in all, the first one included. until: last wall-clock time that counts.
    """

    text: str
    pattern: str
    count: int | None = None
    until: datetime | None = None

    @property
    def endless(self) -> bool:
        """Whether it goes on for ever."""
        return self.count is None and self.until is None


def read_rule(text: str, zone: ZoneInfo) -> Rule:
    """Understand a rule; UNTIL in UTC is read in the zone of the series.

    Raises ValueError with a sentence.
    """
    cleaned = text.strip().upper().removeprefix("RRULE:")
    if len(cleaned) > RULE_MAX:
        raise ValueError(f"A rule has at most {RULE_MAX} characters.")
    parts: dict[str, str] = {}
    for part in cleaned.rstrip(";").split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value or name in parts:
            raise ValueError("Write a rule such as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10.")
        if name not in KNOWN:
            raise ValueError(f"{name[:20]} is not understood in a rule of a calendar.")
        parts[name] = value
    _check(parts)
    pattern = ";".join(f"{k}={v}" for k, v in parts.items() if k not in {"COUNT", "UNTIL"})
    try:
        rrulestr(pattern, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - a wall clock has no zone
    except Exception as error:
        raise ValueError("This rule contradicts itself.") from error
    count = int(parts["COUNT"]) if "COUNT" in parts else None
    until = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    return Rule(";".join(f"{k}={v}" for k, v in parts.items()), pattern, count, until)


def _check(parts: dict[str, str]) -> None:
    if parts.get("FREQ") not in FREQUENCIES:
        raise ValueError("A rule repeats DAILY, WEEKLY, MONTHLY or YEARLY: begin with FREQ=WEEKLY.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("A rule ends after a COUNT or at an UNTIL, not both.")
    for name, most in (("INTERVAL", COUNT_MAX), ("COUNT", COUNT_MAX)):
        if name in parts and not (parts[name].isdecimal() and 1 <= int(parts[name]) <= most):
            raise ValueError(f"{name} is a number from 1 to {most}.")
    for name, most in NUMBERS.items():
        low = 1 if name == "BYMONTH" else -most
        for number in parts[name].split(",") if name in parts else ():
            if not re.fullmatch(r"[+-]?[0-9]{1,3}", number) or not low <= int(number) <= most or int(number) == 0:
                raise ValueError(f"{name} has numbers up to {most}, not {number[:20]}.")
    if "BYDAY" in parts and not all(_BYDAY.fullmatch(day) for day in parts["BYDAY"].split(",")):
        raise ValueError("BYDAY names days such as MO, TU or 2FR (the second Friday).")
    if "WKST" in parts and parts["WKST"] not in DAYS:
        raise ValueError("WKST is the day on which a week begins, such as MO.")
    _check_possible(parts)


def _check_possible(parts: dict[str, str]) -> None:
    """Refuse what no year has: a search for it would run through eight thousand of them."""
    frequency = parts["FREQ"]
    if "BYSETPOS" in parts and (frequency == "DAILY" or not {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"} & parts.keys()):
        raise ValueError("BYSETPOS chooses among the days of a week, month or year: say BYDAY as well.")
    if {"BYYEARDAY", "BYWEEKNO"} & parts.keys() and frequency != "YEARLY":
        raise ValueError("BYYEARDAY and BYWEEKNO belong to FREQ=YEARLY.")
    if re.search("[0-9]", parts.get("BYDAY", "")) and frequency not in {"MONTHLY", "YEARLY"}:
        raise ValueError("A numbered day such as 2FR belongs to FREQ=MONTHLY or YEARLY.")
    if "BYMONTH" in parts and "BYMONTHDAY" in parts:
        longest = max(LONGEST_MONTH[int(month)] for month in parts["BYMONTH"].split(","))
        if min(abs(int(day)) for day in parts["BYMONTHDAY"].split(",")) > longest:
            raise ValueError("None of these months has such a day.")


def _until(text: str, zone: ZoneInfo) -> datetime:
    """The last wall-clock time; a date alone counts to the end of that day."""
    if not _UNTIL.fullmatch(text):
        raise ValueError("UNTIL is a day such as 20261231, or an instant such as 20261231T170000Z.")
    try:
        if len(text) == 8:
            return datetime.combine(datetime.strptime(text, "%Y%m%d"), time.max)  # noqa: DTZ007 - a wall clock has no zone
        found = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the Z is looked at next
    except ValueError:
        raise ValueError("UNTIL names a day that does not exist.") from None
    return found.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if text.endswith("Z") else found


def exists(local: datetime, zone: tzinfo) -> bool:
    """Whether a wall clock ever shows this time there."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def instants(rule: Rule | None, first: datetime, zone: ZoneInfo, before: datetime) -> Iterator[datetime]:
    """Every occurrence that begins before an instant, in UTC, in order.

    first: the wall-clock time of the first one. It counts in any case; where the clocks skip it, with the offset that held before.
    rule: None where it occurs once.
    """
    counted = 0
    for local in _wall_times(rule, first):
        if rule is not None and ((rule.until is not None and local > rule.until and local != first) or counted == rule.count):
            return
        at = local.replace(tzinfo=zone).astimezone(UTC)
        if local != first and not exists(local, zone):
            continue
        if at >= before:
            return
        counted += 1
        yield at


def _wall_times(rule: Rule | None, first: datetime) -> Iterator[datetime]:
    yield first
    if rule is not None:
        found = rrulestr(rule.pattern, dtstart=first)
        assert isinstance(found, rrule)  # noqa: S101 - one RRULE gives no set
        for local in found:
            if local != first:
                yield local


def days_of_rule(text: str, first: date, last: date) -> list[date]:
    """The days that a rule names from the first one on, which counts in any case, to a last one."""
    end = datetime.combine(last, time.max, tzinfo=UTC)
    return [at.date() for at in instants(read_rule(text, ZoneInfo("UTC")), datetime.combine(first, time.min), ZoneInfo("UTC"), end)]


def rest_of_rule(rule: Rule, before: int, old_day: date, new_day: date) -> str:
    """The rule of what is left after `before` occurrences, where the next one moves from one day to another.

    A COUNT goes on counting; a rule on the weekday of the old day alone is on that of the new one.
    """
    parts = dict(part.split("=", 1) for part in rule.text.split(";"))
    names = list(DAYS)
    if parts.get("BYDAY") == names[old_day.weekday()]:
        parts["BYDAY"] = names[new_day.weekday()]
    if parts.get("BYMONTHDAY") == str(old_day.day) and "BYMONTH" not in parts:
        parts["BYMONTHDAY"] = str(new_day.day)
    if rule.count is not None:
        parts["COUNT"] = str(max(1, rule.count - before))
    return ";".join(f"{k}={v}" for k, v in parts.items())


def rule_words(text: str) -> str:
    """A rule in plain words; what words would be too long for stays as it is written."""
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    unit, interval = UNITS.get(parts.get("FREQ", ""), ""), int(parts.get("INTERVAL", "1"))
    if not unit or parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"}:
        return text
    words = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    days = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else []
    if any(d not in DAYS for d in days):
        return text
    if days:
        words += " on " + ", ".join(DAYS[d] for d in days)
    if "COUNT" in parts:
        words += f", {parts['COUNT']} times"
    if "UNTIL" in parts:
        until = parts["UNTIL"]
        words += f", until {until[:4]}-{until[4:6]}-{until[6:8]}"
    return words
