"""One whole day of a dental practice in Chromium, lived by its people at their own windows at the same time.

Issue 2, section 3: the call, the visit, the fee, the complaint, the door, the closing. The practice is on its first morning, so
every figure at the end is one that this day has made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Desk, House

HEARD = "When are you open?"
SERVICE = "Check-up (30 min)"
DENTIST = "Dr. Jonas Brandl"


@dataclass
class Day:
    """The windows of this day, and the patients it is about."""

    house: House
    front: Desk
    second: Desk
    dentist: Desk
    owner: Desk
    books: Desk
    assistant: Desk
    patients: list[Any]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_one_whole_day_runs_through_the_house(house: House, desk_of: Callable[..., Desk]) -> None:
    day = Day(house, *(desk_of(who) for who in ("desk", "desk2", "dentist", "owner", "books", "assistant")), patients_of(house))
    open_the_desk(day)
    a_call_is_answered_from_the_book(day)
    two_want_the_same_slot(day)


def patients_of(house: House) -> list[Any]:
    """Patients whose name nobody else has."""
    from enfilade.base.party.models import Party

    with house.reading() as ctx:
        rows = list(Party.objects.visible_to(ctx).filter(party_roles__role="patient").order_by("pk"))
        for row in rows:
            row.number_to_call = row.phone
    names = [r.name for r in rows]
    return [r for r in rows if names.count(r.name) == 1]


def one(house: House, model: type[Any], *related: str, **wanted: Any) -> Any:
    """The only row of its kind that there is, with what it names."""
    with house.reading() as ctx:
        return model.objects.visible_to(ctx).select_related(*related).get(**wanted)


def look(desk: Desk, name: str) -> None:
    """What is asked of every page: nothing that keeps anybody out; and a picture for us."""
    desk.check_access()
    desk.shot(name)


# -- the morning


def open_the_desk(day: Day) -> None:
    """The drawer gets its float, and everybody sits down at their page."""
    page = day.front.go("/billing/drawer/")
    look(day.front, "drawer-before")
    page.get_by_role("link", name="Open a drawer").first.click()
    day.front.dialog.get_by_label("Float amount").fill("150")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("list", name="Open drawers").get_by_text("€150.00")).to_be_visible()
    day.front.go("/reception/desk/")
    day.second.go("/reception/desk/")
    day.dentist.go("/appointments/my-day/")
    look(day.dentist, "my-day-empty")


# -- 1. a call comes in


def a_call_is_answered_from_the_book(day: Day) -> None:
    """The telephone system announces a number; every desk sees who it is; a digit and Enter settle it."""
    from enfilade.front.reception.models import Call

    patient, page = day.patients[0], day.front.page
    day.house.do("desk", "reception.ring_desk", number=patient.number_to_call, external_id="pbx-1")
    for desk in (day.front, day.second):
        expect(desk.page.get_by_role("article", name=f"Ringing: {patient.name}")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("article", name=f"In progress: {patient.name}")).to_be_visible()
    expect(day.second.page.get_by_role("article", name=f"Ringing: {patient.name}")).to_have_count(0)
    entry = page.locator("#desk-book button", has_text=HEARD)
    page.keyboard.press(entry.get_attribute("data-digit") or "")
    expect(page.get_by_role("heading", name=HEARD)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("That settled it"))).to_be_focused()
    look(day.front, "desk-answer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Contacts today").get_by_text(f"Answered from the book: {HEARD}")).to_be_visible()
    call = one(day.house, Call, "party", "handled_by", "answer_version__answer", external_id="pbx-1")
    assert (call.outcome, call.party, call.handled_by) == ("answered", patient, day.house.people["desk"].user)
    assert (call.answer_version.version, call.answer_version.answer.question) == (1, HEARD)


def two_want_the_same_slot(day: Day) -> None:
    """Two receptionists offer the same time of one dentist; the first gets it, the other gets a sentence and the next free times."""
    from enfilade.front.appointments.models import Visit

    first, other, page = day.patients[1], day.patients[2], day.front.page
    # A colleague already has the booking dialog open for somebody else.
    there = day.second.go("/appointments/day/")
    there.get_by_role("link", name="Book a visit B").click()
    choose(day.second, "Patient", other.name)
    begins = choose_slot(day.second)
    # The number is typed at the front desk; who it is stands there before anything is asked.
    page.keyboard.press("n")
    page.keyboard.type(first.number_to_call)
    expect(page.get_by_role("list", name="Found").get_by_text(first.name)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name=f"In progress: {first.name}")).to_be_visible()
    page.keyboard.press("b")
    assert choose_slot(day.front, begins) == begins
    look(day.front, "book-dialog")
    day.front.dialog.get_by_role("button", name="Book a visit").click()
    expect(page.get_by_role("region", name="Contacts today").get_by_text("Put into a slot").first).to_be_visible()
    there.keyboard.press("Control+Enter")
    refusal = day.second.dialog.get_by_role("alert").filter(has_text="What would be possible")
    expect(refusal).to_contain_text(f"{begins[11:]} is not free for Check-up ({DENTIST})")
    look(day.second, "slot-taken")
    hint = refusal.get_by_role("button").first
    hint.click()
    expect(hint).to_have_attribute("aria-pressed", "true")
    there.keyboard.press("Control+Enter")
    expect(day.second.dialog).to_have_count(0)
    with day.house.reading() as ctx:
        rows = list(Visit.objects.visible_to(ctx).select_related("practitioner", "booking").order_by("pk"))
        assert [v.party_id for v in rows] == [first.pk, other.pk]
        assert rows[0].starts_at < rows[1].starts_at
        for visit in rows:
            kinds = sorted(s.bookable.kind for s in visit.booking.slots.select_related("bookable"))
            assert kinds == ["chair", "person", "person"]
            assert str(visit.practitioner) == DENTIST


def choose(desk: Desk, label: str, text: str) -> None:
    """Find a record by typing, as in every box that asks for one."""
    desk.dialog.get_by_label(label).click()
    desk.page.keyboard.type(text)
    desk.page.get_by_role("option", name=text).first.click()


def choose_slot(desk: Desk, begins: str = "") -> str:
    """Service and dentist in the booking dialog, and one of her free times, by a click; when it begins.

    begins: the time to choose; else the third one, so that it is not over before somebody has chosen it as well.
    """
    desk.dialog.get_by_label("Service").select_option(label=SERVICE)
    desk.dialog.get_by_label("With").select_option(label=DENTIST)
    slots = desk.dialog.get_by_role("region", name="Free times").get_by_role("button")
    # At first whoever is free was offered; the list is the new one when only the chosen dentist is in it.
    expect(slots.filter(has_not_text=DENTIST)).to_have_count(0)
    slot = slots.filter(has_text=begins[11:]).first if begins else slots.nth(2)
    slot.click()
    expect(slot).to_have_attribute("aria-pressed", "true")
    return desk.dialog.get_by_label("Begins").input_value()


# -- 2. the patient arrives


def a_patient_arrives(day: Day) -> None:
    """Check-in takes the papers; the dentist's open page shows the arrival by itself, and the board counts the minutes."""
    from enfilade.base.document.models import Document
    from enfilade.front.appointments.models import Visit

    patient, page, watching = day.patients[1], day.front.page, day.dentist.go("/appointments/my-day/")
    watching.evaluate("window.neverReloaded = true")
    visit = one(day.house, Visit, party=patient)
    day.front.go(f"/appointments/visits/{visit.pk}/")
    look(day.front, "visit-booked")
    page.get_by_role("link", name="Check in").first.click()
    papers = day.front.dialog.get_by_role("group", name="Papers to hand in now")
    expect(papers.get_by_role("checkbox", name="Consent to treatment and data", exact=True)).to_be_visible()
    expect(papers.get_by_text("needed today")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    refusal = f"{patient.name} still has to hand in: Consent to treatment and data, Insurance card."
    expect(day.front.dialog.get_by_role("alert")).to_have_text(re.compile(re.escape(refusal)))
    look(day.front, "check-in-papers")
    papers.get_by_role("checkbox", name="Consent to treatment and data", exact=True).check()
    papers.get_by_role("checkbox", name="Signed (Consent to treatment and data)").check()
    papers.get_by_label("Scan of Consent to treatment and data").set_input_files({"name": "consent.pdf", "mimeType": "application/pdf", "buffer": PAPER})
    papers.get_by_role("checkbox", name="Insurance card", exact=True).check()
    page.keyboard.press("Control+Enter")
    expect(day.front.dialog).to_have_count(0)
    # Nobody has touched the dentist's window.
    arrived = watching.get_by_role("article").filter(has_text=patient.name)
    expect(arrived.locator("wait-time")).to_be_visible()
    assert watching.evaluate("window.neverReloaded") is True
    board = day.front.go("/appointments/board/")
    waits = board.get_by_role("region", name="Waiting").get_by_role("article").filter(has_text=patient.name)
    expect(waits.locator("wait-time")).to_have_text(re.compile(r"just now|\d+ min"))
    look(day.front, "flow-board")
    with day.house.reading() as ctx:
        taken = list(Document.objects.visible_to(ctx).filter(party=patient).select_related("kind", "file").order_by("kind__code"))
        assert [(d.kind.code, d.signed, d.file is not None) for d in taken] == [("consent", True, True), ("insurance", False, False)]


# -- 3. what was done, and what it costs


def the_dentist_treats(day: Day) -> None:
    """Called in from her own page; what was done is noted by keyboard: the usual service, and an X-ray found by typing."""
    from enfilade.back.billing.models import Charge

    patient, page = day.patients[1], day.dentist.page
    page.get_by_role("button", name=f"Call in: {patient.name}").click()
    chair = page.get_by_role("region", name="In the chair").get_by_role("article")
    expect(chair).to_contain_text(patient.name)
    expect(chair).to_contain_text("Medical history is missing")
    look(day.dentist, "my-day-in-chair")
    chair.get_by_role("link", name=f"Finish: {patient.name}").click()
    item = day.dentist.dialog.get_by_label("Item 1")
    expect(item).to_have_value("EXAM Examination with advice")
    item.press("Enter")
    page.keyboard.type("x-ray")
    option = page.get_by_role("option", name="X-ray, single")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    day.dentist.dialog.get_by_label("Come again in (weeks)").fill("2")
    look(day.dentist, "finish-treatment")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The chair is free.")).to_be_visible()
    with day.house.reading() as ctx:
        rows = Charge.objects.visible_to(ctx).filter(party=patient).order_by("pk")
        assert [(c.description, c.net_minor) for c in rows] == [("Examination with advice", 4200), ("X-ray, single", 3700)]


PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
