"""Promises: counted in opening hours, still while the customer is waited for, escalated once, reported."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.work import commands
from enfilade.base.work.jobs import escalate_of_company
from enfilade.base.work.models import CaseClock, Escalation
from enfilade.base.work.reports import promises_kept
from enfilade.base.work.rules.hours import after_seconds, open_seconds
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.models import EventEntry
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import House
from .test_commands import refused, told
from .test_pages import client_of

MONDAY = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
DAYS = [(MONDAY + timedelta(days=d, hours=9), MONDAY + timedelta(days=d, hours=17)) for d in range(5)]


@given(st.integers(0, 4 * 24 * 3600), st.integers(1, 8 * 3600))
def test_what_is_added_is_what_has_passed(begin: int, seconds: int) -> None:
    """For any start and any length: after so many open seconds exactly so many have passed, and never while closed."""
    start = MONDAY + timedelta(seconds=begin)
    end = after_seconds(DAYS, start, seconds)
    if end is None:
        assert open_seconds(DAYS, start, DAYS[-1][1]) < seconds
        return
    assert open_seconds(DAYS, start, end) == seconds
    assert any(opens < end <= closes for opens, closes in DAYS)


class Service(House):
    """Open 9 to 17 on weekdays, not on the 25th of December; complaints are taken in two hours and settled in eight."""

    def __init__(self) -> None:
        super().__init__()
        for weekday in range(5):
            run_raw(self.paul, "calendar.add_openinghours", {"weekday": str(weekday), "opens_at": "09:00", "closes_at": "17:00"})
        self.run("calendar.add_closure", starts_on="2026-12-25", ends_on="2026-12-25", reason="Christmas")
        self.level = self.run("work.add_servicelevel", name="Complaints", kind="complaint", taken_min=120, settled_min=480)
        self.warn = self.step(at_percent=75, who="owner")
        self.breach = self.step(at_percent=100, who="role", role_code="owner", priority="urgent")

    def run(self, command: str, **inputs: Any) -> Any:
        """As the owner."""
        return run_raw(self.paul, command, inputs)

    def step(self, **more: Any) -> Any:
        """Of settling, unless said otherwise."""
        return self.run("work.add_escalationstep", **{"level": self.level.pk, "target": "settled", **more})

    def at(self, ctx: Context, day: int, hour: int, minute: int = 0) -> Context:
        """Somebody in December 2026, local time."""
        return replace(ctx, now=datetime(2026, 12, day, hour, minute, tzinfo=ctx.zone))

    def clock(self, case: Any, target: str = "settled") -> CaseClock:
        """As it is stored."""
        with scope(self.company.pk):
            return CaseClock.objects.get(case=case, target=target)


@pytest.fixture
def house() -> Service:
    """A company with hours and a promise."""
    return Service()


pytestmark = pytest.mark.django_db(transaction=True)


def test_minutes_count_while_we_are_open(house: Service) -> None:
    """Thursday 15:00 and eight hours: past Christmas and the weekend, Monday 15:00; what somebody asked for stays."""
    thursday = house.at(house.anna, 24, 15)
    case = house.complaint(ctx=thursday)
    assert house.clock(case).due_at == house.at(house.anna, 28, 15).now == house.fresh(case).due_at
    assert house.clock(case, "taken").state == "done"
    asked = thursday.now + timedelta(days=9)
    assert house.fresh(house.complaint(ctx=thursday, due_at=asked)).due_at == asked
    commands.open_case(thursday, kind="task", title="Paper")
    with scope(house.company.pk):
        assert CaseClock.objects.count() == 4


def test_the_clock_stands_still_for_the_customer(house: Service) -> None:
    """Four hours used, a week of waiting, four hours left; waiting for anybody else uses time."""
    case = house.complaint(ctx=house.at(house.anna, 7, 9))
    until = house.at(house.anna, 20, 9).now
    commands.park_case(house.at(house.anna, 7, 13), case=case, waiting_for="the X-ray", until=until, for_customer=True)
    clock = house.clock(case)
    assert (clock.state, clock.spent_s, clock.due_at, clock.next_at) == ("paused", 4 * 3600, None, None)
    assert escalate_of_company(house.at(house.paul, 14, 9)) == 0
    commands.resume_case(house.at(house.anna, 14, 9), case=case)
    assert house.clock(case).due_at == house.at(house.anna, 14, 13).now == house.fresh(case).due_at
    commands.park_case(house.at(house.anna, 14, 10), case=case, waiting_for="the lab", until=until)
    assert house.clock(case).state == "running"
    commands.answer_case(house.at(house.anna, 14, 14), case=case, answer="Sorry.")
    clock = house.clock(case)
    assert (clock.state, clock.spent_s, clock.missed_at) == ("done", 9 * 3600, house.at(house.anna, 14, 13).now)
    commands.reopen_case(house.at(house.anna, 15, 9), case=case, reason="still hurts")
    assert house.clock(case).state == "running"


def test_warned_and_escalated_once_each(house: Service) -> None:
    """At 75 percent the owner, at 100 the role; priority raised; noted; nothing twice and nothing after it is settled."""
    case = house.complaint(ctx=house.at(house.anna, 7, 9))
    assert house.clock(case).next_at == house.at(house.anna, 7, 15).now
    refused("not_yet", commands.escalate_case, house.at(house.paul, 7, 14), case=case, step=house.warn)
    later = house.at(house.paul, 7, 15)
    assert [escalate_of_company(later), escalate_of_company(later)] == [1, 0]
    assert told(house)[-1] == ("Anna", "Soon to be settled: Waited 40 minutes")
    over = house.at(house.anna, 8, 9, 1)
    assert escalate_of_company(replace(house_context(house.company), now=over.now)) == 1
    assert told(house)[-1] == ("Paul", "Not settled in time: Waited 40 minutes")
    assert (house.fresh(case).priority, house.clock(case).next_at) == ("urgent", None)
    refused("escalation_once", commands.escalate_case, house.at(house.paul, 8, 10), case=case, step=house.breach)
    done = house.complaint(ctx=house.at(house.anna, 8, 9))
    commands.close_case(house.at(house.anna, 8, 10), case=done, outcome="withdrawn")
    refused("not_running", commands.escalate_case, house.at(house.paul, 10, 10), case=done, step=house.breach)
    paper = commands.open_case(over, kind="task", title="Paper")
    refused("not_promised", commands.escalate_case, house.at(house.paul, 9, 9), case=paper, step=house.warn)
    with scope(house.company.pk):
        figures = promises_kept(house.at(house.paul, 9, 9), from_on=MONDAY.date(), to_on=over.today)
        assert Escalation.objects.count() == EventEntry.objects.filter(name="work.CaseEscalated").count() == 2
    assert [(r["target"], r["promised"], r["kept"], r["missed"], r["kept_percent"]) for r in figures["rows"]] == [
        ("Settled", 2, 1, 1, 50),
        ("Taken", 2, 2, 0, 100),
    ]
    page = client_of(house.paul.user).get(f"/work/cases/{case.pk}/").content.decode()
    for text in ("Not kept", "75 %: Anna", "100 %: Paul"):
        assert text in page, text


def test_who_is_away_does_not_hide_it(house: Service) -> None:
    """Who stands in hears of it too; a queue that nobody has taken from is told as a whole; else whoever opened it."""
    house.step(target="taken", at_percent=100, who="owner")
    waiting = house.complaint(ctx=house.at(house.anna, 7, 9), queue=house.clinic)
    begin = house.at(house.ruth, 7, 8)
    commands.note_absence(begin, user=house.ruth.user, deputy=house.anna.user)
    assert escalate_of_company(house.at(house.paul, 7, 11)) == 1
    with scope(house.company.pk):
        assert Escalation.objects.get(clock__case=waiting).told == "Anna, Ruth"


@pytest.mark.races
def test_workers_escalate_once(house: Service) -> None:
    """Ten at once: one step is taken and one person told; the others get the sentence."""
    case = house.complaint(ctx=house.at(house.anna, 7, 9))
    late = house.at(house.paul, 7, 16)
    out = race(10, lambda _: commands.escalate_case(late, case=case.pk, step=house.warn.pk))
    assert sum(isinstance(r, Escalation) for r in out) == 1
    assert {str(r) for r in out if isinstance(r, Refusal)} == {"This step was taken for the case already."}
    assert [text for _, text in told(house)] == ["Soon to be settled: Waited 40 minutes"]
