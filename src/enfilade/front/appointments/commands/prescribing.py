"""Prescriptions: sent to a pharmacy, and followed up until it has confirmed."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.calendar.queries import next_working_noon
from enfilade.base.party.models import Party
from enfilade.base.work.commands import close_case, open_case
from enfilade.base.work.queries import cases_of
from enfilade.base.work.rules import UNFINISHED
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.numbers import draw
from enfilade.core.refs import ref
from enfilade.front.appointments.events import PrescriptionConfirmed, PrescriptionSent
from enfilade.front.appointments.models import Prescription, Visit

from .common import Pharmacy

PHARMACY = "pharmacy"


@command(permission="appointments.send_prescription")
def send_prescription(
    ctx: Context,
    *,
    visit: Visit,
    pharmacy: Pharmacy[Party],
    text: Annotated[str, Input(widget="textarea", max_length=20_000, label="To be handed out")],
) -> Prescription:
    """Send a prescription to a pharmacy; a follow-up reminds the desk the next working day until the pharmacy has confirmed.

    text: medicine, strength, quantity and how to take it.
    Refuses: no_pharmacy, not_in_treatment_or_treated_or_checked_out.
    """
    if PHARMACY not in pharmacy.roles:
        raise Refusal("no_pharmacy", f"{pharmacy} is not entered as a pharmacy.", field="pharmacy")
    prescription = Prescription(company=ctx.company, visit=visit, party=visit.party, pharmacy=pharmacy, text=text.strip(), sent_at=ctx.now)
    prescription.number = f"RX-{draw(ctx, 'prescription'):05d}"
    prescription.save()
    open_case(
        ctx,
        kind="follow_up",
        topic="prescription",
        title=f"Has {pharmacy} got prescription {prescription.number}?",
        description=f"For {visit.party}: {prescription.text}",
        party=pharmacy,
        due_at=next_working_noon(ctx, ctx.now),
        origin=ref(prescription),
    )
    publish(ctx, PrescriptionSent(prescription.pk, visit.pk, visit.party_id, pharmacy.pk))
    return prescription


@command(permission="appointments.confirm_prescription", label="Pharmacy has confirmed", tone="primary")
def confirm_prescription(ctx: Context, *, prescription: Prescription, note: Annotated[str, Input(max_length=300)] = "") -> Prescription:
    """Note that the pharmacy has the prescription; its follow-up is closed.

    note: who confirmed it.
    Refuses: not_sent; what close_case refuses.
    """
    _settle(ctx, prescription, Prescription.State.CONFIRMED, note, "settled")
    publish(ctx, PrescriptionConfirmed(prescription.pk, prescription.pharmacy_id))
    return prescription


@command(permission="appointments.send_prescription", tone="danger")
def withdraw_prescription(ctx: Context, *, prescription: Prescription, reason: Annotated[str, Input(max_length=300)]) -> Prescription:
    """Call a prescription back; its follow-up is closed.

    Refuses: not_sent; what close_case refuses.
    """
    _settle(ctx, prescription, Prescription.State.WITHDRAWN, reason, "withdrawn")
    return prescription


def _settle(ctx: Context, prescription: Prescription, state: str, note: str, outcome: str) -> None:
    prescription.state, prescription.settled_at, prescription.note = state, ctx.now, note
    prescription.save(update_fields=["state", "settled_at", "note"])
    for case in cases_of(ctx, ref(prescription)):
        if case.state in UNFINISHED:
            close_case(ctx, case=case.pk, outcome=outcome, note=note)
