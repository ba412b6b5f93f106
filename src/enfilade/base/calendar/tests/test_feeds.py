"""Private addresses: who reads what, what is not sent twice, and a real calendar client that reads along."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from enfilade.base.calendar.commands import make_feed, move_booking, release_booking, renew_feed, reserve_time, revoke_feed
from enfilade.base.calendar.models import Bookable, Booking, CalendarFeed
from enfilade.core.context import Context, NotAllowed, NotFound, Refusal
from enfilade.core.models import Membership
from enfilade.core.resource import resource_named
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .helpers import add_bookable

pytestmark = pytest.mark.django_db(transaction=True)


def house() -> tuple[Context, Context, Bookable]:
    """The desk that books, a hygienist who may only make an address, and her bookable. A company that is always open, seen now."""
    desk = make_ctx(make_company(), "*")
    hygienist = make_ctx(desk.company, "calendar.make_feed", "calendar.view_bookable", name="Paula Fuchs")
    return desk, hygienist, add_bookable(desk, "paula", user=hygienist.user)


def book(desk: Context, bookable: Bookable, title: str, hours: int) -> Booking:
    """An hour in so many hours."""
    start = (timezone.now() + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
    return reserve_time(desk, bookables=[bookable], starts_at=start, ends_at=start + timedelta(hours=1), title=title)


def address(feed: CalendarFeed) -> str:
    """Where a client reads."""
    return f"/calendar/open/{feed.company.slug}/feed/{feed.token}.ics"


def titles(answer: Any) -> list[str]:
    """Summaries of the events of an answer."""
    assert answer.status_code == 200, answer.status_code
    return sorted(str(e["SUMMARY"]) for e in Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_person_reads_her_own_bookings_without_signing_in() -> None:
    desk, hygienist, paula = house()
    booking = book(desk, paula, "Li Wei", 2)
    book(desk, add_bookable(desk, "other"), "Not hers", 2)
    feed = make_feed(hygienist, name="Phone")
    answer = Client().get(address(feed))
    assert titles(answer) == ["Li Wei"]
    assert answer["Content-Type"].startswith("text/calendar")
    assert "private" in answer["Cache-Control"]
    event = next(iter(Calendar.from_ical(answer.content).walk("VEVENT")))
    assert (event.start, int(event["SEQUENCE"])) == (booking.starts_at, 0)


def test_what_has_not_changed_is_not_sent_again() -> None:
    desk, hygienist, paula = house()
    booking = book(desk, paula, "Li Wei", 2)
    url, client = address(make_feed(hygienist, name="Phone")), Client()
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert client.head(url)["ETag"] == first["ETag"]
    move_booking(desk, booking=booking, starts_at=booking.starts_at + timedelta(hours=3), ends_at=booking.ends_at + timedelta(hours=3))
    moved = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (titles(moved), moved["ETag"] != first["ETag"]) == (["Li Wei"], True)
    release_booking(desk, booking=booking)
    assert titles(client.get(url, headers={"If-None-Match": moved["ETag"]})) == []


def test_of_others_she_sees_what_she_may_at_that_moment() -> None:
    desk, hygienist, _ = house()
    chair = add_bookable(desk, "chair")
    book(desk, chair, "Li Wei", 2)
    with pytest.raises(NotAllowed):
        make_feed(hygienist, name="Chair", bookable=chair)
    feed = make_feed(desk, name="Chair", bookable=chair)
    assert titles(Client().get(address(feed))) == ["Li Wei"]
    role = Membership.objects.get(user=desk.user).roles.get()
    role.permissions = ["calendar.make_feed"]
    role.save()
    answer = Client().get(address(feed))
    assert titles(answer) == ["Busy"], "the permission is gone, so the words are"
    assert b"Li Wei" not in answer.content
    Membership.objects.filter(user=desk.user).update(active=False)
    assert Client().get(address(feed)).status_code == 404, "who has left reads nothing"


def test_an_address_can_be_changed_and_revoked_and_not_guessed() -> None:
    desk, hygienist, paula = house()
    book(desk, paula, "Li Wei", 2)
    feed = make_feed(hygienist, name="Phone")
    old, client = address(feed), Client()
    other = make_company()
    for wrong in (
        old.replace(feed.token, feed.token[:-1] + ("A" if feed.token[-1] != "A" else "B")),
        old.replace(feed.token, str(feed.pk)),
        old.replace(feed.token, f"{feed.pk + 1}-{feed.token.partition('-')[2]}"),
        old.replace(feed.token, "²-x"),
        old.replace(feed.company.slug, other.slug),
        old.replace(feed.company.slug, "nobody"),
    ):
        answer = client.get(wrong)
        assert (answer.status_code, answer.content) == (404, b""), wrong
    assert client.post(old).status_code == 405
    renewed = renew_feed(hygienist, feed=feed)
    assert (client.get(old).status_code, client.get(address(renewed)).status_code) == (404, 200)
    with pytest.raises(Refusal) as no:
        renew_feed(desk, feed=feed)
    assert no.value.code == "not_yours"
    revoke_feed(desk, feed=feed)
    assert client.get(address(renewed)).status_code == 404


def test_only_the_owner_is_shown_the_address() -> None:
    desk, hygienist, _ = house()
    feed = make_feed(hygienist, name="Phone")
    for ctx, seen in ((desk, False), (hygienist, True)):
        role = Membership.objects.get(user=ctx.user).roles.get()
        role.permissions = [*role.permissions, "calendar.view_calendarfeed"]
        role.save()
        browser = Client()
        browser.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
        page = browser.get(f"/calendar/calendar-addresses/{feed.pk}/").content.decode()
        assert (feed.token in page) is seen
        api = browser.get(f"/api/v1/calendar/calendar-addresses/{feed.pk}/").content.decode()
        assert feed.token not in api
        assert feed.seed not in api


def test_a_real_client_reads_along(live_server: Any, tmp_path: Path) -> None:
    desk, hygienist, paula = house()
    first, second = book(desk, paula, "Li Wei", 2), book(desk, paula, "Noor Haddad", 4)
    feed = make_feed(hygienist, name="Phone")
    local = tmp_path / "local"
    local.mkdir()
    config = tmp_path / "config"
    config.write_text(
        f"""[general]
status_path = "{tmp_path / "status"}"
[pair phone]
a = "house"
b = "local"
collections = null
conflict_resolution = "a wins"
[storage house]
type = "http"
url = "{live_server.url}{address(feed)}"
[storage local]
type = "filesystem"
path = "{local}"
fileext = ".ics"
"""
    )

    def sync(*more: str) -> subprocess.CompletedProcess[str]:
        run = [sys.executable, "-m", "vdirsyncer", "-c", str(config)]
        return subprocess.run([*run, "sync", *more], capture_output=True, text=True, timeout=120, check=False)

    def read() -> dict[str, Any]:
        events = [e for f in local.glob("*.ics") for e in Calendar.from_ical(f.read_bytes()).walk("VEVENT")]
        return {str(e["SUMMARY"]): e.start for e in events}

    made = subprocess.run(
        [sys.executable, "-m", "vdirsyncer", "-c", str(config), "discover"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        input="y\n",
    )
    assert made.returncode == 0, made.stderr
    assert (done := sync()).returncode == 0, done.stderr
    assert read() == {"Li Wei": first.starts_at, "Noor Haddad": second.starts_at}
    later = first.starts_at + timedelta(hours=6)
    move_booking(desk, booking=first, starts_at=later, ends_at=later + timedelta(hours=1))
    release_booking(desk, booking=second)
    book(desk, paula, "Mia Berg", 20)
    assert (done := sync()).returncode == 0, done.stderr
    assert read().keys() == {"Li Wei", "Mia Berg"}
    assert read()["Li Wei"] == later
    revoke_feed(hygienist, feed=feed)
    assert sync().returncode != 0, "the client is told that the address answers no more"


def test_own_rows_are_the_addresses_that_one_reads_from() -> None:
    """Each sees and revokes her own; whoever may do it for the company revokes any."""
    desk, hygienist, paula = house()
    own = make_ctx(desk.company, "calendar.make_feed@own", "calendar.view_calendarfeed@own", "calendar.view_booking")
    mine, theirs = make_feed(own, name="Mine"), make_feed(hygienist, name="Theirs", bookable=paula)
    with scope(own.company_id, read_only=True):
        assert [str(f) for f in resource_named("calendar.calendarfeed").rows(own)] == ["Mine"]
    with pytest.raises(NotFound):
        revoke_feed(own, feed=theirs)
    assert titles(Client().get(address(theirs))) == []
    assert revoke_feed(own, feed=mine).state == revoke_feed(desk, feed=theirs).state == "revoked"
