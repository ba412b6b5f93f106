"""To which queue a new case goes, and whose turn it is: rules read in their order, each with the reason why it counts or not.

Pure functions. Nobody who is away is given anything: who stands in for her is, if he is there; and a rule that would send a case to
nobody is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is not there. until_at: None where nobody knows. deputy_id: who stands in, None for nobody."""

    deputy_id: int | None
    deputy: str
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who serves a queue and is there. load: unfinished cases she has, those offered to her included."""

    key: int
    name: str
    load: int = 0
    skills: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """A queue. push: a new case is offered to whose turn it is; else it waits until somebody takes it.

    each_max: cases that one person has at most before she is left alone. waiting: cases that nobody has taken.
    people: who is there, deputies of those away included; away: in words, who is not.
    """

    key: int
    name: str
    push: bool = False
    each_max: int | None = None
    last_resort: bool = False
    waiting: int = 0
    people: tuple[Person, ...] = ()
    away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One routing rule; what is empty or None is any. hours: open or closed, as the company is. until_time may lie after midnight."""

    key: int
    words: str
    queue_id: int
    kind: str = ""
    topic: str = ""
    party_id: int | None = None
    party: str = ""
    from_time: time | None = None
    until_time: time | None = None
    hours: str = ""
    skill_id: int | None = None
    skill: str = ""
    queue_max: int | None = None
    priority: str = "normal"
    due_min: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a new case is, and when: the local time of day, and whether the company is open."""

    kind: str
    topic: str
    party_id: int | None
    clock: time
    is_open: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule that was read: whether it counted, and why."""

    route: Route
    fits: bool
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a case goes. place: None where it stays with whoever took it; person: whose turn it is, None where it waits for anybody."""

    route: Route | None
    place: Place | None
    person: Person | None
    why: str
    readings: list[Reading] = field(default_factory=list)


def decide(asked: Asked, routes: Sequence[Route], places: Mapping[int, Place], *, asker: bool) -> Decision:
    """The first rule that fits and whose queue somebody serves now; else the queue of last resort; else whoever took it.

    asker: whether a person took it, who can keep it. A mail can't: where nobody would have it, it is not taken.
    """
    readings: list[Reading] = []
    for route in routes:
        place = places[route.queue_id]
        no = _objection(route, asked, place)
        readings.append(Reading(route, not no, no or f"It goes to {place.name}."))
        if not no:
            person = whose_turn(place, route.skill_id)
            return Decision(route, place, person, _turn_words(place, person), readings)
    last = next((p for p in places.values() if p.last_resort and p.people), None)
    if last is None:
        words = "No rule fits, so it stays with whoever took it." if asker else "No rule fits, and nobody serves a queue of last resort."
        return Decision(None, None, None, words, readings)
    person = whose_turn(last)
    return Decision(None, last, person, f"No rule fits, and {last.name} is the last resort. {_turn_words(last, person)}", readings)


def whose_turn(place: Place, skill_id: int | None = None) -> Person | None:
    """Who is given the next case of a queue that hands out: the least busy who can do it; None where everybody has enough."""
    if not place.push:
        return None
    fit = [p for p in _skilled(place, skill_id) if place.each_max is None or p.load < place.each_max]
    return min(fit, key=lambda p: (p.load, p.key), default=None)


def stands_in(user: int, away: Mapping[int, Away]) -> int | None:
    """Who does the work of somebody now: she herself where she is there, else her deputy, or his; None where that ends nowhere."""
    seen: set[int] = set()
    now: int | None = user
    while now is not None and now in away:
        if now in seen:
            return None
        seen.add(now)
        now = away[now].deputy_id
    return now


def _skilled(place: Place, skill_id: int | None) -> list[Person]:
    return [p for p in place.people if skill_id is None or skill_id in p.skills]


def _turn_words(place: Place, person: Person | None) -> str:
    if person is not None:
        return f"It is {person.name}'s turn: {person.load} unfinished, the least of all who can do it."
    return "Everybody there has enough already, so it waits." if place.push else "It waits until somebody takes it."


def _objection(route: Route, asked: Asked, place: Place) -> str:
    """Why a rule does not count, "" where it does."""
    if route.kind not in ("", asked.kind):
        return "It is for another kind of case."
    if route.topic.casefold() not in ("", asked.topic.casefold()):
        return "It is for another topic."
    if route.party_id not in (None, asked.party_id):
        return f"It is for {route.party} only."
    if route.from_time is not None and route.until_time is not None and not _within(asked.clock, route.from_time, route.until_time):
        return f"It counts from {route.from_time:%H:%M} to {route.until_time:%H:%M}, and it is {asked.clock:%H:%M}."
    if route.hours and (route.hours == "open") != asked.is_open:
        return f"It counts while we are {route.hours}, and we are {'open' if asked.is_open else 'closed'}."
    if route.queue_max is not None and place.waiting >= route.queue_max:
        return f"{place.waiting} wait in {place.name} already; the rule lets {route.queue_max} wait."
    if not place.people:
        return f"Nobody serves {place.name} now" + (f": {', '.join(place.away)}." if place.away else ".")
    if not _skilled(place, route.skill_id):
        return f"Nobody who serves {place.name} and is there can do this: {route.skill}."
    return ""


def _within(clock: time, begin: time, end: time) -> bool:
    return begin <= clock < end if begin < end else clock >= begin or clock < end
