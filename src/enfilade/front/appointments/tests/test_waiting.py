"""Who waits for a visit gets it when she accepts; who would come earlier is moved."""

from __future__ import annotations

import pytest

from enfilade.base.calendar.commands import accept_offer
from enfilade.base.calendar.models import Booking, SlotOffer, WaitingEntry
from enfilade.core.context import Refusal
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.front.appointments import commands
from enfilade.front.appointments.models import Visit

from .practice import Practice, at

pytestmark = pytest.mark.django_db(transaction=True)


def offer_of(practice: Practice, patient: str) -> SlotOffer:
    """The open offer of a patient."""
    with scope(practice.company.pk):
        return SlotOffer.objects.select_related("entry").get(entry__party__name=patient, state="open")


def test_who_waits_gets_the_visit_when_she_accepts() -> None:
    practice = Practice()
    taken = [practice.book("1 09:00", practitioner=practice.amsel)]
    entry = commands.wait_for_visit(
        practice.desk,
        patient=practice.other,
        service=practice.check,
        practitioner=practice.amsel,
        earliest_at=at("1 09:00"),
        latest_at=at("1 09:40"),
        note="Only with the lift",
    )
    commands.cancel_visit(practice.desk, visit=taken[0], reason="Ill")
    offer = offer_of(practice, "Noor Haddad")
    assert (offer.starts_at, offer.entry.pk) == (at("1 09:00"), entry.pk)
    accept_offer(practice.desk, offer=offer)
    with scope(practice.company.pk):
        visit = Visit.objects.select_related("booking").get(party=practice.other)
        assert (visit.state, visit.starts_at, visit.practitioner, visit.note) == (
            "booked",
            at("1 09:00"),
            practice.amsel,
            "Only with the lift",
        )
        assert visit.booking.origin == ref(visit)
        assert sorted(visit.booking.slots.filter(active=True).values_list("bookable__code", flat=True)) == ["AMSEL", "CH1", "NURSE"]
        assert WaitingEntry.objects.get().booking == visit.booking


def test_who_would_come_earlier_is_moved_and_her_old_time_is_free() -> None:
    practice = Practice()
    early, late = practice.book("1 09:00"), practice.book("3 09:00", patient=practice.other)
    commands.wait_for_earlier(practice.desk, visit=late)
    with pytest.raises(Refusal) as no:
        commands.wait_for_earlier(practice.desk, visit=practice.fresh(late))
    assert no.value.code == "waits_already"
    commands.cancel_visit(practice.desk, visit=early, reason="Ill")
    with pytest.raises(Refusal) as no:
        commands.wait_for_earlier(practice.desk, visit=practice.fresh(early))
    assert no.value.code == "not_booked"
    accept_offer(practice.desk, offer=offer_of(practice, "Noor Haddad"))
    moved = practice.fresh(late)
    assert (moved.starts_at, moved.state, moved.number) == (at("1 09:00"), "booked", late.number)
    with scope(practice.company.pk):
        assert list(Booking.objects.filter(state="booked").values_list("pk", flat=True)) == [moved.booking_id]
        assert WaitingEntry.objects.get().state == "booked"


def test_an_offer_that_the_patient_can_not_take_changes_nothing() -> None:
    """She has another appointment at that time by now: refused with a sentence, and she stays on the list."""
    practice = Practice()
    first = practice.book("1 09:00", practitioner=practice.amsel)
    given = {"service": practice.check, "practitioner": practice.amsel, "earliest_at": at("1 09:00"), "latest_at": at("1 09:30")}
    commands.wait_for_visit(practice.desk, patient=practice.other, **given)
    commands.cancel_visit(practice.desk, visit=first, reason="Ill")
    practice.book("1 09:00", patient=practice.other, practitioner=practice.okafor)
    with pytest.raises(Refusal) as no:
        accept_offer(practice.desk, offer=offer_of(practice, "Noor Haddad"))
    assert no.value.code == "patient_busy"
    with scope(practice.company.pk):
        assert (WaitingEntry.objects.get().state, Visit.objects.filter(state="booked").count()) == ("waiting", 1)


def test_who_was_moved_by_hand_waits_no_longer() -> None:
    practice = Practice()
    late = practice.book("3 09:00")
    entry = commands.wait_for_earlier(practice.desk, visit=late)
    commands.move_visit(practice.desk, visit=practice.fresh(late), starts_at=at("2 09:00"))
    with scope(practice.company.pk):
        assert WaitingEntry.objects.get(pk=entry.pk).state == "withdrawn"
