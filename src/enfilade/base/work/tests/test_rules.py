"""Routing and due times."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.work import rules
from enfilade.base.work.rules.routing import Asked, Away, Person, Place, Route, decide, stands_in, whose_turn

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA, RUTH = Person(1, "Anna", load=3), Person(2, "Ruth", load=1, skills=frozenset({7}))
PLACES = {
    1: Place(1, "Clinic", push=True, people=(ANNA, RUTH)),
    2: Place(2, "Desk", waiting=5, last_resort=True, people=(ANNA,)),
    3: Place(3, "Attic", away=("Otto is away",)),
}


def asked(kind: str = "complaint", topic: str = "", clock: time = time(10), *, is_open: bool = True, party: int | None = None) -> Asked:
    """A new case at ten in the morning."""
    return Asked(kind, topic, party, clock, is_open)


def test_the_first_rule_that_fits() -> None:
    """Topic and kind, either of them open; without regard to case; each rule before it with the reason why not."""
    routes = [Route(1, "Pain", 1, "complaint", "pain"), Route(2, "Invoices", 3, "", "Invoice"), Route(3, "Complaints", 2, "complaint")]
    found = decide(asked(topic="Pain"), routes, PLACES, asker=True)
    assert (found.place, found.person) == (PLACES[1], RUTH)
    found = decide(asked(topic="invoice"), routes, PLACES, asker=True)
    assert [r.why for r in found.readings] == [
        "It is for another topic.",
        "Nobody serves Attic now: Otto is away.",
        "It goes to Desk.",
    ]


@pytest.mark.parametrize(
    ("route", "case", "why"),
    [
        (Route(1, "r", 1, party_id=4, party="Weber"), asked(party=5), "It is for Weber only."),
        (Route(1, "r", 1, from_time=time(22), until_time=time(6)), asked(), "It counts from 22:00 to 06:00, and it is 10:00."),
        (Route(1, "r", 1, from_time=time(8), until_time=time(10)), asked(), "It counts from 08:00 to 10:00, and it is 10:00."),
        (Route(1, "r", 1, hours="closed"), asked(), "It counts while we are closed, and we are open."),
        (Route(1, "r", 2, queue_max=5), asked(), "5 wait in Desk already; the rule lets 5 wait."),
        (Route(1, "r", 2, skill_id=7, skill="French"), asked(), "Nobody who serves Desk and is there can do this: French."),
    ],
)
def test_why_a_rule_does_not_count(route: Route, case: Asked, why: str) -> None:
    """One sentence for each condition; then the last resort has it."""
    found = decide(case, [route], PLACES, asker=True)
    assert (found.readings[0].why, found.place) == (why, PLACES[2])


def test_conditions_that_hold() -> None:
    """Over midnight, for this customer, while open, with the skill, with room."""
    for route, case in (
        (Route(1, "r", 1, from_time=time(22), until_time=time(6)), asked(clock=time(23))),
        (Route(1, "r", 1, from_time=time(22), until_time=time(6)), asked(clock=time(5, 59))),
        (Route(1, "r", 1, party_id=5), asked(party=5)),
        (Route(1, "r", 1, hours="open", skill_id=7), asked()),
        (Route(1, "r", 2, queue_max=6), asked()),
    ):
        assert decide(case, [route], PLACES, asker=True).readings[0].fits


def test_never_to_nobody() -> None:
    """A person keeps what no rule knows, the last resort has it where somebody serves it, and a mail is not taken."""
    few = {1: PLACES[1], 3: replace(PLACES[3], last_resort=True)}
    assert decide(asked(), [Route(1, "r", 3)], few, asker=True).place is None
    found = decide(asked(), [Route(1, "r", 3)], few, asker=False)
    assert (found.place, found.why) == (None, "No rule fits, and nobody serves a queue of last resort.")
    assert decide(asked(), [Route(1, "r", 3)], PLACES, asker=False).place == PLACES[2]


def test_whose_turn_it_is() -> None:
    """The least busy who can do it and has room; nobody in a queue from which people take."""
    assert whose_turn(PLACES[1]) == RUTH
    assert whose_turn(replace(PLACES[1], people=(ANNA, replace(RUTH, load=9)))) == ANNA
    assert whose_turn(replace(PLACES[1], each_max=1)) is None
    assert whose_turn(PLACES[1], skill_id=8) is None
    assert whose_turn(PLACES[2]) is None


def test_who_stands_in() -> None:
    """Along a chain of deputies; a circle or a gap ends with nobody."""
    away = {1: Away(2, "b", None), 2: Away(3, "c", None), 4: Away(5, "e", None), 5: Away(4, "d", None), 6: Away(None, "", None)}
    assert [stands_in(n, away) for n in range(1, 8)] == [3, 3, 3, None, None, None, 7]


def test_what_is_promised_has_a_time() -> None:
    """What was asked for, else the rule, else the kind; a question may wait."""
    asked = NOW + timedelta(days=9)
    assert rules.due_for("complaint", NOW, asked, 30) == asked
    assert rules.due_for("complaint", NOW, None, 30) == NOW + timedelta(minutes=30)
    assert rules.due_for("call_back", NOW, None, None) == NOW + timedelta(hours=2)
    assert rules.due_for("question", NOW, None, None) is None


@given(st.sampled_from(sorted(rules.KINDS)), st.one_of(st.none(), st.integers(1, 10_000)))
def test_no_promise_without_a_time(kind: str, due_min: int | None) -> None:
    """Whatever the rule says or leaves open."""
    due = rules.due_for(kind, NOW, None, due_min)
    assert due is not None or kind not in rules.PROMISED_MIN
    assert due is None or due > NOW


def test_when_a_case_is_late() -> None:
    """Unfinished after its time; answered but not told; never without a time."""
    past, future = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    assert rules.is_overdue("open", past, NOW)
    assert not rules.is_overdue("open", future, NOW)
    assert not rules.is_overdue("open", None, NOW)
    assert not rules.is_overdue("closed", past, NOW)
    assert not rules.is_overdue("answered", past, NOW)
    assert rules.is_overdue("answered", past, NOW, owes_answer=True)
