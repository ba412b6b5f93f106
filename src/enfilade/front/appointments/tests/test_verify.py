"""Whoever changes a visit or a booking behind the program's back is found out."""

from __future__ import annotations

import pytest

from enfilade.back.billing.commands import add_charge
from enfilade.base.calendar.models import Booking, BookingSlot
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.verify import verify_all
from enfilade.front.appointments import commands
from enfilade.front.appointments.models import Visit

from .practice import Practice, at

pytestmark = pytest.mark.django_db(transaction=True)


def found(practice: Practice) -> list[tuple[str, str]]:
    """What the proof finds: codes and references."""
    with scope(practice.company.pk, read_only=True):
        return [(f.code, f.ref) for f in verify_all(practice.desk)]


def test_an_ordinary_day_has_no_findings() -> None:
    practice = Practice()
    visit = practice.treated("1 09:00", practice.exam)
    commands.check_out(practice.when("1 09:40"), visit=visit, method="card")
    moved = practice.book("2 09:00", service=practice.clean)
    commands.move_visit(practice.desk, visit=moved, starts_at=at("2 10:00"))
    commands.cancel_visit(practice.desk, visit=practice.book("3 09:00"), reason="Ill")
    assert found(practice) == []


def test_every_tampering_is_named() -> None:
    practice = Practice()
    visit, other = practice.book("1 09:00"), practice.book("2 09:00")
    left = practice.treated("3 09:00", practice.exam)
    commands.check_out(practice.when("3 09:40"), visit=left, method="card")
    add_charge(practice.desk, party=practice.patient, item=practice.brush, origin=ref(left))
    with scope(practice.company.pk):
        Visit.objects.filter(pk=visit.pk).update(starts_at=at("1 08:30"))
        Booking.objects.filter(pk=other.booking_id).update(state="cancelled")
        slot = BookingSlot.objects.filter(booking=visit.booking_id).first()
        assert slot is not None
        BookingSlot.objects.filter(pk=slot.pk).update(ends_at=at("1 09:45"))
    assert sorted(found(practice)) == [
        ("booking_time_differs", ref(Booking(pk=other.booking_id))),
        ("left_uncharged", ref(left)),
        ("slot_time_differs", ref(slot)),
        ("visit_time_differs", ref(visit)),
        ("visit_without_time", ref(other)),
    ]
