"""The waiting list: freed time is offered in turn, and who accepts first has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from enfilade.base.calendar.commands import (
    accept_offer,
    add_waitingentry,
    decline_offer,
    move_booking,
    release_booking,
    reserve_time,
    withdraw_entry,
)
from enfilade.base.calendar.jobs import lapse_offers_of_company
from enfilade.base.calendar.models import Bookable, Booking, BookingSlot, SlotOffer, WaitingEntry
from enfilade.core.access import house_context
from enfilade.core.context import Context, Refusal
from enfilade.core.models import Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .helpers import MONDAY, add_bookable, at, practice

pytestmark = pytest.mark.django_db(transaction=True)


def full_morning(ctx: Context) -> tuple[Bookable, Booking]:
    """A dentist whose Monday is taken from nine to one, and that booking."""
    amsel = add_bookable(ctx, "amsel")
    return amsel, reserve_time(ctx, bookables=[amsel], starts_at=at("1 09:00"), ends_at=at("1 13:00"), title="Long")


def wait(ctx: Context, who: Bookable, title: str, duration_min: int = 60, until: str = "1 13:00") -> WaitingEntry:
    """Somebody who would come on Monday morning."""
    return add_waitingentry(ctx, title=title, bookables=(who,), duration_min=duration_min, earliest_at=at("1 09:00"), latest_at=at(until))


def offers(ctx: Context, state: str = "open") -> list[str]:
    """Who is offered what, by Berlin's wall clock."""
    with scope(ctx.company_id):
        rows = SlotOffer.objects.filter(state=state).select_related("entry").order_by("pk")
        return [f"{o.entry.title} {o.starts_at.astimezone(ctx.zone):%H:%M}" for o in rows]


def offer_of(ctx: Context, title: str) -> SlotOffer:
    """The open offer of somebody."""
    with scope(ctx.company_id):
        return SlotOffer.objects.get(entry__title=title, state="open")


def test_freed_time_is_offered_in_turn_and_the_others_hear_that_it_is_gone() -> None:
    ctx = practice()
    other = make_ctx(ctx.company, "*", now=MONDAY)
    amsel, booking = full_morning(ctx)
    for title in ("Ada", "Ben", "Cleo", "Dan"):
        wait(ctx, amsel, title, duration_min=240)
    release_booking(other, booking=booking)
    assert offers(ctx) == ["Ada 09:00", "Ben 09:00", "Cleo 09:00"], "three at once, in the order of the list"
    with scope(ctx.company_id):
        assert Notification.objects.filter(user=ctx.user, text__contains="has become free").count() == 3
    accepted = accept_offer(other, offer=offer_of(ctx, "Ben"))
    assert (accepted.state, accepted.entry.state) == ("accepted", "booked")
    assert (offers(ctx), offers(ctx, "lapsed")) == ([], ["Ada 09:00", "Cleo 09:00"])
    with scope(ctx.company_id):
        assert Booking.objects.get(state="booked").title == "Ben"
        lapsed = SlotOffer.objects.filter(state="lapsed").first()
    with pytest.raises(Refusal) as no:
        accept_offer(other, offer=lapsed)
    assert no.value.code == "too_late"


def test_who_declines_stays_on_the_list_and_the_next_one_is_asked() -> None:
    ctx = practice()
    amsel, booking = full_morning(ctx)
    for title in ("Ada", "Ben", "Cleo", "Dan"):
        wait(ctx, amsel, title, duration_min=240)
    move_booking(ctx, booking=booking, starts_at=at("2 09:00"), ends_at=at("2 13:00"))
    decline_offer(ctx, offer=offer_of(ctx, "Ada"))
    assert offers(ctx) == ["Ben 09:00", "Cleo 09:00", "Dan 09:00"]
    with scope(ctx.company_id):
        assert WaitingEntry.objects.get(title="Ada").state == "waiting"
        ben = WaitingEntry.objects.get(title="Ben")
    withdraw_entry(ctx, entry=ben)
    assert offers(ctx) == ["Cleo 09:00", "Dan 09:00"], "Ada has had this time already"


def test_only_what_fits_is_offered_and_an_offer_that_nobody_answers_lapses() -> None:
    ctx = practice()
    amsel, booking = full_morning(ctx)
    wait(ctx, amsel, "Too long", duration_min=300, until="1 17:00")
    wait(ctx, amsel, "Early", until="1 10:00")
    add_waitingentry(ctx, title="Other day", bookables=(amsel,), duration_min=60, earliest_at=at("2 08:00"), latest_at=at("2 12:00"))
    move_booking(ctx, booking=booking, starts_at=at("1 10:00"), ends_at=at("1 14:00"))
    assert offers(ctx) == ["Early 09:00"]
    house = house_context(ctx.company, now=MONDAY + timedelta(minutes=61))
    assert lapse_offers_of_company(house) == 1, "it stood until it began"
    assert lapse_offers_of_company(house) == 0
    assert (offers(ctx), offers(ctx, "lapsed")) == ([], ["Early 09:00"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"bookables": ()}, "nobody_named"),
        ({"duration_min": 300}, "bad_span"),
        ({"earliest_at": at("1 02:00"), "latest_at": at("1 06:00")}, "in_the_past"),
    ],
)
def test_what_can_not_be_waited_for_is_refused(more: dict[str, object], code: str) -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    given = {"title": "A", "bookables": (amsel,), "duration_min": 60, "earliest_at": at("1 08:00"), "latest_at": at("1 12:00"), **more}
    with pytest.raises(Refusal) as no:
        add_waitingentry(ctx, **given)
    assert no.value.code == code


@pytest.mark.races
def test_of_three_who_accept_at_once_one_has_it() -> None:
    ctx = practice()
    amsel, booking = full_morning(ctx)
    for n in range(3):
        wait(ctx, amsel, f"P{n}", duration_min=240)
    release_booking(ctx, booking=booking)
    with scope(ctx.company_id):
        found = list(SlotOffer.objects.filter(state="open").order_by("pk"))
    assert len(found) == 3
    out = race(12, lambda n: accept_offer(replace(ctx, key=f"k{n}"), offer=found[n % 3]))
    assert [type(o) for o in out].count(SlotOffer) == 1, out
    lost = [o for o in out if isinstance(o, Refusal)]
    assert (len(lost), {o.code for o in lost} <= {"too_late", "not_open"}) == (11, True), {o.code for o in lost}
    with scope(ctx.company_id):
        assert BookingSlot.objects.filter(active=True).count() == 1
        assert sorted(WaitingEntry.objects.values_list("state", flat=True)) == ["booked", "waiting", "waiting"]
