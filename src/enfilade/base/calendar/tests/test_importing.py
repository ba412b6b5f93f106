"""Calendar files through the wizard: what is taken, what is reported, the same file again, and files that mean no good."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.base.calendar.commands import move_booking, release_booking, reserve_time
from enfilade.base.calendar.exporting import write_calendar
from enfilade.base.calendar.formats import ics_in
from enfilade.base.calendar.formats.ics_in import Reading, read_calendar
from enfilade.base.calendar.models import Bookable, Booking, BookingSlot
from enfilade.base.calendar.verify import verify_calendar
from enfilade.core.context import Context, Invalid, NotFound
from enfilade.core.files import store_bytes
from enfilade.core.importing import import_file, import_rows, undo_import
from enfilade.core.models import ImportBatch
from enfilade.core.resource import resource_named
from enfilade.core.resource.imports import ImportResult
from enfilade.core.resource.mending import refused_file
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

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


def take(ctx: Context, data: bytes, bookable: Bookable, **more: object) -> ImportResult:
    """Import a file for one bookable."""
    answers = {"bookables": [bookable.pk]} | {n: more.pop(n) for n in ("within_hours", "days_ahead") if n in more}
    with scope(ctx.company_id):
        kept = store_bytes(ctx, "my.ics", data, "text/calendar")
    batch = import_rows(ctx, resource="calendar.booking", file=kept, mode=str(more.pop("mode", "both")), options={"answers": answers})
    found: ImportResult = batch.outcome
    return found


def booked(ctx: Context) -> list[str]:
    """What is booked, by Berlin's wall clock; and every booking holds the time that it says."""
    with scope(ctx.company_id):
        assert verify_calendar(ctx) == []
        rows = Booking.objects.filter(state="booked").order_by("starts_at")
        return [f"{b.starts_at.astimezone(ctx.zone):%d %H:%M} {b.title}" for b in rows]


def counts(done: ImportResult) -> tuple[int, int, int]:
    """Made, changed, left out."""
    return done.created, done.changed, done.refused


def undo(ctx: Context) -> ImportResult:
    """Take the last import back."""
    with scope(ctx.company_id):
        batch = ImportBatch.objects.visible_to(ctx).order_by("pk").last()
    assert batch is not None
    undone = undo_import(ctx, batch=batch)
    with scope(ctx.company_id):
        return ImportResult.of(ctx, undone)


def stored(ctx: Context) -> list[tuple[object, ...]]:
    """Every booking and every slot that is held, without what counts the changes."""
    with scope(ctx.company_id):
        slots = BookingSlot.objects.filter(active=True).order_by("booking", "starts_at")
        rows = Booking.objects.order_by("pk").values_list("pk", "title", "starts_at", "ends_at", "state", "foreign_id")
        return [*rows, *slots.values_list("booking", "bookable", "place", "starts_at", "ends_at")]


WEEK = ["01 11:00 Round", "02 09:00 Dentist", "05 00:00 Away", "15 14:00 Round, later", "22 11:00 Round"]


@database
def test_events_become_bookings_and_the_file_that_comes_again_changes_what_has_changed() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    whole = ics(ZONE, ONE, WEEKLY, MOVED, DAY)
    done = take(ctx, whole, amsel)
    assert counts(done) == (5, 0, 0), done.problems
    assert booked(ctx) == WEEK
    before = stored(ctx)
    assert (counts(take(ctx, whole, amsel)), stored(ctx)) == ((0, 5, 0), before), "the same file again"
    moved = whole.replace(b"20260602T090000", b"20260602T093000").replace(b"20260602T100000", b"20260602T103000")
    assert counts(take(ctx, moved, amsel)) == (0, 5, 0)
    assert booked(ctx) == [WEEK[0], "02 09:30 Dentist", *WEEK[2:]]
    assert counts(take(ctx, moved.replace(b"SUMMARY:Dentist", b"SUMMARY:Doctor"), amsel)) == (0, 5, 0)
    assert booked(ctx)[1] == "02 09:30 Doctor"
    off = moved.replace(b"UID:one", b"UID:one\r\nSTATUS:CANCELLED")
    done = take(ctx, off, amsel)
    assert booked(ctx) == [WEEK[0], *WEEK[2:]], "a cancelled one is off"
    assert done.problems[0].sentence == "Events that take no time (cancelled, or free by their own word): 1."
    assert counts(undo(ctx)) == (0, 5, 0)
    assert booked(ctx)[1] == "02 09:30 Doctor", "and stands again"


@database
def test_a_series_that_was_moved_leaves_nothing_behind_and_an_event_may_come_where_another_was() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    take(ctx, ics(ZONE, WEEKLY, ONE), amsel)
    first = stored(ctx)
    # An hour and a half later, longer, one more, and the dentist where the round was; the hours overlap with those of before.
    later = WEEKLY.replace("T110000", "T113000").replace("PT30M", "PT2H").replace("COUNT=4", "COUNT=5")
    one = ONE.replace("20260602T09", "20260601T10").replace("20260602T100000", "20260601T111500")
    done = take(ctx, ics(ZONE, later, one), amsel)
    assert counts(done) == (1, 4, 0), done.problems
    assert booked(ctx) == ["01 10:00 Dentist", "01 11:30 Round", "15 11:30 Round", "22 11:30 Round", "29 11:30 Round"]
    assert len(stored(ctx)) == 5 + 5, "no booking of before is left"
    short = later.replace("COUNT=5", "COUNT=2").replace(",20260608T113000", "")
    assert counts(take(ctx, ics(ZONE, short), amsel)) == (0, 4, 0)
    assert booked(ctx) == ["01 10:00 Dentist", "01 11:30 Round"]
    assert counts(undo(ctx))[2] == 0
    assert booked(ctx)[2:] == ["15 11:30 Round", "22 11:30 Round", "29 11:30 Round"]
    swapped = ics(
        event("UID:a", "SUMMARY:A", "DTSTART:20260610T080000Z", "DURATION:PT1H"),
        event("UID:b", "SUMMARY:B", "DTSTART:20260610T090000Z", "DURATION:PT1H"),
    )
    take(ctx, swapped, amsel)
    before = stored(ctx)
    assert counts(take(ctx, swapped.replace(b"T08", b"T07").replace(b"T09", b"T08").replace(b"T07", b"T09"), amsel)) == (0, 2, 0)
    assert [b for b in booked(ctx) if b.startswith("10")] == ["10 10:00 B", "10 11:00 A"]
    assert (undo(ctx).problems, stored(ctx)) == ([], before)
    assert len(first) == 4 + 4


@database
def test_two_imports_of_one_file_at_once_book_each_event_once() -> None:
    """Also where the place has room for two, and in whatever order they come."""
    ctx = practice()
    room = add_bookable(ctx, "room", capacity=2)
    done = race(3, lambda _: take(ctx, ics(ZONE, ONE, WEEKLY, MOVED, DAY), room))
    assert sorted(counts(one) for one in done) == [(0, 5, 0), (0, 5, 0), (5, 0, 0)]
    assert booked(ctx) == WEEK


@database
def test_conflicts_are_errors_of_their_rows_and_the_rest_is_taken_and_taken_back() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    here = reserve_time(ctx, bookables=[amsel], starts_at=at("2 09:30"), ends_at=at("2 10:30"), title="Here first")
    before = stored(ctx)
    data = ics(ZONE, ONE, WEEKLY, DAY)
    done = take(ctx, data, amsel)
    assert counts(done) == (4, 0, 1)
    clash = done.problems[0]
    assert (clash.line, clash.field) == (19, "starts_at")
    assert clash.sentence == "Dentist, 2026-06-02 09:00: Amsel is already taken at that time."
    with scope(ctx.company_id):
        batch = ImportBatch.objects.visible_to(ctx).get()
        name, _, mended = refused_file(ctx, resource_named("calendar.booking"), batch)
    assert name == "my - left out.ics"
    assert b"X-ENFILADE-PROBLEM:starts_at: Dentist" in mended
    assert mended.count(b"BEGIN:VEVENT") == 1
    assert counts(take(ctx, mended.replace(b"20260602T", b"20260603T"), amsel)) == (1, 0, 0)
    assert "03 09:00 Dentist" in booked(ctx)
    assert counts(undo(ctx)) == (1, 0, 0)
    away = data.replace(b"20260605", b"20260602").replace(b"20260606", b"20260603")
    assert counts(take(ctx, away, amsel)) == (0, 3, 2), "what can't move stays where it was"
    assert "05 00:00 Away" in booked(ctx)
    late = ics(event("UID:late", "SUMMARY:Late", "DTSTART:20260603T200000Z", "DURATION:PT1H"))
    done = take(ctx, late, amsel, within_hours=True)
    assert (counts(done), done.problems[0].sentence) == ((0, 0, 1), "Late, 2026-06-03 22:00: this is outside the opening hours.")
    with scope(ctx.company_id):
        earlier = ImportBatch.objects.visible_to(ctx).order_by("pk").first()
    assert earlier is not None
    release_booking(ctx, booking=here)
    undone = undo_import(ctx, batch=earlier)
    assert undone.state == "undone"
    assert booked(ctx) == []
    with scope(ctx.company_id):
        Booking.objects.filter(pk=here.pk).update(state="booked")
        BookingSlot.objects.filter(booking=here).update(active=True)
    assert stored(ctx) == before


@database
def test_an_undo_leaves_what_was_moved_since_and_says_what_it_can_not_put_back() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    two = [event(f"UID:{n}", f"SUMMARY:{n}", f"DTSTART:2026060{n}T080000Z", "DURATION:PT1H") for n in (3, 4)]
    take(ctx, ics(*two), amsel)
    take(ctx, ics(*(t.replace("T08", "T12") for t in two)), amsel)
    with scope(ctx.company_id):
        third = Booking.objects.get(title="3")
    move_booking(ctx, booking=third, starts_at=at("3 16:00"), ends_at=at("3 17:00"))
    reserve_time(ctx, bookables=[amsel], starts_at=at("4 10:30"), ends_at=at("4 11:00"), title="Others")
    done = undo(ctx)
    assert sorted(p.sentence for p in done.problems) == ["It was changed since and stays.", "Somebody else has this time."]
    assert booked(ctx) == ["03 16:00 3", "04 10:30 Others", "04 14:00 4"]


@database
def test_what_is_no_calendar_is_a_sentence_and_whose_time_it_is_has_to_be_said() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    for data in (b"hello", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"\x00\xff\xfex", b"code,name\r\nA,B\r\n"):
        done = take(ctx, data, amsel)
        assert (done.created, done.problems[0].line, done.problems[0].sentence) == (
            0,
            1,
            "This is no calendar file: it has no line BEGIN:VCALENDAR.",
        )
    for answers in ({}, {"bookables": [amsel.pk + 1]}, {"bookables": [amsel.pk], "days_ahead": 0}, {"whose": 1}):
        with pytest.raises(Invalid):
            import_file(ctx, resource_named("calendar.booking"), "my.ics", ics(ONE), {"answers": answers})
    reader = make_ctx(ctx.company, "calendar.view_booking", "core.import_rows", now=MONDAY)
    with pytest.raises(NotFound):
        take(reader, ics(ONE), amsel)
    assert booked(ctx) == []


@database
def test_a_damaged_file_keeps_what_is_good_and_takes_nothing_back_that_it_lost() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    whole = ics(ZONE, ONE, WEEKLY, MOVED, DAY)
    take(ctx, whole, amsel)
    for harm in (
        lambda d: d.replace(b"RRULE:FREQ=WEEKLY", b"RRULE:FREQ=WEAKLY"),
        lambda d: d.replace(b"DTSTART;TZID=Berlin by hand:20260601T110000", b"DTSTART;TZID=Berlin by hand:2026-06-01"),
        lambda d: d[: d.index(b"UID:day")],
        lambda d: d.replace(b"RECURRENCE-ID;TZID=Berlin by hand:20260615T110000", b"RECURRENCE-ID:whenever"),
    ):
        done = take(ctx, harm(whole), amsel)
        assert done.refused == 1, done.problems
        assert done.problems[0].line > 19
        assert set(WEEK) - set(booked(ctx)) <= {"15 14:00 Round, later"}
        take(ctx, whole, amsel)
        assert booked(ctx) == WEEK


@database
def test_an_exported_calendar_comes_in_again_as_the_same_bookings() -> None:
    ctx = practice()
    amsel, drossel = add_bookable(ctx, "amsel"), add_bookable(ctx, "drossel")
    take(ctx, ics(ZONE, ONE, WEEKLY, MOVED, DAY), amsel)
    reserve_time(ctx, bookables=[amsel], starts_at=at("3 09:30"), ends_at=at("3 10:30"), title="Ours; with, signs\\ and ümlauts")
    before = stored(ctx)
    with scope(ctx.company_id):
        exported = "".join(write_calendar(ctx, Booking.objects.visible_to(ctx).order_by("pk"))).encode()
    assert (counts(take(ctx, exported, amsel)), stored(ctx)) == ((0, 6, 0), before)
    assert counts(take(ctx, exported, amsel, mode="create")) == (0, 0, 6)
    assert counts(take(ctx, exported, drossel, mode="update")) == (0, 0, 6)
    assert counts(take(replace(ctx, rehearse=True), exported, drossel)) == (6, 0, 0)
    assert stored(ctx) == before
    assert counts(take(ctx, exported, drossel)) == (6, 0, 0), "what somebody else has is another booking"
    assert counts(undo(ctx)) == (6, 0, 0)
    assert stored(ctx) == before


def read(data: bytes, days: int = 30) -> Reading:
    """From the first of June on."""
    return read_calendar(data, MONDAY, MONDAY + timedelta(days=days), ZoneInfo("Europe/Berlin"))


def test_one_bad_event_does_not_spoil_the_others() -> None:
    backwards = event("UID:b", "SUMMARY:Backwards", "DTSTART:20260602T100000Z", "DTEND:20260602T090000Z")
    secondly = event("UID:s", "SUMMARY:Mad", "DTSTART:20260602T100000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")
    long = event("UID:l", "SUMMARY:Long", "DTSTART:20260602T100000Z", "DTEND:20270602T090000Z")
    free = event("UID:f", "SUMMARY:Free", "TRANSP:TRANSPARENT", "DTSTART:20260602T100000Z", "DURATION:PT1H")
    off = event("UID:c", "SUMMARY:Off", "STATUS:CANCELLED", "DTSTART:20260602T100000Z", "DURATION:PT1H")
    found = read(ics(backwards, secondly, long, free, off, ONE))
    assert [t.title for t in found.taken if not t.free] == ["Dentist"]
    assert [(u.title, u.line, u.field) for u in found.unread] == [("Backwards", 9, "ends_at"), ("Mad", 17, "rule"), ("Long", 19, "ends_at")]


def test_the_clocks_of_a_file_are_its_own() -> None:
    """A time that the clocks skip is no occurrence, the wall clock stays, and another file's zone of the same name means nothing here."""
    daily = event("UID:d", "DTSTART;TZID=Berlin by hand:20260327T023000", "DURATION:PT15M", "RRULE:FREQ=DAILY;COUNT=5")
    from_at = datetime.fromisoformat("2026-03-01T00:00+00:00")
    zone = ZoneInfo("America/New_York")

    def starts(data: bytes) -> list[str]:
        found = read_calendar(data, from_at, from_at + timedelta(days=60), zone)
        return [f"{t.starts_at:%d %H:%M}" for t in found.taken] + [p.sentence for p in found.problems]

    assert starts(ics(ZONE, daily)) == ["27 01:30", "28 01:30", "30 00:30", "31 00:30"]
    east = ZONE.replace("+0100", "+0900").replace("+0200", "+1000")
    assert starts(ics(east, daily))[0] == "26 17:30"
    floating = starts(ics(daily))
    assert floating[0] == "27 06:30"
    assert floating[-1] == "The time zone Berlin by hand is not known; its times are taken as those of the company."
    assert starts(ics(daily.replace("Berlin by hand", "W. Europe Standard Time")))[0] == "27 01:30"
    hostile = ZONE.replace("FREQ=YEARLY", "FREQ=SECONDLY")
    assert starts(ics(hostile, daily)) == floating


def test_a_folder_of_zones_is_no_zone() -> None:
    """The database of zones lies in files; a name cut off may be that of a folder."""
    found = read(
        ics(ZONE.replace("Berlin by hand", "America"), event("UID:z", "DTSTART;TZID=America:20260602T100000", "DURATION:PT1H"), ONE)
    )
    assert sound(found)
    assert "Dentist" in [t.title for t in found.taken]


def test_nobody_waits_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    old = [event(f"UID:{n}", "DTSTART:00010101T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY") for n in range(5)]
    assert read(ics(*old)).fault is not None
    monkeypatch.setattr(ics_in, "OCCURRENCES_MAX", 50)
    many = read(ics(*(event(f"UID:{n}", "DTSTART:20260601T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY") for n in range(2))))
    assert many.fault is not None
    assert many.fault.sentence == "These are more than 50 occurrences. Look less far ahead."


def harmed(data: st.DataObject, whole: bytes) -> bytes:
    """A file with a few places overwritten, cut out or doubled."""
    made = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(made)))
        piece = data.draw(st.one_of(st.binary(max_size=8), st.sampled_from([b"\r\n", b"END:VEVENT\r\n", b"BEGIN:VEVENT\r\n", b"\r\n "])))
        made[place : place + data.draw(st.sampled_from([0, 1, 8, 60]))] = piece
    return bytes(made)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_a_sentence_and_never_a_fault(data: st.DataObject) -> None:
    found = read(harmed(data, ics(ZONE, ONE, WEEKLY, MOVED, DAY)))
    assert sound(found)


def sound(found: Reading) -> bool:
    """Every time runs forwards, and everything else is a sentence with its line."""
    said = [*found.unread, *found.problems, *([found.fault] if found.fault else [])]
    return all(t.starts_at < t.ends_at for t in found.taken) and all(p.sentence.endswith(".") and p.line >= 1 for p in said)


@database
def test_no_damaged_file_is_half_imported() -> None:
    """What a batch says that it made is there, nothing else is, and taking it back leaves nothing."""
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    whole = ics(ZONE, ONE, WEEKLY, MOVED, DAY)

    @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def harm(data: st.DataObject) -> None:
        done = take(ctx, harmed(data, whole), amsel)
        assert len(booked(ctx)) == done.created
        if done.created + done.changed:
            assert undo(ctx).problems == []
        assert booked(ctx) == []

    harm()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published sample files are not here")
@pytest.mark.parametrize("name", sorted(f.name for f in SAMPLES.glob("*.ics")) if SAMPLES.is_dir() else [])
def test_published_files_are_read_or_refused_with_a_sentence(name: str) -> None:
    start = datetime.fromisoformat("2007-01-01T00:00+00:00")
    data = (SAMPLES / name).read_bytes()
    assert sound(read_calendar(data, start, start + timedelta(days=365 * 20), ZoneInfo("Europe/Berlin")))
