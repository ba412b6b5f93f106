"""A rule as people read it, in the language of whoever reads it; `rule_words` is the one text for files and programs."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from babel.lists import format_list

from enfilade.core.language.words import say
from enfilade.core.ui.format import active_locale, format_day

from .recurrence import DAYS, read_rule, rule_words

_SAID = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}


def say_rule(text: str, zone: ZoneInfo) -> str:
    """Return a rule in words, days and dates included; what words would be too long for as `rule_words` leaves it."""
    parts = dict(part.split("=", 1) for part in text.split(";"))
    on = _days(parts)
    if parts.keys() - _SAID - {"BYDAY", "BYMONTHDAY"} or on is None:
        return rule_words(text)
    words = _every(parts["FREQ"], int(parts.get("INTERVAL", "1")))
    words = f"{words} {on}" if on else words
    if "COUNT" in parts:
        words = say(f"{words}, {parts['COUNT']} times in all")
    until = read_rule(text, zone).until
    return say(f"{words}, until {format_day(until)}") if until else words


def _every(frequency: str, interval: int) -> str:
    if interval == 1:
        return say({"DAILY": "every day", "WEEKLY": "every week", "MONTHLY": "every month", "YEARLY": "every year"}[frequency])
    every = {
        "DAILY": f"every {interval} days",
        "WEEKLY": f"every {interval} weeks",
        "MONTHLY": f"every {interval} months",
        "YEARLY": f"every {interval} years",
    }
    return say(every[frequency])


def _days(parts: dict[str, str]) -> str | None:
    """The days that a rule names; "" where it names none, None where they are too many to say."""
    if "BYDAY" in parts and "BYMONTHDAY" in parts:
        return None
    if "BYMONTHDAY" in parts:
        number = parts["BYMONTHDAY"]
        plain = parts["FREQ"] == "MONTHLY" and number.isdecimal()
        return say(f"on day {number}") if plain else say("on the last day") if number == "-1" and parts["FREQ"] == "MONTHLY" else None
    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    if not days:
        return ""
    if all(day in DAYS for day in days):
        named = format_list([_weekday(day) for day in days], locale=active_locale())
        return say(f"on {named}")
    numbered = re.fullmatch(r"\+?([1-4]|-1)([A-Z]{2})", days[0])
    if len(days) > 1 or numbered is None or parts["FREQ"] != "MONTHLY":
        return None
    day = _weekday(numbered[2])
    which = {
        "1": f"on the first {day}",
        "2": f"on the second {day}",
        "3": f"on the third {day}",
        "4": f"on the fourth {day}",
        "-1": f"on the last {day}",
    }
    return say(which[numbered[1]])


def _weekday(code: str) -> str:
    """The name of a day: MO is a Monday."""
    return str(active_locale().days["stand-alone"]["wide"][list(DAYS).index(code)])
