"""Calendar files at every entrance: the page asks whose time it is, a program says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from enfilade.base.calendar.models import Bookable, Booking
from enfilade.core import importing
from enfilade.core.context import Context
from enfilade.core.scope import scope

from .callers import Program, browser_of
from .test_imports import latest
from .test_transfer import text_of, upload

pytestmark = pytest.mark.django_db

PAGE = "/calendar/bookings/import/"


def bookable_of(ctx: Context) -> Bookable:
    """Somebody whose time is free."""
    with scope(ctx.company_id):
        return Bookable.objects.create(company=ctx.company, code="amsel", name="Amsel")


def calendar(count: int, *, hour: int = 9) -> bytes:
    """Events at one hour of so many days to come, and one on the first of them that lies across it."""
    day = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=10)
    events = [
        f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:Event {n}\nDTSTART:{day + timedelta(days=n):%Y%m%dT%H%M%SZ}\nDURATION:PT1H\nEND:VEVENT\n"
        for n in range(count)
    ]
    events.append(f"BEGIN:VEVENT\nUID:across\nSUMMARY:Across\nDTSTART:{day:%Y%m%dT%H}3000Z\nDURATION:PT1H\nEND:VEVENT\n")
    return ("BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(events) + "END:VCALENDAR\n").encode()


def titles(ctx: Context) -> list[str]:
    """What is booked."""
    with scope(ctx.company_id):
        return list(Booking.objects.filter(state="booked").order_by("starts_at").values_list("title", flat=True))


def test_the_page_asks_whose_time_it_is_tries_every_event_and_takes_them_back(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "STEP_ROWS", 2)
    amsel, browser = bookable_of(owner), browser_of(owner)
    assert 'href="/calendar/bookings/import/"' in text_of(browser.get("/calendar/bookings/"))
    asked = upload(browser, calendar(3), "my.ics", PAGE)
    assert "Whose time is required." in text_of(asked)
    page = asked.request["PATH_INFO"]
    assert 'name="bookables"' in text_of(browser.get(page))
    said = {"mode": "both", "bookables": str(amsel.pk), "days_ahead": "365"}
    tried = text_of(browser.post(page, {"check": "1", **said}))
    assert "Amsel is already taken at that time." in tried
    assert "Import 4 rows" in tried
    assert titles(owner) == []
    browser.post(page, {"start": "1", **said})
    assert titles(owner) == ["Event 0", "Event 1", "Event 2"]
    shown = text_of(browser.get(page))
    assert "Amsel is already taken at that time." in shown
    assert f'href="{page}refused/"' in shown
    assert browser.get(f"{page}refused/").content.startswith(b"BEGIN:VCALENDAR")
    browser.post(f"/core/do/undo_import/{latest(owner).pk}/", {"_key": "back"})
    assert titles(owner) == []


def test_a_program_says_whose_time_it_is(owner: Context) -> None:
    amsel, program = bookable_of(owner), Program(owner)
    kept = program.upload("my.ics", calendar(2)).json()["id"]
    inputs = {"resource": "calendar.booking", "file": kept}
    no = program.do("core.import_rows", inputs)
    assert (no.status_code, no.json()["errors"]) == (422, [{"field": "bookables", "detail": "Whose time is required."}])
    done = program.do("core.import_rows", {**inputs, "options": {"answers": {"bookables": [amsel.pk]}}})
    assert done.status_code == 200, done.content
    assert titles(owner) == ["Event 0", "Event 1"]
