"""The tables keep their promises against everybody who can write SQL."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from enfilade.core.command.sentences import refusal_for
from enfilade.core.scope import scope
from enfilade.front.appointments.models import Prescription, Service, Visit

from .practice import Practice, at

pytestmark = pytest.mark.django_db(transaction=True)


def refused(write: object) -> str:
    """Name of the constraint that stopped a write, with a sentence for people."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()  # type: ignore[operator]
    refusal = refusal_for(error.value)
    assert refusal is not None
    assert str(refusal).endswith(".")
    return refusal.code


def test_visits_stay_true() -> None:
    practice = Practice()
    visit, treated = practice.book("1 09:00"), practice.treated("2 09:00", patient=practice.other)
    later = practice.book("3 09:00")
    one, two = Visit.objects.filter(pk=visit.pk), Visit.objects.filter(pk=treated.pk)
    with scope(practice.company.pk):
        assert refused(lambda: two.update(state="checked_out", left_at=at("2 10:00"))) == "visit_left_charged"
        assert refused(lambda: two.update(state="checked_out", waiver_reason="x")) == "visit_times_fit_state"
        assert refused(lambda: two.update(treated_at=at("2 08:00"))) == "visit_times_in_order"
        assert refused(lambda: one.update(state="arrived")) == "visit_times_fit_state"
        assert refused(lambda: one.update(state="cancelled")) == "visit_cancelled_why"
        assert refused(lambda: one.update(number=treated.number)) == "visit_number_once"
        assert refused(lambda: one.update(ends_at=at("1 09:00"))) == "visit_in_order"
        third = Visit.objects.filter(pk=later.pk)
        assert refused(lambda: third.update(starts_at=at("1 09:29"), ends_at=at("1 09:59"))) == "visit_patient_once"
        third.update(starts_at=at("1 09:30"), ends_at=at("1 10:00"))


def test_services_and_prescriptions_stay_true() -> None:
    practice = Practice()
    visit = practice.treated("1 09:00")
    with scope(practice.company.pk):
        services = Service.objects.filter(pk=practice.check.pk)
        assert refused(lambda: services.update(duration_min=4)) == "service_duration"
        assert refused(lambda: services.update(buffer_min=500)) == "service_buffer"
        assert refused(lambda: services.update(code="CLEAN")) == "service_code_once"
        row = {
            "company": practice.company,
            "visit": visit,
            "party": practice.patient,
            "pharmacy": practice.pharmacy,
            "sent_at": at("1 10:00"),
        }
        kept = Prescription.objects.create(**row, number="RX-1", text="x")
        assert refused(lambda: Prescription.objects.create(**row, number="RX-1", text="x")) == "prescription_number_once"
        assert refused(lambda: Prescription.objects.create(**row, number="RX-2", text="")) == "prescription_says_what"
        assert refused(lambda: Prescription.objects.filter(pk=kept.pk).update(state="confirmed")) == "prescription_settled_when"
