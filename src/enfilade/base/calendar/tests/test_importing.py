"""Calendar files in: what is taken, what is reported, the same file again, and files that mean no good."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.base.calendar.commands import import_calendar, reserve_time
from enfilade.base.calendar.formats.ics_in import Taken, Unread, read_calendar
from enfilade.base.calendar.models import Bookable, Booking, CalendarImport
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.files import store
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .helpers import MONDAY, add_bookable, at, practice

SAMPLES = Path(__file__).resolve().parents[6] / "shared" / "samples" / "18_icalendar"
database = pytest.mark.django_db(transaction=True)

ZONE = """BEGIN:VTIMEZONE
TZID:Berlin by hand
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""


def event(*lines: str) -> str:
    """One event."""
    return "\n".join(["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT\n"])


def ics(*parts: str) -> bytes:
    """A file."""
    return ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n" + "".join(parts) + "END:VCALENDAR\n").encode().replace(b"\n", b"\r\n")


ONE = event("UID:one", "SUMMARY:Dentist", "DTSTART;TZID=Europe/Berlin:20260602T090000", "DTEND;TZID=Europe/Berlin:20260602T100000")
WEEKLY = event(
    "UID:week",
    "SUMMARY:Round",
    "DTSTART;TZID=Berlin by hand:20260601T110000",
    "DURATION:PT30M",
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "EXDATE;TZID=Berlin by hand:20260608T110000",
)
MOVED = event(
    "UID:week", "SUMMARY:Round, later", "RECURRENCE-ID;TZID=Berlin by hand:20260615T110000", "DTSTART:20260615T120000Z", "DURATION:PT30M"
)
DAY = event("UID:day", "SUMMARY:Away", "DTSTART;VALUE=DATE:20260605", "DTEND;VALUE=DATE:20260606")


def take(ctx: Context, data: bytes, bookable: Bookable, **more: object) -> CalendarImport:
    """Keep a file and import it."""
    with scope(ctx.company_id):
        kept = store(ctx, "my.ics", io.BytesIO(data))
    return import_calendar(ctx, file=kept, bookables=(bookable,), **more)


def booked(ctx: Context) -> list[str]:
    """What is booked, by Berlin's wall clock."""
    with scope(ctx.company_id):
        rows = Booking.objects.filter(state="booked").order_by("starts_at")
        return [f"{b.starts_at.astimezone(ctx.zone):%d %H:%M} {b.title}" for b in rows]


def counts(done: CalendarImport) -> tuple[int, int, int, int]:
    """Booked, moved, unchanged, not taken."""
    return done.booked_count, done.moved_count, done.kept_count, done.refused_count


@database
def test_events_become_bookings_and_the_same_file_again_changes_nothing() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    data = ics(ZONE, ONE, WEEKLY, MOVED, DAY)
    done = take(ctx, data, amsel)
    assert counts(done) == (5, 0, 0, 0), done.problems
    assert booked(ctx) == ["01 11:00 Round", "02 09:00 Dentist", "05 00:00 Away", "15 14:00 Round, later", "22 11:00 Round"]
    assert counts(take(ctx, data, amsel)) == (0, 0, 5, 0)
    later = data.replace(b"20260602T090000", b"20260602T093000").replace(b"20260602T100000", b"20260602T103000")
    assert counts(take(ctx, later, amsel)) == (0, 1, 4, 0)
    assert "02 09:30 Dentist" in booked(ctx)


@database
def test_conflicts_are_reported_and_the_rest_is_taken() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    reserve_time(ctx, bookables=[amsel], starts_at=at("2 09:30"), ends_at=at("2 10:30"), title="Here first")
    done = take(ctx, ics(ZONE, ONE, WEEKLY, DAY), amsel)
    assert counts(done) == (4, 0, 0, 1)
    assert done.problems == [
        {"title": "Dentist", "starts_at": "2026-06-02T07:00:00+00:00", "sentence": "Amsel is already taken at that time."}
    ]
    assert "02 09:30 Here first" in booked(ctx)
    moved = ics(ZONE, ONE, WEEKLY.replace("T110000\nDURATION", "T110000\nDURATION"), DAY.replace("0605", "0602").replace("0606", "0603"))
    again = take(ctx, moved, amsel)
    assert counts(again) == (0, 0, 3, 2), "what can't move stays where it was"
    assert "05 00:00 Away" in booked(ctx)
    hours = take(ctx, ics(event("UID:late", "SUMMARY:Late", "DTSTART:20260603T200000Z", "DURATION:PT1H")), amsel, within_hours=True)
    assert (counts(hours), hours.problems[0]["sentence"]) == ((0, 0, 0, 1), "This is outside the opening hours.")


@database
def test_what_is_no_calendar_is_refused_and_nobody_reads_the_files_of_others() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    for data in (b"hello", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"\x00\xff\xfe", b"BEGIN:VCALENDAR\r\n"):
        with pytest.raises(Refusal) as no:
            take(ctx, data, amsel)
        assert (no.value.code, no.value.field) == ("not_a_calendar", "file")
    other = make_ctx(ctx.company, "*", now=MONDAY)
    with scope(ctx.company_id):
        kept = store(ctx, "my.ics", io.BytesIO(ics(ONE)))
    with pytest.raises(NotFound):
        import_calendar(other, file=kept, bookables=(amsel,))


def read(data: bytes, days: int = 30) -> list[Taken | Unread]:
    """From the first of June on."""
    return list(read_calendar(data, MONDAY, MONDAY + timedelta(days=days), ZoneInfo("Europe/Berlin")))


def test_one_bad_event_does_not_spoil_the_others() -> None:
    backwards = event("UID:b", "SUMMARY:Backwards", "DTSTART:20260602T100000Z", "DTEND:20260602T090000Z")
    secondly = event("UID:s", "SUMMARY:Mad", "DTSTART:20260602T100000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")
    long = event("UID:l", "SUMMARY:Long", "DTSTART:20260602T100000Z", "DTEND:20270602T090000Z")
    free = event("UID:f", "SUMMARY:Free", "TRANSP:TRANSPARENT", "DTSTART:20260602T100000Z", "DURATION:PT1H")
    off = event("UID:c", "SUMMARY:Off", "STATUS:CANCELLED", "DTSTART:20260602T100000Z", "DURATION:PT1H")
    found = read(ics(backwards, secondly, long, free, off, ONE))
    assert [f.title for f in found if isinstance(f, Taken)] == ["Dentist"]
    assert {f.title for f in found if isinstance(f, Unread)} == {"Backwards", "Mad", "Long"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_a_sentence_and_never_a_fault(data: st.DataObject) -> None:
    whole = bytearray(ics(ZONE, ONE, WEEKLY, MOVED, DAY))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    found, sentence = tried(bytes(whole), MONDAY, 30)
    assert sentence.endswith(".")
    assert all(f.starts_at < f.ends_at for f in found if isinstance(f, Taken))


def tried(data: bytes, start: datetime, days: int) -> tuple[list[Taken | Unread], str]:
    """What is read of a file, or why it is refused."""
    try:
        return list(read_calendar(data, start, start + timedelta(days=days), ZoneInfo("Europe/Berlin"))), "."
    except ValueError as error:
        return [], str(error)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published sample files are not here")
@pytest.mark.parametrize("name", sorted(f.name for f in SAMPLES.glob("*.ics")) if SAMPLES.is_dir() else [])
def test_published_files_are_read_or_refused_with_a_sentence(name: str) -> None:
    found, sentence = tried((SAMPLES / name).read_bytes(), datetime.fromisoformat("2007-01-01T00:00+00:00"), 365 * 20)
    assert sentence.endswith(".")
    for one in found:
        assert one.sentence.endswith(".") if isinstance(one, Unread) else one.starts_at < one.ends_at
