"""Pages of appointments as people of different roles see them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enfilade.base.calendar.models import Bookable, Holiday, HolidayCalendar
from enfilade.core.access import context_for
from enfilade.core.models import Company, Membership, Role, User
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.front.appointments import commands
from enfilade.front.appointments.models import Visit

from .practice import Practice

pytestmark = pytest.mark.django_db(transaction=True)
HX = {"HX-Request": "true"}


def client_of(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def practice(monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A practice on Monday morning; pages see the same clock as the commands."""
    made = Practice()
    monkeypatch.setattr("enfilade.core.http.middleware.context_for", at_twenty_to_ten)
    return made


def at_twenty_to_ten(user: User, company: Company, **more: Any) -> Any:
    """The context of a request at twenty to ten."""
    from dataclasses import replace

    from .practice import at

    return replace(context_for(user, company, **more), now=at("1 09:40"))


def test_the_day_shows_bookings_and_free_half_hours_and_their_dialog(practice: Practice) -> None:
    visit = practice.book("1 11:00", note="Afraid of needles")
    desk = client_of(practice.desk.user)
    page = desk.get("/appointments/day/?on=2026-06-01").content.decode()
    assert "Li Wei" in page
    assert f"/appointments/visits/{visit.pk}/" in page
    free = f"/appointments/do/book_visit/?starts_at=2026-06-01T10%3A00&amp;practitioner={practice.amsel.pk}"
    assert free in page
    assert "starts_at=2026-06-01T11%3A00&amp;practitioner=" + str(practice.amsel.pk) not in page
    assert "starts_at=2026-06-01T09%3A00" not in page, "what is over is not offered"
    dialog = desk.get(free.replace("&amp;", "&"), headers={**HX, "HX-Target": "dialog-body"}).content.decode()
    assert 'value="2026-06-01T10:00"' in dialog
    assert f'<option value="{practice.amsel.pk}" selected>' in dialog
    assert "The practice is closed on this day." in desk.get("/appointments/day/?on=2026-06-06").content.decode()
    assert desk.get("/appointments/day/?on=nonsense").status_code == 200


def test_free_times_follow_service_person_and_day(practice: Practice) -> None:
    practice.book("1 10:00", practitioner=practice.amsel)
    desk = client_of(practice.desk.user)
    url = f"/appointments/slots/?service={practice.check.pk}&on=2026-06-01"
    page = desk.get(f"{url}&practitioner={practice.amsel.pk}").content.decode()
    assert "2026-06-01T09:45" not in page
    assert "2026-06-01T10:00" not in page
    assert "2026-06-01T10:30" in page
    assert "next_starts_at" in desk.get(f"{url}&fill=next_starts_at").content.decode()
    assert (
        "does not do Cleaning"
        in desk.get(f"/appointments/slots/?service={practice.clean.pk}&practitioner={practice.amsel.pk}").content.decode()
    )
    for hostile in (
        "service=99999999999999999999",
        "service=x&practitioner=-1",
        "fill=<script>",
        "on=9999-99-99",
        f"service={practice.check.pk}&on=2199-12-31",
    ):
        assert desk.get(f"/appointments/slots/?{hostile}").status_code == 200


def test_a_refused_booking_offers_times_in_the_dialog(practice: Practice) -> None:
    practice.book("1 10:00", practitioner=practice.amsel)
    posted = {
        "patient": practice.other.pk,
        "service": practice.check.pk,
        "practitioner": practice.amsel.pk,
        "starts_at": "2026-06-01T10:00",
        "_key": "k1",
    }
    desk = client_of(practice.desk.user)
    answer = desk.post("/appointments/do/book_visit/", posted, headers={**HX, "HX-Target": "dialog-body"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "is not free for Check-up (Dr Amsel)" in text
    assert "2026-06-01T10:30" in text
    assert f'<option value="{practice.check.pk}" selected>' in text
    done = desk.post(
        "/appointments/do/book_visit/", posted | {"starts_at": "2026-06-01T10:30", "_key": "k2"}, headers={**HX, "HX-Target": "dialog-body"}
    )
    assert done.status_code == 204
    assert "record-changed" in json.loads(done["HX-Trigger"])


def test_check_in_takes_papers_with_their_scans_in_one_dialog(practice: Practice) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from enfilade.base.document.models import Document

    practice.require_papers()
    visit = practice.book("1 10:00")
    desk = client_of(practice.desk.user)
    url = f"/appointments/do/check_in/{visit.pk}/"
    dialog = desk.get(url, headers={**HX, "HX-Target": "dialog-body"}).content.decode()
    assert 'enctype="multipart/form-data"' in dialog
    assert "needed today" in dialog
    assert "asked for" in dialog
    refused = desk.post(url, {"_key": "a"}, headers={**HX, "HX-Target": "dialog-body"})
    assert (refused.status_code, "still has to hand in: Consent" in refused.content.decode()) == (409, True)
    scan = SimpleUploadedFile("consent.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    posted = {"_key": "b", "documents-0-kind": practice.consent.pk, "documents-0-signed": "true", "documents-0-file": scan}
    assert desk.post(url, posted, headers={**HX, "HX-Target": "dialog-body"}).status_code == 204
    with scope(practice.company.pk, read_only=True):
        document = Document.objects.get()
        assert (document.kind_id, document.signed, document.file.name) == (practice.consent.pk, True, "consent.pdf")
    assert practice.fresh(visit).state == "arrived"


def test_the_board_moves_people_along_with_one_press(practice: Practice) -> None:
    visit = practice.book("1 09:00")
    desk = client_of(practice.desk.user)
    assert "40 min late" in desk.get("/appointments/board/").content.decode()
    commands.check_in(practice.when("1 09:31"), visit=visit)
    assert "Call in" in desk.get("/appointments/board/").content.decode()
    pressed = desk.post(f"/appointments/do/call_in/{visit.pk}/", {"_key": "once"}, headers={**HX, "HX-Target": "dialog-body"})
    assert pressed.status_code == 204
    again = desk.post(f"/appointments/do/call_in/{visit.pk}/", {"_key": "once"}, headers={**HX, "HX-Target": "dialog-body"})
    assert again.status_code == 204
    assert practice.fresh(visit).state == "in_treatment"


def test_my_day_is_mine(practice: Practice) -> None:
    mine, other = (
        practice.book("1 10:00", practitioner=practice.amsel),
        practice.book("1 10:00", patient=practice.other, practitioner=practice.okafor),
    )
    page = client_of(practice.doctor.user).get("/appointments/my-day/").content.decode()
    assert f"/appointments/visits/{mine.pk}/" in page
    assert f"/appointments/visits/{other.pk}/" not in page
    assert "Your time is not booked" in client_of(practice.desk.user).get("/appointments/my-day/").content.decode()


def test_check_out_shows_the_fee_and_afterwards_what_it_came_to(practice: Practice) -> None:
    desk = client_of(practice.desk.user)
    assert "Nobody waits to leave" in desk.get("/appointments/check-out/").content.decode()
    visit = practice.treated("1 08:30", practice.exam)
    page = desk.get("/appointments/check-out/").content.decode()
    assert "€42.00" in page
    posted = desk.post(f"/appointments/do/check_out/{visit.pk}/", {"_key": "x", "method": "card"}, headers={**HX, "HX-Target": "form"})
    assert posted.status_code == 204, posted.content.decode()[:2000]
    page = desk.get(f"/appointments/check-out/{visit.pk}/").content.decode()
    assert "Checked out at" in page
    assert "INV-2026-00001" in page


def test_what_every_page_costs_does_not_grow_with_the_number_of_visits(practice: Practice, django_assert_max_num_queries: Any) -> None:
    for n, start in enumerate(("1 10:00", "1 10:30", "1 11:00", "1 11:30", "1 12:00", "1 13:00")):
        visit = practice.book(start, patient=practice.patient if n % 2 else practice.other, practitioner=practice.amsel)
        if n < 3:
            commands.check_in(practice.when("1 09:31"), visit=visit)
    doctor = client_of(practice.doctor.user)
    for url in ("/appointments/board/", "/appointments/day/", "/appointments/my-day/"):
        with django_assert_max_num_queries(28):
            assert doctor.get(url).status_code == 200


@pytest.mark.parametrize(
    "url", ["day/", "board/", "my-day/", "check-out/", "slots/", "visits/", "services/", "prescriptions/", "do/book_visit/"]
)
def test_who_may_not_sees_nothing(practice: Practice, url: str) -> None:
    practice.book("1 10:00")
    nobody = make_ctx(practice.company, "party.view_party")
    answer = client_of(nobody.user).get(f"/appointments/{url}")
    assert answer.status_code == 403
    assert "Li Wei" not in answer.content.decode()


def test_another_company_does_not_exist(practice: Practice) -> None:
    visit = practice.book("1 10:00")
    company = make_company()
    stranger = make_ctx(company, "*")
    browser = client_of(stranger.user)
    for url in (f"visits/{visit.pk}/", f"check-out/{visit.pk}/", f"do/check_in/{visit.pk}/"):
        assert browser.get(f"/appointments/{url}").status_code == 404
    assert browser.get(f"/calendar/feeds/{practice.amsel.pk}.ics").status_code == 404
    for url in ("day/?on=2026-06-01", "board/", f"slots/?service={practice.check.pk}"):
        assert "Li Wei" not in browser.get(f"/appointments/{url}").content.decode()
    with scope(company.pk, read_only=True):
        assert not Visit.objects.exists()
    assert Membership.objects.filter(company=company).count() == 1
    assert Role.objects.filter(company=company).count() == 1


def test_the_calendar_file_is_for_those_who_may_see_bookings(practice: Practice) -> None:
    practice.book("1 10:00", practitioner=practice.amsel)
    answer = client_of(practice.desk.user).get(f"/calendar/feeds/{practice.amsel.pk}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"SUMMARY:Li Wei" in answer.content


def test_a_week_and_a_month_say_how_full_the_days_are(practice: Practice) -> None:
    """Everybody's week as shares, one person's by the hour with free half hours to click, and a month with its holidays."""
    visit = practice.book("2 11:00", practitioner=practice.amsel)
    desk = client_of(practice.desk.user)
    week = desk.get("/appointments/week/?on=2026-06-03").content.decode()
    assert f"/appointments/week/?on=2026-06-01&amp;who={practice.amsel.pk}" in week
    # Half an hour of nine hours, for dentist, chair and assistant.
    assert week.count('<progress value="6" max="100" aria-label="Taken on Tue 2 Jun">') == 3
    assert week.count("Closed") == 2 * 6, "six people and chairs, two days"
    hers = desk.get(f"/appointments/week/?on=2026-06-03&who={practice.amsel.pk}").content.decode()
    assert f"/appointments/visits/{visit.pk}/" in hers
    assert f"starts_at=2026-06-02T10%3A30&amp;practitioner={practice.amsel.pk}" in hers
    assert f"starts_at=2026-06-02T11%3A00&amp;practitioner={practice.amsel.pk}" not in hers
    with scope(practice.company.pk):
        followed = HolidayCalendar.objects.create(company=practice.company, country="DE")
        Holiday.objects.create(company=practice.company, calendar=followed, on="2026-06-04", name="Corpus Christi")
    month = desk.get("/appointments/month/?on=2026-06-20").content.decode()
    assert "June 2026" in month
    assert "Corpus Christi" in month
    assert month.count("month-number") == 35
    assert desk.get("/appointments/month/?on=2026-13-99&who=x").status_code == 200


def test_a_week_costs_as_many_queries_for_twenty_people_as_for_six(practice: Practice) -> None:
    desk = client_of(practice.desk.user)
    desk.get("/appointments/week/?on=2026-06-03")
    with CaptureQueriesContext(connection) as few:
        desk.get("/appointments/week/?on=2026-06-03")
    with scope(practice.company.pk):
        Bookable.objects.bulk_create(
            Bookable(company=practice.company, code=f"D{n}", name=f"Dentist {n}", tags=["dentist"]) for n in range(14)
        )
    with CaptureQueriesContext(connection) as many:
        desk.get("/appointments/week/?on=2026-06-03")
    assert len(many) == len(few)
