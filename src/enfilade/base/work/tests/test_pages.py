"""My work, the case and the panel of cases, as people see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from enfilade.base.work import commands
from enfilade.core.models import User
from enfilade.core.resource import flow_of
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .support import House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> House:
    """A desk, a clinic, an owner, a patient."""
    return House()


def client_of(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_my_work_shows_what_to_do_and_only_what_may_be_done(house: House) -> None:
    """Lanes with buttons for the desk; nothing at all for a guest; what is late is marked."""
    house.complaint(title="Mine")
    offered = house.complaint(ctx=house.ruth, title="Offered to the desk")
    commands.hand_over_case(house.ruth, case=offered, to_queue=house.desk)
    early = house.later(house.anna, days=-4)
    late = house.complaint(ctx=early, title="Late", due_at=early.now + timedelta(hours=1))
    page = client_of(house.anna.user).get("/work/my/").content.decode()
    for text in (
        "Mine",
        "Offered to the desk",
        "Late",
        "3 d 23 h late",
        f"/work/do/accept_case/{offered.pk}/",
        f"/work/do/answer_case/{late.pk}/",
    ):
        assert text in page, text
    reader = make_ctx(house.company, "work.view_case", role="guest")
    commands.hand_over_case(house.paul, case=late, to_user=reader.user)
    page = client_of(reader.user).get("/work/my/").content.decode()
    assert "Late" in page
    assert "/work/do/" not in page
    assert client_of(make_ctx(house.company, "party.view_party").user).get("/work/my/").status_code == 403
    assert Client().get("/work/my/").status_code == 302


def test_my_work_reloads_in_place(house: House) -> None:
    """htmx gets the board alone."""
    house.complaint(title="Mine")
    answer = client_of(house.anna.user).get("/work/my/", headers={"HX-Request": "true", "HX-Target": "my-work"})
    assert answer.content.decode().lstrip().startswith('<div id="my-work"')


def test_a_case_shows_its_way(house: House) -> None:
    """Flow strip, notes and buttons; and the party shows the case."""
    case = house.complaint(title="<b>Rude</b>")
    commands.add_note(house.anna, case=case, text="<script>alert(1)</script>")
    commands.hand_over_case(house.anna, case=case, to_queue=house.clinic)
    page = client_of(house.ruth.user).get(f"/work/cases/{case.pk}/").content.decode()
    for text in ("Offered to Clinical lead", "&lt;b&gt;Rude&lt;/b&gt;", "&lt;script&gt;", f"/work/do/accept_case/{case.pk}/"):
        assert text in page, text
    assert "<script>alert" not in page
    assert f"/work/do/take_case/{case.pk}/" not in page
    page = client_of(house.paul.user).get(f"/party/parties/{house.jonas.pk}/").content.decode()
    assert f"/work/cases/{case.pk}/" in page


def test_the_list_marks_what_is_late(house: House) -> None:
    """One row of two."""
    early = house.later(house.anna, days=-4)
    house.complaint(ctx=early, due_at=early.now + timedelta(hours=1))
    house.complaint()
    page = client_of(house.anna.user).get("/work/cases/").content.decode()
    assert page.count('data-tone="bad"') == 1


def test_any_record_shows_what_is_done_about_it(house: House, django_assert_num_queries: Any) -> None:
    """A queue from which a case came, the party who waits, each once; what is finished leaves the strip of the party.

    It costs each record page one query, none where a record is a part of another.
    """
    with scope(house.company.pk), django_assert_num_queries(1):
        assert flow_of(house.paul, house.desk) == []
    commands.open_case(house.anna, kind="task", title="Print the door sign", origin=f"work.queue:{house.desk.pk}")
    case = house.complaint()
    browser = client_of(house.paul.user)
    assert browser.get(f"/work/queues/{house.desk.pk}/").content.decode().count("Task: Print the door sign") == 1
    party = f"/party/parties/{house.jonas.pk}/"
    assert browser.get(party).content.decode().count("Complaint: Waited 40 minutes") == 1
    step = commands.add_step(house.anna, case=case, text="Say sorry")
    with scope(house.company.pk), django_assert_num_queries(1):
        assert [(s.office, s.who) for row in (house.desk, step) for s in flow_of(house.paul, row)] == [("front", "Anna")]
    commands.close_case(house.anna, case=case, outcome="withdrawn")
    assert "Complaint: Waited 40 minutes" not in browser.get(party).content.decode()
