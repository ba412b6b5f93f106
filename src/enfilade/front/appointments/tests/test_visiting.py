"""From the door to the chair and out again."""

from __future__ import annotations

import pytest

from enfilade.back.billing.commands import give_discount, open_drawer, waive_charge
from enfilade.back.billing.models import Payment
from enfilade.back.billing.queries import charges_of
from enfilade.back.ledger.queries import balance_of
from enfilade.base.document.models import Document
from enfilade.base.work.queries import cases_of
from enfilade.core.context import Refusal
from enfilade.core.models import Notification
from enfilade.core.refs import ref
from enfilade.core.resource import flow_of
from enfilade.core.scope import scope
from enfilade.front.appointments import commands
from enfilade.front.appointments.commands import HandedIn, ServiceDone
from enfilade.front.appointments.models import Visit
from enfilade.front.appointments.queries import fee_of

from .practice import Practice, at

pytestmark = pytest.mark.django_db(transaction=True)


def test_check_in_waits_for_the_papers_and_takes_them() -> None:
    practice = Practice()
    practice.require_papers()
    visit = practice.book()
    with pytest.raises(Refusal) as no:
        commands.check_in(practice.desk, visit=visit)
    assert (no.value.code, str(no.value)) == ("documents_missing", "Li Wei still has to hand in: Consent.")
    assert no.value.hints == ({"label": "Consent", "kind": practice.consent.pk},)
    assert practice.fresh(visit).state == "booked"
    arrived = commands.check_in(practice.when("1 08:52"), visit=visit, documents=(HandedIn(kind=practice.consent.pk, signed=True),))
    assert (arrived.state, arrived.arrived_at) == ("arrived", at("1 08:52"))
    with scope(practice.company.pk, read_only=True):
        assert [(d.kind_id, d.signed) for d in Document.objects.all()] == [(practice.consent.pk, True)]
        told = Notification.objects.filter(user=practice.doctor.user).get()
        assert told.text.startswith("Li Wei is here: Check-up")
    with pytest.raises(Refusal) as no:
        commands.check_in(practice.desk, visit=visit)
    assert no.value.code == "already_here"


def test_mistakes_at_the_door_and_at_the_chair_can_be_taken_back() -> None:
    practice = Practice()
    visit = practice.book()
    commands.check_in(practice.when("1 08:50"), visit=visit)
    commands.undo_check_in(practice.when("1 08:51"), visit=visit)
    assert (practice.fresh(visit).state, practice.fresh(visit).arrived_at) == ("booked", None)
    commands.check_in(practice.when("1 08:52"), visit=visit)
    commands.call_in(practice.when("1 09:00"), visit=visit)
    commands.undo_call_in(practice.when("1 09:01"), visit=visit)
    assert (practice.fresh(visit).state, practice.fresh(visit).arrived_at) == ("arrived", at("1 08:52"))


def test_services_done_become_charges_and_a_paid_invoice() -> None:
    practice = Practice()
    open_drawer(practice.desk, float_amount=15000)
    visit = practice.treated("1 09:00", practice.exam, practice.brush)
    with scope(practice.company.pk, read_only=True):
        fee = fee_of(practice.desk, visit)
    assert (fee.net_minor, fee.tax_minor, fee.total_minor) == (14200, 1900, 16100)
    with pytest.raises(Refusal) as no:
        commands.check_out(practice.when("1 09:40"), visit=visit)
    assert (no.value.code, no.value.field) == ("method_needed", "method")
    assert practice.fresh(visit).state == "treated"
    commands.check_out(practice.when("1 09:41"), visit=visit, method="cash")
    left = practice.fresh(visit)
    assert (left.state, left.left_at, left.invoice.state, left.invoice.total_minor) == ("checked_out", at("1 09:41"), "paid", 16100)
    with scope(practice.company.pk, read_only=True):
        assert [(p.method, p.amount_minor) for p in Payment.objects.all()] == [("cash", 16100)]
        day = practice.desk.today
        assert (balance_of(practice.desk, "cash", day), balance_of(practice.desk, "receivable", day)) == (16100, 0)
        steps = flow_of(practice.desk, left)
    assert [(s.label, s.office, s.state) for s in steps] == [
        ("Reception", "front", "done"),
        ("Waiting", "front", "done"),
        ("Treatment", "front", "done"),
        ("Check-out", "front", "done"),
        (f"Invoice {left.invoice}", "back", "done"),
        ("Books", "back", "done"),
    ]
    with pytest.raises(Refusal) as no:
        commands.check_out(practice.when("1 09:42"), visit=visit, method="cash")
    assert no.value.code == "already_left"


def test_paying_later_or_a_part_leaves_the_rest_open() -> None:
    practice = Practice()
    later = practice.treated("1 09:00", practice.exam)
    commands.check_out(practice.when("1 09:40"), visit=later, method="later")
    assert practice.fresh(later).invoice.state == "issued"
    part = practice.treated("2 09:00", practice.exam, patient=practice.other)
    commands.check_out(practice.when("2 09:40"), visit=part, method="card", amount=2000)
    assert (practice.fresh(part).invoice.state, practice.fresh(part).invoice.paid_minor) == ("part_paid", 2000)


def test_no_treated_visit_leaves_uncharged() -> None:
    practice = Practice()
    visit = practice.treated("1 09:00")
    with pytest.raises(Refusal) as no:
        commands.check_out(practice.when("1 09:40"), visit=visit, method="cash")
    assert (no.value.code, no.value.field) == ("uncharged", "waiver_reason")
    assert practice.fresh(visit).state == "treated"
    commands.check_out(practice.when("1 09:41"), visit=visit, waiver_reason="Guarantee")
    left = practice.fresh(visit)
    assert (left.state, left.invoice, left.waiver_reason) == ("checked_out", None, "Guarantee")


def test_waived_charges_give_their_reason() -> None:
    practice = Practice()
    visit = practice.treated("1 09:00", practice.exam)
    with scope(practice.company.pk, read_only=True):
        charge = charges_of(practice.desk, ref(visit))[0]
    waive_charge(practice.desk, charge=charge, reason="Complaint accepted")
    commands.check_out(practice.when("1 09:41"), visit=visit)
    assert (practice.fresh(visit).waiver_reason, practice.fresh(visit).invoice) == ("Complaint accepted", None)


def test_a_discount_lowers_the_fee_and_something_bought_at_the_desk_raises_it() -> None:
    practice = Practice()
    visit = practice.treated("1 09:00", practice.exam)
    with scope(practice.company.pk, read_only=True):
        charge = charges_of(practice.desk, ref(visit))[0]
    give_discount(practice.desk, charge=charge, discount=200, reason="Waited long")
    commands.add_services(practice.when("1 09:38"), visit=visit, services=[ServiceDone(item=practice.brush.pk)])
    commands.check_out(practice.when("1 09:41"), visit=visit, method="card")
    assert practice.fresh(visit).invoice.total_minor == 4000 + 11900


def test_the_next_visit_is_booked_on_the_way_out_or_nothing_happens() -> None:
    practice = Practice()
    visit = practice.treated("1 09:00", practice.exam)
    practice.book("8 10:00", patient=practice.other, practitioner=practice.amsel)
    with pytest.raises(Refusal) as no:
        commands.check_out(practice.when("1 09:40"), visit=visit, method="card", next_starts_at=at("8 10:00"))
    assert (no.value.code, no.value.field) == ("slot_taken", "next_starts_at")
    assert no.value.hints[0]["fill"] == {"next_starts_at": "2026-06-08T10:30"}
    assert practice.fresh(visit).state == "treated"
    commands.check_out(practice.when("1 09:40"), visit=visit, method="card", next_starts_at=at("8 10:30"))
    with scope(practice.company.pk, read_only=True):
        later = Visit.objects.get(party=practice.patient, state="booked")
        assert (later.starts_at, later.practitioner, later.service) == (at("8 10:30"), practice.amsel, practice.check)


def test_a_prescription_is_followed_up_until_the_pharmacy_has_confirmed() -> None:
    practice = Practice()
    visit = practice.treated("5 09:00", practice.exam)
    with pytest.raises(Refusal) as no:
        commands.send_prescription(practice.when("5 09:36"), visit=visit, pharmacy=practice.other, text="Ibuprofen")
    assert no.value.code == "no_pharmacy"
    prescription = commands.send_prescription(practice.when("5 09:36"), visit=visit, pharmacy=practice.pharmacy, text="Ibuprofen 400 mg")
    with scope(practice.company.pk, read_only=True):
        case = cases_of(practice.desk, ref(prescription)).get()
    # Friday: the next working day is Monday.
    assert (case.kind, case.due_at, case.party_id, case.title) == (
        "follow_up",
        at("8 12:00"),
        practice.pharmacy.pk,
        "Has Linden Pharmacy got prescription RX-00001?",
    )
    commands.confirm_prescription(practice.when("5 11:00"), prescription=prescription, note="Mrs Roth")
    with scope(practice.company.pk, read_only=True):
        assert cases_of(practice.desk, ref(prescription)).get().state == "closed"
    with pytest.raises(Refusal) as no:
        commands.withdraw_prescription(practice.when("5 11:00"), prescription=prescription, reason="x")
    assert no.value.code == "not_sent"
