"""Taken, handed over, accepted, answered, told, closed: given, when, then."""

from datetime import timedelta
from typing import Any

import pytest

from enfilade.base.party.commands import add_person, merge_parties
from enfilade.base.work import commands
from enfilade.base.work.flow import case_flow
from enfilade.base.work.jobs import remind_of_company
from enfilade.base.work.models import Case, CaseNote, HandOver
from enfilade.base.work.queries import cases_of, my_work, open_cases, overdue
from enfilade.base.work.reports import case_times
from enfilade.core.context import Context, NotAllowed, NotFound, Refusal
from enfilade.core.models import EventEntry, Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race
from enfilade.core.verify import verify_all

from .support import House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> House:
    """A desk, a clinic, an owner, a patient."""
    return House()


def refused(code: str, run: Any, ctx: Context, **inputs: Any) -> Refusal:
    """The refusal, which has this code and a sentence."""
    with pytest.raises(Refusal) as no:
        run(ctx, **inputs)
    assert no.value.code == code
    assert str(no.value).endswith(".")
    return no.value


def told(house: House) -> list[tuple[str, str]]:
    """Who was told what."""
    with scope(house.company.pk):
        return [(n.user.name, n.text) for n in Notification.objects.select_related("user").order_by("pk")]


def test_a_complaint_from_the_desk_to_the_clinic_and_back(house: House) -> None:
    """The whole way of the day, with every station on the strip."""
    case = house.complaint()
    assert house.fresh(case).owner == house.anna.user
    commands.hand_over_case(house.anna, case=case, to_user=house.ruth.user, note="Please answer him today")
    assert house.steps(case)[:3] == [("front", "Taken", "done"), ("back", "Offered to Ruth", "now"), ("front", "Answer", "todo")]
    assert house.fresh(case).owner == house.anna.user
    commands.accept_case(house.ruth, case=case)
    assert house.fresh(case).owner == house.ruth.user
    commands.answer_case(house.ruth, case=case, answer="We are sorry; the second chair was out of order.")
    assert told(house)[-1] == ("Anna", "Answered: Waited 40 minutes. Tell Jonas Weber.")
    refused("party_not_told", commands.close_case, house.anna, case=case)
    commands.tell_party(house.anna, case=case, channel="phone", note="He was content.")
    refused("told_already", commands.tell_party, house.anna, case=case)
    commands.close_case(house.anna, case=case)
    assert house.steps(case) == [
        ("front", "Taken", "done"),
        ("back", "Accepted", "done"),
        ("back", "Answered", "done"),
        ("front", "Jonas Weber was told", "done"),
        ("front", "Closed", "done"),
    ]
    with scope(house.company.pk):
        names = list(EventEntry.objects.filter(name__startswith="work.").order_by("pk").values_list("name", flat=True))
        assert CaseNote.objects.get().text == "He was content."
    words = [n.removeprefix("work.") for n in names]
    assert words == ["CaseOpened", "CaseHandedOver", "CaseAccepted", "CaseAnswered", "PartyTold", "CaseClosed"]


def test_rules_say_where_it_goes_and_until_when(house: House) -> None:
    """By kind and topic; what a person says comes first; where nothing fits, it stays with whoever took it."""
    house.rule(kind="complaint", topic="pain", queue=house.clinic.pk, priority="urgent", due_min=30, order=1)
    house.rule(kind="complaint", topic="", queue=house.desk.pk, order=2)
    case = house.complaint(topic="Pain")
    assert (case.queue, case.owner, case.state, case.priority) == (house.clinic, None, "open", "urgent")
    assert case.due_at == case.opened_at + timedelta(minutes=30)
    assert told(house) == [("Ruth", "New complaint for Clinical lead: Waited 40 minutes")]
    assert house.complaint(topic="noise").queue == house.desk
    chosen = house.complaint(topic="pain", queue=house.desk, due_at=house.anna.now + timedelta(days=3), priority="low")
    assert (chosen.queue, chosen.priority) == (house.desk, "low")
    mine = commands.open_case(house.anna, kind="task", title="Order paper")
    assert (mine.queue, mine.owner, mine.state, mine.due_at) == (None, house.anna.user, "accepted", None)
    assert [c.number for c in (case, chosen, mine)] == ["C-00001", "C-00003", "C-00004"]
    refused("in_the_past", commands.open_case, house.anna, kind="task", title="X", due_at=house.anna.now)
    refused("case_titled", commands.open_case, house.anna, kind="task", title="  ")


def test_a_case_for_a_colleague_has_to_be_accepted(house: House) -> None:
    """Until then it is with whoever opened it."""
    case = commands.open_case(house.anna, kind="follow_up", title="Did the pharmacy get it?", owner=house.ruth.user)
    row = house.fresh(case)
    assert (row.state, row.owner, row.due_at is not None) == ("offered", house.anna.user, True)
    commands.accept_case(house.ruth, case=case)
    assert house.fresh(case).owner == house.ruth.user


def test_only_the_receiver_decides(house: House) -> None:
    """Not the sender, not another colleague, not even who may manage everything, where a person was asked."""
    other = make_ctx(house.company, "work.take_case", role="other", name="Otto")
    case = house.complaint()
    commands.hand_over_case(house.anna, case=case, to_user=house.ruth.user)
    for ctx in (house.anna, other, house.paul):
        refused("not_offered_to_you", commands.accept_case, ctx, case=case)
        refused("not_offered_to_you", commands.return_case, ctx, case=case, reason="x")
    refused("not_open_or_accepted_or_waiting", commands.hand_over_case, house.anna, case=case, to_queue=house.clinic)
    refused("not_open", commands.take_case, house.ruth, case=case)
    assert house.fresh(case).state == "offered"


def test_returned_with_a_reason(house: House) -> None:
    """It is with the sender again, who is told why; an empty reason is refused and nothing changes."""
    case = house.complaint()
    commands.hand_over_case(house.anna, case=case, to_queue=house.clinic)
    refused("hand_over_returned_with_reason", commands.return_case, house.ruth, case=case, reason="")
    assert house.fresh(case).state == "offered"
    commands.return_case(house.ruth, case=case, reason="This is about the invoice")
    row = house.fresh(case)
    assert (row.state, row.owner) == ("accepted", house.anna.user)
    assert told(house)[-1] == ("Anna", "Ruth returns “Waited 40 minutes”: This is about the invoice")
    assert ("back", "Returned", "done") in house.steps(case)
    commands.hand_over_case(house.anna, case=case, to_queue=house.desk)
    commands.recall_case(house.anna, case=case)
    assert house.fresh(case).state == "accepted"


def test_taken_from_the_queue(house: House) -> None:
    """The first one has it; then it is hers to hand over, nobody else's."""
    case = house.complaint(queue=house.clinic)
    assert ("back", "Waits in Clinical lead", "now") in house.steps(case)
    commands.take_case(house.ruth, case=case)
    refused("not_open", commands.take_case, house.anna, case=case)
    refused("not_yours", commands.hand_over_case, house.anna, case=case, to_queue=house.desk)
    refused("not_yours", commands.answer_case, house.anna, case=case, answer="x")
    refused("whom", commands.hand_over_case, house.ruth, case=case)
    refused("whom", commands.hand_over_case, house.ruth, case=case, to_queue=house.desk, to_user=house.anna.user)
    refused("to_yourself", commands.hand_over_case, house.ruth, case=case, to_user=house.ruth.user)
    commands.hand_over_case(house.paul, case=case, to_user=house.anna.user, note="Ruth is ill")
    commands.accept_case(house.anna, case=case)
    assert house.fresh(case).owner == house.anna.user


def test_waiting_comes_back_by_itself(house: House) -> None:
    """Parked until a time; late after it; gone on with."""
    case = house.complaint()
    until = house.anna.now + timedelta(hours=1)
    refused("in_the_past", commands.park_case, house.anna, case=case, waiting_for="the lab", until=house.anna.now)
    commands.park_case(house.anna, case=case, waiting_for="the lab", until=until)
    with scope(house.company.pk):
        assert [c.pk for c in my_work(house.anna).waiting] == [case.pk]
        assert [c.pk for c in my_work(house.later(house.anna, hours=2)).overdue] == [case.pk]
    commands.resume_case(house.anna, case=case)
    commands.set_due(house.anna, case=case, due_at=house.anna.now + timedelta(days=1), reason="he is abroad")
    assert house.fresh(case).state == "accepted"


def test_the_clock_reminds_once_a_day(house: House) -> None:
    """The owner hears of it, and the queue; again after a day; not after it is done."""
    case = house.complaint(due_at=house.anna.now + timedelta(hours=1))
    assert remind_of_company(house.paul) == 0
    late = house.later(house.paul, hours=2)
    assert (remind_of_company(late), remind_of_company(late)) == (1, 0)
    assert told(house) == [("Anna", "Overdue: Waited 40 minutes")]
    assert remind_of_company(house.later(late, hours=25)) == 1
    commands.answer_case(house.anna, case=case, answer="Sorry.")
    assert remind_of_company(house.later(late, hours=60)) == 1
    assert told(house)[-1] == ("Anna", "Jonas Weber still has to be told: Waited 40 minutes")
    commands.tell_party(house.anna, case=case)
    assert remind_of_company(house.later(late, hours=99)) == 0
    with scope(house.company.pk):
        assert EventEntry.objects.filter(name="work.CaseOverdue").count() == 3


def test_closed_and_taken_up_again(house: House) -> None:
    """A complaint can be withdrawn unanswered; it cannot be settled so; taken up again it has its owner."""
    case = house.complaint()
    refused("party_not_told", commands.close_case, house.anna, case=case, outcome="settled")
    commands.close_case(house.anna, case=case, outcome="withdrawn", note="He called back.")
    refused("not_open_or_accepted_or_waiting_or_answered", commands.close_case, house.anna, case=case)
    commands.reopen_case(house.anna, case=case, reason="He called again")
    row = house.fresh(case)
    assert (row.state, row.owner, row.outcome, row.closed_at) == ("accepted", house.anna.user, "", None)


def test_my_work(house: House, django_assert_num_queries: Any) -> None:
    """Every case in one lane only, in the order in which to work; four queries however many there are."""
    for n in range(3):
        house.complaint(title=f"Mine {n}", due_at=house.anna.now + timedelta(hours=9 - n))
    house.complaint(ctx=house.ruth, title="For the desk", queue=house.desk)
    offered = house.complaint(ctx=house.ruth, title="Offered")
    commands.hand_over_case(house.ruth, case=offered, to_queue=house.desk)
    done = house.complaint(title="Answered")
    commands.answer_case(house.anna, case=done, answer="Yes.")
    with scope(house.company.pk), django_assert_num_queries(4):
        found = my_work(house.anna)
        titles = {lane: [c.title for c in getattr(found, lane)] for lane in ("overdue", "offered", "mine", "to_tell", "waiting", "open")}
        assert [c.who for c in found.mine] == ["Jonas Weber"] * 3
    assert titles == {
        "overdue": [],
        "offered": ["Offered"],
        "mine": ["Mine 2", "Mine 1", "Mine 0"],
        "to_tell": ["Answered"],
        "waiting": [],
        "open": ["For the desk"],
    }
    with scope(house.company.pk):
        late = my_work(house.later(house.anna, days=3))
        assert len(late.overdue) == 5
        assert [c.title for c in late.offered] == ["Offered"]
        assert len(open_cases(house.anna, owner=house.anna.user.pk)) == 3
        assert not overdue(house.anna).exists()


def test_the_cases_of_any_record(house: House) -> None:
    """By origin, and by party; one step each on the strip of that record."""
    case = commands.open_case(house.anna, kind="follow_up", title="Taken up?", origin="appointments.visit:7", queue=house.clinic)
    house.complaint()
    with scope(house.company.pk):
        assert [c.pk for c in cases_of(house.anna, "appointments.visit:7")] == [case.pk]
        assert cases_of(house.anna, f"party.party:{house.jonas.pk}").count() == 1
        steps = case_flow(house.anna, house.jonas)
        nothing = case_flow(make_ctx(house.company, "party.view_party"), house.jonas)
    assert [(s.label, s.office, s.state, s.who) for s in steps] == [("Complaint: Waited 40 minutes", "front", "now", "Anna")]
    assert nothing == []


def test_a_merged_party_brings_its_cases(house: House) -> None:
    """What the one asked, the other asked."""
    case = house.complaint()
    keep = add_person(house.paul, name="J. Weber")
    merge_parties(house.paul, keep=keep, other=house.jonas)
    assert house.fresh(case).party_id == keep.pk


def test_other_companies_and_callers_without_permission(house: House) -> None:
    """Do not exist, and may not."""
    case = house.complaint()
    stranger = make_ctx(make_company(), "*")
    with pytest.raises(NotFound):
        commands.take_case(stranger, case=case.pk)
    with pytest.raises(NotFound):
        commands.hand_over_case(house.anna, case=case, to_user=stranger.user)
    guest = make_ctx(house.company, "work.view_case")
    for run, inputs in ((commands.open_case, {"kind": "task", "title": "X"}), (commands.close_case, {"case": case})):
        with pytest.raises(NotAllowed):
            run(guest, **inputs)
    with scope(stranger.company_id):
        assert not open_cases(stranger).exists()


@pytest.mark.races
def test_twenty_accept_one_hand_over(house: House) -> None:
    """Exactly one has it; nineteen get the sentence; one hand-over is decided."""
    team = [make_ctx(house.company, "work.take_case", role="clinical", name=f"Dr {n}") for n in range(20)]
    case = house.complaint()
    commands.hand_over_case(house.anna, case=case, to_queue=house.clinic)
    out = race(20, lambda i: commands.accept_case(team[i], case=case.pk))
    winners = [i for i, result in enumerate(out) if isinstance(result, Case)]
    assert len(winners) == 1
    losers = [r for i, r in enumerate(out) if i not in winners]
    assert {r.code for r in losers} == {"not_offered"}
    assert house.fresh(case).owner == team[winners[0]].user
    with scope(house.company.pk):
        assert HandOver.objects.filter(case=case, state="accepted").count() == 1
        assert EventEntry.objects.filter(name="work.CaseAccepted").count() == 1


def test_what_is_verified(house: House) -> None:
    """Nothing to find after a day; an offered case without a hand-over is found."""
    case = house.complaint()
    commands.hand_over_case(house.anna, case=case, to_queue=house.clinic)
    with scope(house.company.pk):
        assert verify_all(house.paul) == []
        Case.objects.update(state="accepted")
        assert [f.code for f in verify_all(house.paul)] == ["offer_left_over"]
        HandOver.objects.all().delete()
        Case.objects.update(state="offered")
        assert [f.code for f in verify_all(house.paul)] == ["offer_missing"]


def test_how_long_things_take(house: House) -> None:
    """By kind: opened, closed, late, minutes to the answer, hand-overs and what came back."""
    first, second = house.complaint(), house.complaint(due_at=house.anna.now + timedelta(minutes=5))
    commands.hand_over_case(house.anna, case=first, to_queue=house.clinic)
    commands.return_case(house.ruth, case=first, reason="not ours")
    commands.hand_over_case(house.anna, case=second, to_queue=house.clinic)
    commands.answer_case(house.later(house.anna, minutes=40), case=first, answer="Sorry.")
    commands.open_case(house.anna, kind="task", title="Paper")
    with scope(house.company.pk):
        today = house.anna.today
        figures = case_times(house.later(house.paul, hours=1), from_on=today, to_on=today)
        assert case_times(house.paul, from_on=today - timedelta(days=9), to_on=today - timedelta(days=1))["rows"] == []
    assert figures["rows"] == [
        {"kind": "Complaint", "opened": 2, "closed": 0, "late": 1, "answer_min": 40, "passed": 2, "returned": 1},
        {"kind": "Task", "opened": 1, "closed": 0, "late": 0, "answer_min": None, "passed": 0, "returned": 0},
    ]
    assert figures["totals"]["opened"] == 3
