"""Contacts: who has them, what was explained in them, how they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from enfilade.base.party.commands import add_person
from enfilade.base.work.models import Case, HandOver
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.models import EventEntry, Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.front.reception import commands
from enfilade.front.reception.models import Answer, Call, Explanation, Interruption, Message
from enfilade.front.reception.queries import caller_of, recognise

from .conftest import MONDAY, at

pytestmark = pytest.mark.django_db(transaction=True)


def counts(ctx: Context) -> dict[str, int]:
    """How many rows of each kind the company has."""
    with scope(ctx.company_id):
        return {m.__name__: m.objects.visible_to(ctx).count() for m in (Call, Explanation, Interruption, Message, Case)}


def test_an_ordinary_question(desk: Context, patient: Any, fees: Answer) -> None:
    """Ring, take, explain: the contact names the person, the version, the one who handled it, and its length."""
    call = commands.ring_desk(desk, number="030 5550102")
    assert (call.state, call.party, call.handled_by) == ("ringing", patient, None)
    call = commands.take_call(at(desk, 10, 0, 20), call=call)
    call = commands.answer_from_book(at(desk, 10, 2, 30), call=call, answer=fees)
    assert (call.state, call.outcome, call.topic, call.handled_by) == ("ended", "answered", "fees", desk.user)
    assert (call.answer_version.answer_id, call.answer_version.version, call.minutes) == (fees.pk, 1, 3)
    with scope(desk.company_id):
        told = Explanation.objects.visible_to(desk).get()
        assert (told.call, told.answer_version.version, told.explained_by, told.settled) == (call, 1, desk.user, True)
        events = EventEntry.objects.visible_to(desk).filter(name__startswith="reception.Call").order_by("pk")
        assert [e.name for e in events] == ["reception.CallRang", "reception.CallTaken", "reception.CallEnded"]


def test_thirty_desks_settle_one_ringing_call(desk: Context) -> None:
    """Exactly one handles it; all others are told so."""
    call = commands.ring_desk(desk, number="+49 30 1")
    people = [make_ctx(desk.company, "*", now=MONDAY) for _ in range(30)]
    found = race(30, lambda i: commands.settle_call(people[i], call=call.pk, topic="hours"))
    won = [i for i, result in enumerate(found) if isinstance(result, Call)]
    lost = [result for result in found if isinstance(result, Refusal)]
    assert (len(won), len(lost)) == (1, 29), found[:3]
    assert {no.code for no in lost} == {"not_ringing_or_open"}
    with scope(desk.company_id):
        row = Call.objects.visible_to(desk).get()
        assert (row.state, row.handled_by) == ("ended", people[won[0]].user)


def test_thirty_desks_take_one_ringing_call(desk: Context) -> None:
    """The same for picking up."""
    call = commands.ring_desk(desk, number="+49 30 1")
    people = [make_ctx(desk.company, "*", now=MONDAY) for _ in range(30)]
    found = race(30, lambda i: commands.take_call(people[i], call=call.pk))
    assert sum(isinstance(result, Call) for result in found) == 1


def test_a_colleagues_contact_is_hers_until_taken_over(desk: Context, desk2: Context, hours: Answer) -> None:
    """Then it is the other's."""
    call = commands.open_call(desk, caller_name="Somebody")
    for verb, inputs in (("settle_call", {}), ("answer_from_book", {"answer": hours}), ("note_question", {"question": "Why?"})):
        with pytest.raises(Refusal) as refused:
            getattr(commands, verb)(desk2, call=call, **inputs)
        assert (refused.value.code, str(refused.value)) == ("not_yours", "Mira Castellan has this contact. Take it over first.")
    commands.take_over_call(desk2, call=call)
    assert commands.settle_call(desk2, call=call).handled_by == desk2.user


def test_one_step_for_a_contact_that_is_over(desk: Context, fees: Answer) -> None:
    """The version explained is recorded as well."""
    call = commands.log_call(at(desk, 11, 4), number="+49 30 99", answer=fees, started_at=at(desk, 11, 1).now)
    assert (call.outcome, call.topic, call.answer_version.version, call.minutes) == ("answered", "fees", 1, 3)
    assert counts(desk)["Explanation"] == 1


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"outcome": "answered"}, "answer_missing"),
        ({"started_at": MONDAY + timedelta(minutes=1)}, "wrong_time"),
        ({"started_at": MONDAY - timedelta(days=3)}, "wrong_time"),
    ],
)
def test_what_can_not_be_logged(desk: Context, inputs: dict[str, Any], code: str) -> None:
    """And leaves nothing behind."""
    with pytest.raises(Refusal) as refused:
        commands.log_call(desk, **inputs)
    assert refused.value.code == code
    assert counts(desk)["Call"] == 0


def test_explained_but_not_settled(desk: Context, hours: Answer, fees: Answer) -> None:
    """The contact goes on; both explanations stay on record."""
    call = commands.ring_desk(desk, number="1234")
    call = commands.answer_from_book(desk, call=call, answer=hours, settled=False)
    assert (call.state, call.outcome, call.handled_by) == ("open", "", desk.user)
    call = commands.answer_from_book(desk, call=call, answer=fees)
    assert call.answer_version.answer_id == fees.pk
    with scope(desk.company_id):
        assert list(Explanation.objects.visible_to(desk).order_by("pk").values_list("settled", flat=True)) == [False, True]


def test_a_notice_of_the_telephone_system_may_come_twice(desk: Context) -> None:
    """It is one call; even when both come at once there is never a second."""
    first = commands.ring_desk(desk, number="0123", external_id="sip-1")
    assert commands.ring_desk(desk, number="0123", external_id="sip-1") == first
    found = race(10, lambda _: commands.ring_desk(desk, number="0123", external_id="sip-2"))
    assert {r.code for r in found if isinstance(r, Refusal)} <= {"call_external_once"}
    assert counts(desk)["Call"] == 2


def test_two_people_with_one_number(desk: Context, patient: Any) -> None:
    """Nobody is guessed; the desk says who it is."""
    other = add_person(desk, given_name="Ben", family_name="Lindqvist", phone="030 555 0102")
    call = commands.open_call(desk, number="0305550102")
    assert call.party is None
    with scope(desk.company_id):
        assert {p.pk for p in caller_of(desk, call).candidates} == {patient.pk, other.pk}
        assert [p.pk for p in recognise(desk, "ben lind")] == [other.pk]
    call = commands.identify_caller(desk, call=call, party=other)
    assert call.party == other
    with pytest.raises(Refusal) as refused:
        commands.identify_caller(desk, call=call)
    assert refused.value.code == "nobody_named"


def test_what_the_desk_sees_of_a_caller_is_within_her_rights(desk: Context, patient: Any) -> None:
    """No invoices, cases or visits for who may not see them."""
    call = commands.open_call(desk, number="0305550102")
    commands.take_message(desk, call=call, to_user=desk.user, text="Please call.")
    call = commands.open_call(desk, number="0305550102")
    clerk = make_ctx(desk.company, "reception.view_call", now=MONDAY)
    with scope(desk.company_id):
        seen, hidden = caller_of(desk, call), caller_of(clerk, call)
        assert (seen.party, len(seen.contacts), len(seen.messages)) == (patient, 1, 1)
        assert (hidden.party, hidden.messages, hidden.cases, hidden.invoices, hidden.next_visit) == (None, [], [], [], None)


def test_sales_calls_are_recognised_the_next_time(desk: Context) -> None:
    """By their number, in another spelling."""
    commands.screen_call(desk, call=commands.ring_desk(desk, number="+49 40 123456"))
    call = commands.ring_desk(desk, number="040123456")
    with scope(desk.company_id):
        assert caller_of(desk, call).screened_count == 1


def test_a_message_has_a_receipt(desk: Context, lead: Context, patient: Any) -> None:
    """Who it is for is told, and who took it hears when it was read."""
    call = commands.open_call(desk, number="0305550102")
    message = commands.take_message(desk, call=call, to_user=lead.user, text="Please ring back about the crown.", urgent=True)
    assert (message.party, message.state, call.pk) == (patient, "unread", message.call_id)
    with pytest.raises(Refusal) as refused:
        commands.read_message(desk, message=message)
    assert refused.value.code == "not_yours"
    read = commands.read_message(at(lead, 11), message=message)
    assert (read.state, read.read_at) == ("read", at(lead, 11).now)
    with pytest.raises(Refusal) as refused:
        commands.read_message(lead, message=message)
    assert refused.value.code == "not_unread"
    with scope(desk.company_id):
        texts = dict(Notification.objects.visible_to(desk).values_list("user__name", "text"))
        assert texts == {
            "Jonas Brandl": "Urgent message from Ada Lindqvist",
            "Mira Castellan": "Jonas Brandl has read the message from Ada Lindqvist",
        }


def test_a_promised_call_back_is_kept(desk: Context, patient: Any) -> None:
    """It is a case with a time and an owner; an attempt that reaches nobody leaves it open."""
    call = commands.open_call(desk, number="0305550102")
    case = commands.promise_call_back(desk, call=call, title="Result of the X-ray", due_at=at(desk, 15).now)
    assert (case.kind, case.owner, case.party, case.due_at) == ("call_back", desk.user, patient, at(desk, 15).now)
    with scope(desk.company_id):
        assert Call.objects.visible_to(desk).get().case == case
    tried = commands.make_call_back(at(desk, 14), case=case, reached=False)
    assert (tried.direction, tried.outcome, tried.case) == ("out", "abandoned", case)
    done = commands.make_call_back(at(desk, 14, 30), case=case, note="All is well.")
    assert (done.direction, done.outcome) == ("out", "settled")
    with scope(desk.company_id):
        assert Case.objects.visible_to(desk).get().state == "closed"
    with pytest.raises(Refusal) as refused:
        commands.promise_call_back(desk, call=commands.open_call(desk), title="Yesterday", due_at=MONDAY - timedelta(days=1))
    assert refused.value.code == "in_the_past"


def test_a_complaint_goes_to_the_clinical_lead_and_back(desk: Context, lead: Context, patient: Any) -> None:
    """Taken, handed over, accepted, answered, told; every step by the name of who took it."""
    run_raw(desk, "work.add_queue", {"code": "clinic", "name": "Clinical lead", "role_code": "clinical_lead"})
    with scope(desk.company_id):
        from enfilade.base.work.models import Queue

        queue = Queue.objects.visible_to(desk).get()
    run_raw(desk, "work.add_routingrule", {"topic": "complaint_treatment", "queue": queue.pk, "due_min": 1440, "order": 1})
    call = commands.open_call(desk, number="0305550102", channel="walk_in")
    case = commands.take_complaint(desk, call=call, title="Filling fell out", description="After two days.", topic="complaint_treatment")
    assert (case.kind, case.queue, case.state) == ("complaint", queue, "offered")
    with scope(desk.company_id):
        assert HandOver.objects.visible_to(desk).get().to_queue == queue
    run_raw(lead, "work.accept_case", {"case": case.pk})
    run_raw(lead, "work.answer_case", {"case": case.pk, "answer": "We replace it at no cost."})
    told = commands.tell_answer(at(desk, 16), case=case.pk, channel="phone")
    assert (told.direction, told.channel, told.party, told.case) == ("out", "phone", patient, case)
    with scope(desk.company_id):
        row = Case.objects.visible_to(desk).get()
        assert (row.state, row.told_by, row.told_party_at) == ("closed", desk.user, at(desk, 16).now)
    with pytest.raises(Refusal):
        commands.tell_answer(at(desk, 16), case=case.pk)


def test_routing_interrupts_nobody(desk: Context, lead: Context, patient: Any) -> None:
    """A case for a colleague, who has to accept it; the contact is over."""
    call = commands.open_call(desk, number="0305550102", topic="lab")
    case = commands.route_call(desk, call=call, title="When does the crown come?", person=lead.user)
    assert (case.state, case.topic, case.party) == ("offered", "lab", patient)
    with scope(desk.company_id):
        assert Call.objects.visible_to(desk).get().outcome == "routed"
    assert counts(desk)["Interruption"] == 0


def test_an_interruption_is_measured(desk: Context, lead: Context) -> None:
    """From when to when, whom, in which role; ending it ends the contact."""
    call = commands.open_call(desk, topic="lab")
    row = commands.interrupt_person(at(desk, 10, 5), call=call, person=lead.user)
    assert (row.person, row.role, row.topic, row.minutes) == (lead.user, "clinical_lead", "lab", None)
    with pytest.raises(Refusal) as refused:
        commands.interrupt_person(desk, call=call, person=lead.user)
    assert refused.value.code == "interruption_runs_once"
    with pytest.raises(Refusal) as refused:
        commands.interrupt_person(desk, call=call, person=desk.user)
    assert refused.value.code == "yourself"
    row = commands.end_interruption(at(desk, 10, 10, 1), interruption=row, call=call)
    assert row.minutes == 6
    with scope(desk.company_id):
        assert Call.objects.visible_to(desk).get().outcome == "interrupted"
    with pytest.raises(Refusal) as refused:
        commands.end_interruption(desk, interruption=row, call=call)
    assert refused.value.code == "over_already"


def test_an_interruption_that_is_over(desk: Context, lead: Context) -> None:
    """One step, with its minutes."""
    row = commands.interrupt_person(desk, call=commands.open_call(desk), person=lead.user, minutes=7, topic="invoice")
    assert (row.minutes, row.until_at, row.from_at) == (7, MONDAY, MONDAY - timedelta(minutes=7))
    other = commands.open_call(desk)
    running = commands.interrupt_person(desk, call=other, person=lead.user)
    with pytest.raises(Refusal) as refused:
        commands.end_interruption(desk, interruption=running, call=commands.open_call(desk))
    assert refused.value.code == "other_contact"


def test_an_employee_asks_the_desk(desk: Context, company: Any) -> None:
    """Without disturbing it; the answer from the book comes back as a notification, with the live value."""
    employee = make_ctx(company, "reception.ask_employee_question", now=MONDAY)
    run_raw(desk, "reception.add_companyfact", {"code": "pay_day", "label": "Pay day", "on": "2026-11-27", "valid_from": "2026-01-01"})
    answer = commands.add_answer(desk, question="When is pay day?", text="It is {pay_day}.", topic="pay", audience="employee")
    call = commands.ask_employee_question(employee, question="When do we get our money?")
    assert (call.state, call.audience, call.channel, call.asked_by) == ("ringing", "employee", "chat", employee.user)
    commands.take_call(desk, call=call)
    commands.answer_from_book(desk, call=call, answer=answer)
    with scope(company.pk):
        assert Notification.objects.visible_to(desk).get(user=employee.user).text == "It is Friday, 27 November 2026."


def test_an_employee_is_answered_in_other_words(desk: Context, company: Any) -> None:
    """And the question is counted, so that it gets into the book."""
    employee = make_ctx(company, "reception.ask_employee_question", now=MONDAY)
    call = commands.ask_employee_question(employee, question="May I park in the yard?", topic="parking")
    call = commands.answer_employee(desk, call=call, text="Yes, place six.")
    assert (call.outcome, call.question.question, call.handled_by) == ("settled", "May I park in the yard?", desk.user)
    with pytest.raises(Refusal) as refused:
        commands.answer_employee(desk, call=commands.open_call(desk), text="?")
    assert refused.value.code == "nobody_to_tell"


def test_deny_by_default(desk: Context) -> None:
    """Every command asks for its own permission."""
    nobody = make_ctx(desk.company, "core.read_notifications", now=MONDAY)
    call = commands.open_call(desk)
    for verb in ("ring_desk", "open_call", "log_call"):
        with pytest.raises(NotAllowed):
            run_raw(nobody, f"reception.{verb}", {})
    for verb in ("take_call", "settle_call", "miss_call", "screen_call"):
        with pytest.raises(NotAllowed):
            run_raw(nobody, f"reception.{verb}", {"call": call.pk})


def test_a_booking_made_on_the_line_ends_the_contact(desk: Context, patient: Any) -> None:
    """Nobody logs it: the contact names the visit. A booking for somebody else ends nothing."""
    dentist = run_raw(desk, "calendar.add_bookable", {"kind": "person", "name": "Dr. Brandl", "code": "BRA", "tags": ["dentist"]})
    run_raw(desk, "calendar.add_openinghours", {"weekday": "1", "opens_at": "08:00", "closes_at": "18:00"})
    item = run_raw(desk, "item.add_item", {"code": "EXAM", "name": "Examination", "price": "42.00", "tax_class": "exempt"})
    service = run_raw(
        desk, "appointments.add_service", {"code": "CHECK", "name": "Check-up", "item": item.pk, "duration_min": 30, "needs": "dentist"}
    )
    other = add_person(desk, given_name="Ben", family_name="Okafor")
    call = commands.open_call(desk, number="0305550102")
    booking = {"service": service.pk, "practitioner": dentist.pk}
    run_raw(desk, "appointments.book_visit", {**booking, "patient": other.pk, "starts_at": "2026-11-03T09:00+01:00"})
    with scope(desk.company_id):
        assert Call.objects.visible_to(desk).get().state == "open"
    visit = run_raw(desk, "appointments.book_visit", {**booking, "patient": patient.pk, "starts_at": "2026-11-03T10:00+01:00"})
    with scope(desk.company_id):
        row = Call.objects.visible_to(desk).get(pk=call.pk)
    assert (row.state, row.outcome, row.origin) == ("ended", "booked", f"appointments.visit:{visit.pk}")
