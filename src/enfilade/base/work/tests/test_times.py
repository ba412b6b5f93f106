"""Time spent: written down, run by a timer, corrected, added up, and seen by whom it concerns."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils.html import escape

from enfilade.base.work import commands
from enfilade.base.work.models import TimeEntry, Timer
from enfilade.base.work.queries import sums_of_time, time_of, week_of
from enfilade.base.work.reports import time_spent
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, NotFound, Refusal
from enfilade.core.models import AuditEntry, Department
from enfilade.core.resource import resource_named
from enfilade.core.resource.listing import filtered
from enfilade.core.resource.transfer import export_csv
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .support import DESK, House
from .test_commands import refused
from .test_pages import client_of

pytestmark = pytest.mark.django_db(transaction=True)
TIME = ("work.record_time", "work.view_timeentry@own", "work.view_timer@own", "work.view_casestep")


class Timed(House):
    """dora and emil write down their time and see their own; eve sees everybody's."""

    def __init__(self) -> None:
        super().__init__()
        self.dora = make_ctx(self.company, *DESK, *TIME, name="Dora")
        self.emil = make_ctx(self.company, *DESK, *TIME, name="Emil")
        self.eve = make_ctx(self.company, "work.record_time", "work.view_timeentry", "work.view_timer", name="Eve")
        self.case = self.complaint()

    def minutes(self, reference: str, ctx: Context | None = None) -> int:
        """What is written down for a record, as somebody sees it."""
        with scope(self.company.pk):
            return sums_of_time(time_of(ctx or self.paul, reference)).spent_min


@pytest.fixture
def house() -> Timed:
    """A complaint, and two who work on it."""
    return Timed()


def test_time_is_written_down_for_whatever_takes_part(house: Timed) -> None:
    """A case with its steps and what was merged into it, and any record by its reference; the page of the case shows the sum."""
    case, other = house.case, house.complaint(title="The same")
    step = commands.add_step(house.anna, case=case, text="Say sorry")
    commands.record_time(house.dora, case=case, spent_min=30, note="Called <him>", billable=True)
    commands.record_time(house.emil, spent_min=15, origin=f"work.casestep:{step.pk}", on=house.emil.today - timedelta(days=1))
    commands.record_time(house.emil, spent_min=20, origin=f"work.case:{other.pk}")
    commands.record_time(house.paul, spent_min=45, origin=f"work.queue:{house.desk.pk}", user=house.dora.user)
    assert (house.minutes(f"work.case:{case.pk}"), house.minutes(f"work.queue:{house.desk.pk}")) == (45, 45)
    commands.merge_cases(house.anna, case=other, into=case)
    assert house.minutes(f"work.case:{case.pk}") == 65
    page = client_of(house.paul.user).get(f"/work/cases/{case.pk}/").content.decode()
    for text in ("1 h 5 min", "30 min billable", "Emil · 35 min", "Dora · 30 min", "Called &lt;him&gt;"):
        assert text in page, text
    assert "Emil" not in client_of(house.dora.user).get(f"/work/cases/{case.pk}/").content.decode()


def test_what_is_not_written_down(house: Timed) -> None:
    """Time for nothing, of somebody else, of tomorrow, of something out of sight, or more than a day has."""
    case, dora = house.case, house.dora
    refused("nothing_named", commands.record_time, dora, spent_min=5)
    refused("not_yours", commands.record_time, dora, case=case, spent_min=5, user=house.emil.user)
    refused("in_the_future", commands.record_time, dora, case=case, spent_min=5, on=dora.today + timedelta(days=1))
    refused("time_minutes", commands.record_time, dora, case=case, spent_min=0)
    step = commands.add_step(house.anna, case=house.complaint(title="Other"), text="x")
    refused("other_case", commands.record_time, dora, case=case, spent_min=5, origin=f"work.casestep:{step.pk}")
    for unseen in (f"core.role:{house.company.pk}", "nothing.here:1", f"work.queue:{10**18}", "work.queue:x"):
        with pytest.raises(NotFound):
            commands.record_time(dora, spent_min=5, origin=unseen)
    with pytest.raises(NotAllowed):
        commands.record_time(house.anna, case=case, spent_min=5)
    commands.record_time(dora, case=case, spent_min=1000)
    no = refused("time_day_full", commands.record_time, dora, case=case, spent_min=441)
    assert str(no) == "A day has 24 hours; with this entry there would be more on it."
    assert house.minutes(f"work.case:{case.pk}") == 1000


def test_a_timer_becomes_an_entry(house: Timed) -> None:
    """It runs once for each person, counts a begun minute, stands on the day it was started, and asks when it was forgotten."""
    case, dora = house.case, house.dora
    timer = commands.start_timer(dora, case=case, note="On the phone", billable=True)
    assert "Stop it first" in str(refused("timer_once", commands.start_timer, dora, case=case))
    refused("not_found", commands.stop_timer, house.emil, timer=timer)
    refused("not_yours", commands.stop_timer, house.eve, timer=timer)
    refused("not_running", commands.stop_timer, house.emil)
    entry = commands.stop_timer(house.later(dora, minutes=24, seconds=1))
    started = timer.started_at.astimezone(dora.zone).date()
    assert (entry.spent_min, entry.on, entry.note, entry.billable) == (25, started, "On the phone", True)
    refused("not_running", commands.stop_timer, dora, timer=timer)
    night = commands.start_timer(house.later(dora, hours=1), case=case)
    late = house.later(dora, days=3)
    no = refused("ran_too_long", commands.stop_timer, late, timer=night)
    assert "2 d 23 h" in str(no)
    assert commands.stop_timer(late, timer=night, spent_min=50).spent_min == 50
    commands.start_timer(late, origin=f"work.queue:{house.desk.pk}")
    assert commands.discard_timer(late).entry is None
    with scope(house.company.pk):
        assert sorted(Timer.objects.values_list("state", flat=True)) == ["discarded", "stopped", "stopped"]


def test_a_correction_is_an_entry_of_its_own(house: Timed) -> None:
    """What was written stays, with the reason beside what stands in its place; the sum is right; and it happens once."""
    first = commands.record_time(house.dora, case=house.case, spent_min=30, note="Letter")
    refused("not_found", commands.correct_time, house.emil, entry=first, spent_min=5, on=first.on, reason="x")
    refused("not_yours", commands.correct_time, house.eve, entry=first, spent_min=5, on=first.on, reason="x")
    refused("time_corrected_with_reason", commands.correct_time, house.dora, entry=first, spent_min=5, on=first.on, reason=" ")
    better = commands.correct_time(house.dora, entry=first, spent_min=45, on=first.on, note="Letter", reason="Forgot the stamp")
    with scope(house.company.pk):
        rows = list(TimeEntry.objects.order_by("pk").values_list("spent_min", "reason", "reverses", "instead_of"))
        said = AuditEntry.objects.get(command="work.correct_time").inputs["reason"]
    assert rows == [(30, "", None, None), (-30, "Forgot the stamp", first.pk, None), (45, "Forgot the stamp", None, first.pk)]
    assert (said, house.minutes(f"work.case:{house.case.pk}")) == ("Forgot the stamp", 45)
    refused("corrected_already", commands.correct_time, house.dora, entry=first, spent_min=5, on=first.on, reason="x")
    back = commands.take_back_time(house.paul, entry=better, reason="It was another case")
    refused("takes_back", commands.take_back_time, house.dora, entry=back, reason="x")
    assert house.minutes(f"work.case:{house.case.pk}") == 0
    assert week_of(house.dora, first.on - timedelta(days=first.on.weekday())) == []


@pytest.mark.races
def test_one_clock_one_correction_one_day(house: Timed) -> None:
    """Eight at once: one timer runs, one correction counts, and no day gets more than its hours."""
    case, dora = house.case.pk, house.dora
    started = race(8, lambda _: commands.start_timer(dora, case=case))
    assert sum(isinstance(r, Timer) for r in started) == 1
    assert {r.code for r in started if isinstance(r, Refusal)} == {"timer_once"}
    entry = commands.record_time(dora, case=case, spent_min=40).pk
    corrected = race(8, lambda i: commands.take_back_time(dora, entry=entry, reason=f"Try {i}"))
    assert sum(isinstance(r, TimeEntry) for r in corrected) == 1, corrected
    filled = race(8, lambda _: commands.record_time(dora, case=case, spent_min=400))
    assert sum(isinstance(r, TimeEntry) for r in filled) == 3
    assert {r.code for r in filled if isinstance(r, Refusal)} == {"time_day_full"}


ATTACKS = [
    "UPDATE work_timeentry SET spent_min = 1",
    "DELETE FROM work_timeentry",
    "{copy} SELECT {columns}, case_id, '', 0, NULL, NULL, '' FROM work_timeentry",
    "{copy} SELECT {columns}, NULL, '', 5, NULL, NULL, '' FROM work_timeentry",
    "{copy} SELECT {columns}, case_id, '', -5, NULL, NULL, '' FROM work_timeentry",
    "{copy} SELECT {columns}, case_id, '', -spent_min, id, NULL, '' FROM work_timeentry",
    "{copy} SELECT {columns}, case_id, '', -1, id, NULL, 'x' FROM work_timeentry",
    "{copy} SELECT {columns}, case_id, 'x', -spent_min, id, NULL, 'x' FROM work_timeentry",
    "{copy} SELECT {columns}, case_id, '', 5, NULL, id, 'x' FROM work_timeentry",
    "UPDATE work_timer SET state = 'stopped'",
    "UPDATE work_timer SET stopped_at = now()",
    "UPDATE work_timer SET case_id = NULL",
    "UPDATE work_timer SET state = 'discarded', stopped_at = started_at - interval '1 second'",
]


def test_the_tables_themselves_refuse(house: Timed) -> None:
    """Each line would make something false; none goes through."""
    commands.record_time(house.dora, case=house.case, spent_min=30)
    commands.start_timer(house.dora, case=house.case)
    columns = 'company_id, user_id, "on", billable, note, entered_at, entered_by_id'
    copy = f"INSERT INTO work_timeentry ({columns}, case_id, origin, spent_min, reverses_id, instead_of_id, reason)"
    through = []
    for attack in ATTACKS:
        try:
            with scope(house.company.pk), connection.cursor() as cursor:
                cursor.execute(attack.format(copy=copy, columns=columns))
            through.append(attack)
        except DatabaseError:
            pass
    assert through == []


def test_own_time_that_of_the_department_and_all(house: Timed) -> None:
    """A role says whose time it shows: the list, the report and the correction hold to it."""
    clinic = Department.objects.create(company=house.company, code="clinic", name="Clinic")
    house.emil.user.memberships.get().departments.add(clinic)
    boss = make_ctx(house.company, "work.view_timeentry@department", "work.record_time@department", "work.manage_cases", name="Boss")
    boss.user.memberships.get().departments.add(clinic)
    from enfilade.core.access import context_for

    boss = context_for(boss.user, house.company)
    hers = commands.record_time(house.dora, case=house.case, spent_min=30)
    his = commands.record_time(house.emil, case=house.case, spent_min=20)

    def seen(ctx: Context) -> list[int]:
        """Minutes of the list and of the report."""
        with scope(house.company.pk, read_only=True):
            listed = sum(e.spent_min for e in resource_named("work.timeentry").rows(ctx))
            return [listed, time_spent(ctx, from_on=ctx.today, to_on=ctx.today, by="user")["totals"].get("spent_min", 0)]

    assert (seen(house.dora), seen(boss), seen(house.paul)) == ([30, 30], [20, 20], [50, 50])
    assert run_raw(boss, "work.correct_time", {"entry": his.pk, "spent_min": 25, "on": str(his.on), "reason": "Slower"}).spent_min == 25
    with pytest.raises(NotFound):
        run_raw(boss, "work.correct_time", {"entry": hers.pk, "spent_min": 25, "on": str(hers.on), "reason": "Slower"})
    with pytest.raises(NotAllowed), scope(house.company.pk, read_only=True):
        resource_named("work.timeentry").rows(house.anna)


def test_sums_lead_to_their_entries(house: Timed, django_assert_num_queries: Any) -> None:
    """By case, person, topic and week: each line's address lists just what it adds up; the list comes out as CSV."""
    run_raw(house.paul, "work.add_topic", {"code": "pain", "name": "Pain and fear"})
    pain = house.complaint(title="Hurts", topic="pain")
    today = house.dora.today
    for ctx, more in ((house.dora, {"case": pain}), (house.emil, {"case": house.case}), (house.emil, {"case": pain, "billable": True})):
        for days, minutes in ((0, 10), (9, 5)):
            commands.record_time(ctx, spent_min=minutes, on=today - timedelta(days=days), **more)
    commands.record_time(house.emil, spent_min=7, origin=f"work.queue:{house.desk.pk}")
    entries, first = resource_named("work.timeentry"), today - timedelta(days=20)
    expected = {
        "case": {f"{pain}": 30, f"{house.case}": 15, "No case": 7},
        "user": {"Emil": 37, "Dora": 15},
        "topic": {"Pain and fear": 30, "No topic": 22},
    }
    with scope(house.company.pk, read_only=True):
        for by in ("case", "user", "topic", "week"):
            with django_assert_num_queries(2 if by == "week" else 3):
                figures = time_spent(house.paul, from_on=first, to_on=today, by=by)
            if by in expected:
                assert {row["what"]: row["spent_min"] for row in figures["rows"]} == expected[by]
            assert figures["totals"]["spent_min"] == 52
            for row in figures["rows"]:
                query = dict(part.split("=") for part in row["url"].partition("?")[2].split("&"))
                assert sum(e.spent_min for e in filtered(entries, house.paul, query)) == row["spent_min"], row
        text = "".join(export_csv(entries, house.paul, {"user": str(house.dora.user.pk)}))
    assert (text.count("\r\n"), text.count("Emil")) == (3, 0), text
    page = client_of(house.paul.user).get(f"/work/reports/time_spent/?from_on={first}&to_on={today}&by=topic").content.decode()
    assert "Pain and fear" in page


def test_my_week(house: Timed) -> None:
    """Days as columns, cases in work ready to be filled, the timer on top; another week is a step away."""
    commands.hand_over_case(house.anna, case=house.case, to_user=house.dora.user)
    commands.accept_case(house.dora, case=house.case)
    browser = client_of(house.dora.user)
    today = house.dora.today
    page = browser.get("/work/week/").content.decode()
    assert f"/work/do/record_time/{house.case.pk}/?on={today}" in page
    assert escape(str(house.case)) in page
    commands.record_time(house.dora, case=house.case, spent_min=95)
    commands.record_time(house.dora, origin=f"work.queue:{house.desk.pk}", spent_min=10)
    timer = commands.start_timer(house.dora, case=house.case)
    page = browser.get("/work/week/").content.decode()
    for text in ("1 h 35 min", "1 h 45 min", f"Queue {house.desk.pk}", f"/work/do/stop_timer/{timer.pk}/"):
        assert text in page, text
    part = browser.get("/work/week/", headers={"HX-Request": "true", "HX-Target": "my-week"}).content.decode()
    assert part.lstrip().startswith('<div id="my-week"')
    before = browser.get(f"/work/week/?week={today - timedelta(days=7)}").content.decode()
    assert "1 h 35 min" not in before
    for odd in ("nonsense", "0001-01-01", "9999-12-31"):
        assert browser.get(f"/work/week/?week={odd}").status_code == 200
    form = browser.get(f"/work/do/record_time/{house.case.pk}/?on={today - timedelta(days=1)}&hide=origin,user").content.decode()
    assert f'value="{today - timedelta(days=1)}"' in form
    assert client_of(house.anna.user).get("/work/week/").status_code == 403
