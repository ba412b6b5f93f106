"""Who takes next, whose turn it is, who is away: given, when, then; and races for what only one can have."""

from datetime import timedelta
from typing import Any

import pytest

from enfilade.base.work import commands
from enfilade.base.work.models import Absence, Case, HandOver
from enfilade.base.work.queries import my_work, team, where_to
from enfilade.base.work.reports import where_would_it_go
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import Membership
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .support import DESK, House
from .test_commands import refused, told
from .test_pages import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> House:
    """A desk, a clinic, an owner, a patient."""
    return House()


def away(house: House, *, deputy: Any = None) -> Absence:
    """Ruth is away since an hour ago."""
    begin = house.paul.now - timedelta(hours=1)
    return commands.note_absence(house.ruth, user=house.ruth.user, deputy=deputy, from_at=begin, reason="holiday")


def test_the_next_case_is_the_one_to_be_done_first(house: House) -> None:
    """Due first, then urgent; out of one's own queues only; a sentence when nothing waits."""
    refused("nothing_waits", commands.take_next, house.ruth)
    late = house.complaint(queue=house.clinic, due_at=house.anna.now + timedelta(hours=9))
    soon = house.complaint(queue=house.clinic, due_at=house.anna.now + timedelta(hours=1))
    house.complaint(ctx=house.ruth, queue=house.desk)
    assert [commands.take_next(house.ruth).pk for _ in range(2)] == [soon.pk, late.pk]
    refused("nothing_waits", commands.take_next, house.ruth, queue=house.clinic)
    refused("not_your_queue", commands.take_next, house.ruth, queue=house.desk)
    assert house.fresh(soon).owner == house.ruth.user


@pytest.mark.races
def test_two_take_the_same_case(house: House) -> None:
    """One has it, the other reads who was faster; those who ask for the next one never get the same."""
    case = house.complaint(queue=house.clinic)
    two = [make_ctx(house.company, *DESK, role="clinical") for _ in range(2)]
    out = race(2, lambda i: commands.take_case(two[i], case=case.pk))
    assert sorted(type(r).__name__ for r in out) == ["Case", "Refusal"]
    assert [str(r) for r in out if isinstance(r, Refusal)] == ["A colleague was faster: this case is in work already."]
    for _ in range(6):
        house.complaint(queue=house.clinic)
    team = [make_ctx(house.company, *DESK, role="clinical") for _ in range(8)]
    out = race(8, lambda i: commands.take_next(team[i]))
    taken = [r.pk for r in out if isinstance(r, Case)]
    assert len(taken) == len(set(taken)) == 6
    assert {r.code for r in out if not isinstance(r, Case)} == {"nothing_waits"}


@pytest.mark.races
def test_work_that_is_handed_out_is_spread(house: House) -> None:
    """Twelve cases at once, three people of whom nobody gets more than four; the thirteenth waits in the queue."""
    lab = house.queue("lab", "Lab", "back", handing="push", each_max=4)
    people = [make_ctx(house.company, *DESK, role="lab") for _ in range(3)]
    house.rule(topic="crown", queue=lab.pk)
    out = race(12, lambda i: commands.open_case(house.anna, kind="task", title=f"Crown {i}", topic="crown"))
    assert {getattr(r, "state", r) for r in out} == {"offered"}
    with scope(house.company.pk):
        given = {p.user.pk: HandOver.objects.filter(to_user=p.user).count() for p in people}
        receiver = HandOver.objects.get(case=out[0]).to_user_id
    assert list(given.values()) == [4, 4, 4]
    assert commands.open_case(house.anna, kind="task", title="One more", topic="crown").state == "open"
    commands.return_case(next(p for p in people if p.user.pk == receiver), case=out[0].pk, reason="no porcelain")
    row = house.fresh(out[0])
    assert (row.state, row.owner, row.queue) == ("open", None, lab)


def test_away_with_a_deputy(house: House) -> None:
    """What is meant for her goes to who stands in, who may also do what she has; back again, it is hers."""
    hers = house.complaint(ctx=house.ruth, title="Hers")
    refused("not_yours", commands.answer_case, house.anna, case=hers, answer="x")
    refused("not_yours", commands.note_absence, house.anna, user=house.ruth.user)
    absence = away(house, deputy=house.anna.user)
    assert told(house)[-1][0] == "Anna"
    assert told(house)[-1][1].startswith("You stand in for Ruth from ")
    case = commands.open_case(house.paul, kind="task", title="For Ruth", owner=house.ruth.user)
    with scope(house.company.pk):
        offer = HandOver.objects.get(case=case)
        assert (offer.to_user, offer.note) == (house.anna.user, "In place of Ruth, who is away.")
        assert [c.title for c in my_work(house.anna).mine] == ["Hers"]
    refused("to_yourself", commands.hand_over_case, house.anna, case=house.complaint(), to_user=house.ruth.user)
    commands.answer_case(house.anna, case=hers, answer="We are sorry.")
    later = house.later(house.ruth, hours=1)
    commands.end_absence(later, absence=absence)
    refused("back_already", commands.end_absence, later, absence=absence)
    assert commands.open_case(later, kind="task", title="Again", owner=house.ruth.user).owner == house.ruth.user


def test_away_without_a_deputy(house: House) -> None:
    """Nothing is given to her, and a rule never sends a case where nobody is; removed before it begins."""
    house.rule(kind="complaint", queue=house.clinic.pk)
    assert house.complaint().queue == house.clinic
    away(house)
    assert (house.complaint().queue, house.complaint().owner) == (None, house.anna.user)
    refused("away", commands.hand_over_case, house.anna, case=house.complaint(), to_user=house.ruth.user)
    refused("absence_once", commands.note_absence, house.ruth, user=house.ruth.user)
    refused("deputy_away", commands.note_absence, house.anna, user=house.anna.user, deputy=house.ruth.user)
    refused("absence_other_deputy", commands.note_absence, house.anna, user=house.anna.user, deputy=house.anna.user)
    tomorrow = house.anna.now + timedelta(days=1)
    planned = commands.note_absence(house.anna, user=house.anna.user, from_at=tomorrow)
    refused("not_begun", commands.end_absence, house.anna, absence=planned)
    refused("begun", commands.remove_absence, house.later(house.anna, days=2), absence=planned)
    commands.remove_absence(house.anna, absence=planned)
    with scope(house.company.pk):
        assert Absence.objects.count() == 1


@pytest.mark.races
def test_one_absence_at_a_time(house: House) -> None:
    """Noted twice at once, it is there once; the other gets the sentence."""
    out = race(8, lambda _: commands.note_absence(house.ruth, user=house.ruth.user))
    assert sum(isinstance(r, Absence) for r in out) == 1
    assert {str(r) for r in out if not isinstance(r, Absence)} == {"This person is noted as away in that time already."}


def test_where_would_it_go(house: House, django_assert_max_num_queries: Any) -> None:
    """The same answer as opening it, with the reason for each rule; the last resort; however many rules, as many queries."""
    house.rule(kind="complaint", topic="pain", queue=house.clinic.pk, priority="urgent", due_min=30, order=1)
    house.rule(kind="complaint", hours="closed", queue=house.desk.pk, order=2)
    for n in range(10):
        house.rule(kind="task", topic=f"t{n}", queue=house.desk.pk, order=10 + n)
    with scope(house.company.pk), django_assert_max_num_queries(12):
        figures = where_would_it_go(house.paul, kind="complaint", topic="Pain")
    assert [t["value"] for t in figures["tiles"]][:3] == ["Clinical lead", "nobody yet", "Urgent"]
    with scope(house.company.pk):
        figures = where_would_it_go(house.paul, kind="complaint", topic="noise")
    assert figures["rows"][1]["why"] == "It counts while we are closed, and we are open."
    assert figures["tiles"][0]["value"] == "whoever takes it"
    run_raw(house.paul, "work.change_queue", {"queue": house.desk.pk, "last_resort": True})
    assert house.complaint(topic="noise").queue == house.desk
    for ctx in (house.paul, house.anna):
        Membership.objects.filter(user=ctx.user).update(active=False)
    with scope(house.company.pk):
        assert not team(house.ruth, house.ruth.now).places[house.desk.pk].people
        assert where_to(house.ruth, kind="complaint", topic="noise", party=None, at=house.ruth.now).place is None


def test_a_deputy_serves_the_queue(house: House) -> None:
    """Who stands in counts as being there."""
    away(house, deputy=house.anna.user)
    with scope(house.company.pk):
        found = team(house.anna, house.anna.now).places[house.clinic.pk]
    assert [p.name for p in found.people] == ["Anna"]
    assert found.away == ("Ruth is away, Anna stands in",)


def test_the_page_of_queues(house: House) -> None:
    """What waits, who is there, the key for the next one; the name of a topic instead of its word."""
    run_raw(house.paul, "work.add_topic", {"code": "complaint_treatment", "name": "Treatment"})
    case = house.complaint(queue=house.desk, topic="complaint_treatment", title="<b>Hurts</b>")
    page = client_of(house.anna.user).get("/work/team/").content.decode()
    for text in ("&lt;b&gt;Hurts", "1 waiting", "Anna · 0 unfinished", 'data-key="t"', "Treatment", f"/work/do/take_case/{case.pk}/"):
        assert text in page, text
    assert "Clinical lead" not in page
    for url in (f"/work/cases/{case.pk}/", "/work/team/"):
        page = client_of(house.paul.user).get(url).content.decode()
        assert "Treatment" in page
        assert "complaint_treatment" not in page
