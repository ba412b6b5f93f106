"""The pages of reception: what they show to whom, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enfilade.core.access import context_for
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.front.reception import commands
from enfilade.front.reception.jobs import miss_calls_of_company
from enfilade.front.reception.models import Answer, Call

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "desk/",
    "desk/strip/",
    "desk/queue/",
    "desk/people/",
    "desk/who/?number=0305550102",
    "desk/book/?q=clean",
    "day/",
    "my-messages/",
    "ask/",
)


def browser(ctx: Context) -> Client:
    """Signed in as somebody."""
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def now(ctx: Context) -> Context:
    """The same person at the present moment, which pages show."""
    return context_for(ctx.user, ctx.company)


@pytest.mark.parametrize("path", PAGES)
def test_who_may_enter(desk: Context, path: str) -> None:
    """The desk may; nobody without the permission; strangers are asked to sign in."""
    assert browser(desk).get(f"/reception/{path}").status_code == 200
    nobody = make_ctx(desk.company, "core.read_notifications")
    assert browser(nobody).get(f"/reception/{path}").status_code == 403
    assert Client().get(f"/reception/{path}").status_code == 302


def test_the_desk_shows_who_rings_and_what_to_answer(desk: Context, patient: Any, fees: Answer) -> None:
    """By name, with the live fee."""
    commands.ring_desk(now(desk), number="+49 30 5550102")
    page = browser(desk).get("/reception/desk/").content.decode()
    assert "Ringing: Ada Lindqvist" in page
    assert "€98.00" in page
    assert 'data-digit="1"' in page


def test_a_name_or_a_number_finds_the_same(desk: Context, patient: Any) -> None:
    """Typed into one field; what is typed is shown as text."""
    client = browser(desk)
    for text in ("lindq", "Ada", "0305550102", "+49305550102"):
        assert "Ada Lindqvist" in client.get("/reception/desk/who/", {"number": text}).content.decode(), text
    for text in ("<script>alert(1)</script>", "\x00", "' OR 1=1 --", "x" * 5000, "\ud83d\ude00"):
        answer = client.get("/reception/desk/who/", {"number": text.encode("utf-8", "replace").decode()})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()


def test_an_answer_is_settled_from_the_page(desk: Context, fees: Answer) -> None:
    """Two keys: the digit opens it, Enter sends this form."""
    client = browser(desk)
    card = client.get(f"/reception/desk/answers/{fees.pk}/").content.decode()
    started = card.partition('name="started_at" value="')[2].partition('"')[0]
    form = {"_key": "k1", "answer": fees.pk, "outcome": "answered", "started_at": started, "channel": "phone", "audience": "caller"}
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
    for _ in range(2):
        assert client.post("/reception/do/log_call/?dialog=dialog", form, headers=headers).status_code == 204
    with scope(desk.company_id):
        assert Call.objects.visible_to(desk).filter(outcome="answered", answer_version__answer=fees).count() == 1


def test_a_stranger_sees_nothing_of_another_company(desk: Context, patient: Any, fees: Answer) -> None:
    """Neither answers nor callers nor figures."""
    call = commands.open_call(now(desk), number="0305550102")
    stranger = browser(make_ctx(make_company("Other"), "*"))
    for path in ("desk/", "desk/queue/", "desk/who/?number=0305550102", "day/", "calls/"):
        assert "Lindqvist" not in stranger.get(f"/reception/{path}").content.decode(), path
    assert stranger.get(f"/reception/desk/answers/{fees.pk}/").status_code == 404
    assert stranger.get(f"/reception/calls/{call.pk}/").status_code == 404


def test_one_sees_ones_own_messages_only(desk: Context, lead: Context) -> None:
    """Even with the same permission."""
    commands.take_message(now(desk), call=commands.open_call(now(desk)), to_user=lead.user, text="About the crown.")
    other = make_ctx(desk.company, "reception.read_message")
    assert "About the crown." in browser(lead).get("/reception/my-messages/").content.decode()
    assert "About the crown." not in browser(other).get("/reception/my-messages/").content.decode()


def test_employees_read_answers_with_live_values(desk: Context) -> None:
    """And see what came back to their own questions."""
    commands.add_answer(now(desk), question="When is pay day?", text="On {today}.", topic="pay", audience="employee")
    employee = make_ctx(desk.company, "reception.ask_employee_question", "reception.view_answer")
    call = commands.ask_employee_question(now(employee), question="May I bring my dog?")
    commands.answer_employee(now(desk), call=call, text="On Fridays.")
    page = browser(employee).get("/reception/ask/").content.decode()
    assert "When is pay day?" in page
    assert "May I bring my dog?" in page
    assert "On Fridays." in page


def test_the_desk_costs_the_same_with_ten_times_the_contacts(desk: Context, fees: Answer, patient: Any) -> None:
    """No query per line."""
    client = browser(desk)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/reception/desk/queue/").status_code == 200
        return len(queries)

    def work(times: int) -> None:
        for _ in range(times):
            commands.log_call(now(desk), answer=fees, party=patient)
            commands.take_message(now(desk), call=commands.open_call(now(desk), party=patient), to_user=desk.user, text="x")
            commands.promise_call_back(now(desk), call=commands.open_call(now(desk), party=patient), title="y")

    work(1)
    few = cost()
    work(9)
    assert cost() <= few + 1


def test_a_call_that_nobody_takes_is_missed_after_ten_minutes(desk: Context) -> None:
    """By the clock; one that was taken is left alone."""
    old, young = commands.ring_desk(desk, number="1"), commands.ring_desk(replace(desk, now=desk.now + timedelta(minutes=5)), number="2")
    taken = commands.take_call(desk, call=commands.ring_desk(desk, number="3"))
    later = replace(desk, now=desk.now + timedelta(minutes=11))
    assert miss_calls_of_company(later) == 1
    with scope(desk.company_id):
        states = dict(Call.objects.visible_to(desk).values_list("pk", "state"))
    assert states == {old.pk: "ended", young.pk: "ringing", taken.pk: "open"}


def test_a_contact_shows_its_case_and_the_case_its_contacts(desk: Context, lead: Context, patient: Any) -> None:
    """One line of sight, in both directions."""
    call = commands.open_call(now(desk), number="0305550102")
    case = commands.route_call(now(desk), call=call, title="When does the crown come?", person=lead.user)
    client = browser(desk)
    page = client.get(f"/reception/calls/{call.pk}/").content.decode()
    assert "Routed" in page
    assert "Jonas Brandl" in page
    assert f"/reception/calls/{call.pk}/" in client.get(f"/work/cases/{case.pk}/").content.decode()
