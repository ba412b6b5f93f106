"""Reserving, moving and releasing: given, when, then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from enfilade.base.calendar.commands import move_booking, release_booking, reserve_time
from enfilade.base.calendar.formats.ics import bookings_ics
from enfilade.base.calendar.models import Booking, BookingSlot, Closure
from enfilade.base.calendar.queries import bookings_of, day_lanes, find_slots, presence
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .helpers import MONDAY, add_bookable, at, practice

pytestmark = pytest.mark.django_db(transaction=True)


def active_slots(ctx: Context) -> list[tuple[str, int]]:
    """Who is taken, in which place."""
    with scope(ctx.company_id):
        return sorted(BookingSlot.objects.filter(active=True).values_list("bookable__code", "place"))


def test_several_bookables_are_reserved_together_or_not_at_all() -> None:
    ctx = practice()
    dentist, chair, other = add_bookable(ctx, "amsel"), add_bookable(ctx, "chair-1"), add_bookable(ctx, "chair-2")
    booking = reserve_time(
        ctx, bookables=[dentist, chair], starts_at=at("1 09:00"), ends_at=at("1 09:30"), title="Li Wei", origin="x.visit:1"
    )
    assert (booking.state, active_slots(ctx)) == ("booked", [("amsel", 0), ("chair-1", 0)])
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[other, dentist], starts_at=at("1 09:15"), ends_at=at("1 09:45"), title="Noor Haddad")
    assert (no.value.code, str(no.value), no.value.field) == ("slot_taken", "Amsel is already taken at that time.", "starts_at")
    assert no.value.hints[0]["fill"] == {"starts_at": "2026-06-01T09:30", "ends_at": "2026-06-01T10:00"}
    assert no.value.hints[0]["label"].startswith("Mon, 1 Jun, 09:30–10:00") or "09:30–10:00" in no.value.hints[0]["label"]
    assert len(active_slots(ctx)) == 2
    reserve_time(ctx, bookables=[other, dentist], starts_at=at("1 09:30"), ends_at=at("1 10:00"), title="Noor Haddad")
    assert len(active_slots(ctx)) == 4


def test_buffers_are_kept_free_but_may_reach_out_of_the_opening_hours() -> None:
    ctx = practice()
    dentist = add_bookable(ctx, "amsel")
    reserve_time(ctx, bookables=[dentist], starts_at=at("1 09:00"), ends_at=at("1 09:30"), title="A", buffer_after_min=10)
    with pytest.raises(Refusal, match="already taken") as no:
        reserve_time(ctx, bookables=[dentist], starts_at=at("1 09:35"), ends_at=at("1 10:00"), title="B")
    assert no.value.hints[0]["fill"]["starts_at"] == "2026-06-01T09:45"
    reserve_time(ctx, bookables=[dentist], starts_at=at("1 16:30"), ends_at=at("1 17:00"), title="C", buffer_after_min=10)
    with pytest.raises(Refusal, match="outside the opening hours") as no:
        reserve_time(ctx, bookables=[dentist], starts_at=at("2 16:45"), ends_at=at("2 17:15"), title="D")
    assert (no.value.code, no.value.hints[0]["fill"]["starts_at"]) == ("closed", "2026-06-03T08:00")
    reserve_time(ctx, bookables=[dentist], starts_at=at("2 16:45"), ends_at=at("2 17:15"), title="D", outside_hours=True)


def test_a_bookable_of_capacity_two_takes_two_at_once() -> None:
    ctx = practice()
    room = add_bookable(ctx, "room", "room", capacity=2)
    first = reserve_time(ctx, bookables=[room], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A")
    reserve_time(ctx, bookables=[room], starts_at=at("1 09:30"), ends_at=at("1 10:30"), title="B")
    assert active_slots(ctx) == [("room", 0), ("room", 1)]
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[room], starts_at=at("1 09:45"), ends_at=at("1 10:15"), title="C")
    assert no.value.hints[0]["fill"]["starts_at"] == "2026-06-01T10:00"
    release_booking(ctx, booking=first)
    reserve_time(ctx, bookables=[room], starts_at=at("1 09:45"), ends_at=at("1 10:15"), title="C")
    assert active_slots(ctx) == [("room", 0), ("room", 1)]


def test_seats_are_what_is_scarce_in_a_room() -> None:
    ctx = practice()
    room, teacher = add_bookable(ctx, "room", capacity=12), add_bookable(ctx, "teacher")
    reserve_time(ctx, bookables=[room, teacher], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="Course", seats=9)
    assert len(active_slots(ctx)) == 10, "nine seats and one teacher"
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[room], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="B", seats=4)
    assert (no.value.code, no.value.hints[0]["fill"]["starts_at"]) == ("slot_taken", "2026-06-01T10:00")
    reserve_time(ctx, bookables=[room], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="B", seats=3)
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[room], starts_at=at("2 09:00"), ends_at=at("2 10:00"), title="B", seats=13)
    assert (no.value.code, str(no.value)) == ("too_few_seats", "Room has 12 places, not 13.")


def test_those_who_sit_change_over_where_one_more_finds_a_seat_all_the_time() -> None:
    ctx = practice()
    room = add_bookable(ctx, "room", capacity=2)
    early = reserve_time(ctx, bookables=[room], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="Early")
    gone = reserve_time(ctx, bookables=[room], starts_at=at("1 09:30"), ends_at=at("1 11:00"), title="Gone")
    late = reserve_time(ctx, bookables=[room], starts_at=at("1 10:00"), ends_at=at("1 11:00"), title="Late")
    move_booking(ctx, booking=late, starts_at=at("1 10:30"), ends_at=at("1 11:30"))
    release_booking(ctx, booking=gone)
    with scope(ctx.company_id):
        BookingSlot.objects.filter(booking=late, active=True).update(place=1)
        starts = {s.starts_at for s in find_slots(ctx, needs=[room], duration_min=120, from_at=at("1 09:00"), until_at=at("1 12:00"))}
    assert at("1 09:30") in starts, "the search finds what can be booked"
    reserve_time(ctx, bookables=[room], starts_at=at("1 09:30"), ends_at=at("1 11:30"), title="All the time")
    with scope(ctx.company_id):
        places = dict(BookingSlot.objects.filter(active=True).values_list("booking__title", "place"))
    assert (len(places), places["Early"] == places["Late"], early.state) == (3, True, "booked")


def test_a_bookable_keeps_time_free_around_whatever_is_booked() -> None:
    ctx = practice()
    chair = add_bookable(ctx, "chair", buffer_before_min=5, buffer_after_min=15)
    dentist = add_bookable(ctx, "amsel")
    reserve_time(ctx, bookables=[chair, dentist], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A", buffer_after_min=10)
    window = {"duration_min": 30, "from_at": at("1 09:00"), "until_at": at("1 12:00"), "step_min": 5, "limit": 1}
    with scope(ctx.company_id):
        assert find_slots(ctx, needs=[dentist], **window)[0].starts_at == at("1 10:10")
        assert find_slots(ctx, needs=[chair], **window)[0].starts_at == at("1 10:20"), "a quarter after, five minutes before"
    with pytest.raises(Refusal, match="already taken"):
        reserve_time(ctx, bookables=[chair], starts_at=at("1 10:15"), ends_at=at("1 10:45"), title="B")
    reserve_time(ctx, bookables=[chair], starts_at=at("1 10:20"), ends_at=at("1 10:45"), title="B")


def test_moving_keeps_the_booking_and_never_collides_with_itself() -> None:
    ctx = practice()
    dentist, other = add_bookable(ctx, "amsel"), add_bookable(ctx, "okafor")
    booking = reserve_time(ctx, bookables=[dentist], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A")
    blocker = reserve_time(ctx, bookables=[dentist], starts_at=at("1 11:00"), ends_at=at("1 12:00"), title="B")
    moved = move_booking(ctx, booking=booking, starts_at=at("1 09:30"), ends_at=at("1 10:30"))
    assert (moved.pk, moved.starts_at, moved.state) == (booking.pk, at("1 09:30"), "booked")
    with pytest.raises(Refusal) as no:
        move_booking(ctx, booking=booking, starts_at=at("1 10:30"), ends_at=at("1 11:30"))
    assert no.value.code == "slot_taken"
    with scope(ctx.company_id):
        assert Booking.objects.get(pk=booking.pk).starts_at == at("1 09:30")
    move_booking(ctx, booking=booking, starts_at=at("1 10:30"), ends_at=at("1 11:30"), bookables=[other])
    assert active_slots(ctx) == [("amsel", 0), ("okafor", 0)]
    release_booking(ctx, booking=blocker)
    with pytest.raises(Refusal) as no:
        move_booking(ctx, booking=blocker, starts_at=at("1 13:00"), ends_at=at("1 14:00"))
    assert no.value.code == "not_booked"


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [("1 10:00", "1 10:00", "bad_span"), ("1 10:00", "1 09:00", "bad_span"), ("1 06:00", "1 07:00", "in_the_past")],
)
def test_impossible_times_are_refused(start: str, end: str, code: str) -> None:
    ctx = practice()
    dentist = add_bookable(ctx, "amsel")
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[dentist], starts_at=at(start), ends_at=at(end), title="A")
    assert no.value.code == code
    assert active_slots(ctx) == []


def test_who_is_out_of_use_or_of_another_company_cannot_be_booked() -> None:
    ctx, other = practice(), practice()
    gone, foreign = add_bookable(ctx, "gone", active=False), add_bookable(other, "foreign")
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[gone], starts_at=at("1 09:00"), ends_at=at("1 09:30"), title="A")
    assert no.value.code == "not_bookable"
    with pytest.raises(NotFound):
        reserve_time(ctx, bookables=[foreign], starts_at=at("1 09:00"), ends_at=at("1 09:30"), title="A")


def test_slots_meet_every_need_with_alternatives_and_are_never_in_the_past() -> None:
    ctx = practice()
    amsel, okafor = add_bookable(ctx, "amsel", "dentist"), add_bookable(ctx, "okafor", "dentist", "hygienist")
    chair, nurse = add_bookable(ctx, "chair", "chair"), add_bookable(ctx, "nurse", "assistant")
    reserve_time(ctx, bookables=[amsel], starts_at=at("1 08:00"), ends_at=at("1 09:00"), title="A")
    needs = [["dentist"], ["chair"], ["assistant"]]
    later = replace(ctx, now=at("1 08:20"))
    found = find_slots_in(later, needs=needs, duration_min=30, from_at=MONDAY, until_at=at("1 17:00"), limit=3)
    assert [(s.starts_at, s.bookables) for s in found] == [
        (at("1 08:30"), [okafor, chair, nurse]),
        (at("1 08:45"), [okafor, chair, nurse]),
        (at("1 09:00"), [amsel, chair, nurse]),
    ]
    found = find_slots_in(ctx, needs=[amsel, ["chair"]], duration_min=60, from_at=MONDAY, until_at=at("1 17:00"), limit=1)
    assert found[0].starts_at == at("1 09:00")
    found = find_slots_in(
        ctx, needs=[["hygienist", "assistant"], ["hygienist"]], duration_min=30, from_at=MONDAY, until_at=at("1 17:00"), limit=1
    )
    assert found[0].bookables == [nurse, okafor]
    assert find_slots_in(ctx, needs=[["surgeon"]], duration_min=30, from_at=MONDAY, until_at=at("1 17:00")) == []


def find_slots_in(ctx: Context, **more: object) -> list:
    """Search inside the rows of the company."""
    with scope(ctx.company_id, read_only=True):
        return find_slots(ctx, **more)


def test_closures_of_one_person_and_of_the_house() -> None:
    ctx = practice()
    amsel, okafor = add_bookable(ctx, "amsel", "dentist"), add_bookable(ctx, "okafor", "dentist")
    with scope(ctx.company_id):
        Closure.objects.create(company=ctx.company, bookable=amsel, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 2), reason="Vacation")
        Closure.objects.create(company=ctx.company, starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 2), reason="Holiday")
    found = find_slots_in(ctx, needs=[["dentist"]], duration_min=540, from_at=MONDAY, until_at=at("4 00:00") + timedelta(days=1))
    assert [(s.starts_at, s.bookables) for s in found] == [(at("1 08:00"), [okafor]), (at("3 08:00"), [amsel]), (at("4 08:00"), [amsel])]


def test_a_search_costs_the_same_few_queries_however_full_the_calendar(django_assert_max_num_queries: object) -> None:
    ctx = practice()
    for n in range(4):
        dentist = add_bookable(ctx, f"d{n}", "dentist")
        for hour in range(8, 12):
            reserve_time(ctx, bookables=[dentist], starts_at=at(f"1 {hour:02}:00"), ends_at=at(f"1 {hour:02}:30"), title="A")
    with scope(ctx.company_id, read_only=True), django_assert_max_num_queries(8):  # type: ignore[operator]
        assert len(find_slots(ctx, needs=[["dentist"]], duration_min=30, from_at=MONDAY, until_at=at("5 17:00"), limit=500)) > 50


def test_lanes_presence_and_the_calendar_file() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel", user=ctx.user, name="Dr Amsel")
    chair = add_bookable(ctx, "chair-1", kind="chair", name="Chair 1")
    booking = reserve_time(
        ctx, bookables=[amsel, chair], starts_at=at("1 09:00"), ends_at=at("1 09:30"), title="Zoë 💉, Müller", buffer_after_min=5
    )
    with scope(ctx.company_id, read_only=True):
        lanes = day_lanes(ctx, [amsel, chair], date(2026, 6, 1))
        assert [(lane.open, [s.booking for s in lane.slots]) for lane in lanes] == [([(at("1 08:00"), at("1 17:00"))], [booking])] * 2
        later = presence(replace(ctx, now=at("1 09:10")))[ctx.user.pk]
        assert (later.here, later.busy_until) == (True, at("1 09:35"))
        assert presence(replace(ctx, now=at("1 20:00")))[ctx.user.pk].here is False
        text = bookings_ics(amsel.name, ctx.company.slug, bookings_of(ctx, amsel, MONDAY, at("2 00:00") + timedelta(days=1))).decode()
    for line in ("DTSTART:20260601T070000Z", "DTEND:20260601T073000Z", "SUMMARY:Zoë 💉\\, Müller", "LOCATION:Chair 1"):
        assert line in text


def test_only_who_may_reserve_reserves() -> None:
    ctx = practice()
    dentist = add_bookable(ctx, "amsel")
    nobody = make_ctx(ctx.company, "calendar.view_booking", now=MONDAY)
    with pytest.raises(Refusal) as no:
        reserve_time(nobody, bookables=[dentist], starts_at=at("1 09:00"), ends_at=at("1 09:30"), title="A")
    assert no.value.code == "not_allowed"
    assert active_slots(ctx) == []
    assert make_company().pk != ctx.company_id
