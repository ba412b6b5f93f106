"""From the door to the chair: papers, waiting, treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from enfilade.back.billing.commands import add_charge
from enfilade.base.calendar.rules import MINUTE
from enfilade.base.document.commands import take_document
from enfilade.base.document.models import DocumentKind
from enfilade.base.document.queries import blocking_documents
from enfilade.base.item.models import Item
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_clock
from enfilade.front.appointments.events import TreatmentFinished, VisitArrived, VisitCalledIn
from enfilade.front.appointments.models import Visit
from enfilade.front.appointments.rules import later_of

from .common import Active

Quantity = Annotated[Decimal, Input(min_value=0, max_value=1_000, decimals=3)]


@dataclass(frozen=True)
class HandedIn:
    """A paper that the patient hands over at the desk.

    file: its scan; without one the paper itself was seen.
    signed: whether it bears the patient's signature.
    """

    kind: Ref[DocumentKind]
    signed: bool = False
    file: Ref[StoredFile] | None = None
    note: str = ""


@dataclass(frozen=True)
class ServiceDone:
    """One thing that was done or sold.

    description: as it stands on the bill; the item's name when left out.
    """

    item: Active[Item]
    quantity: Quantity = Decimal(1)
    description: str = ""


@command(permission="appointments.check_in", tone="primary")
def check_in(ctx: Context, *, visit: Visit, documents: tuple[HandedIn, ...] = ()) -> Visit:
    """Note that the patient is here, and take the papers that are missing.

    documents: what the patient hands in now.
    Refuses: documents_missing (with those without which the visit has to wait), already_here, not_booked; what take_document refuses.
    """
    for paper in documents:
        take_document(
            ctx, party=visit.party_id, kind=paper.kind, file=paper.file, signed=paper.signed, note=paper.note, received_on=ctx.today
        )
    subject = visit.service.required_subject
    missing = blocking_documents(ctx, visit.party, subject, ctx.today) if subject else []
    if missing:
        names = ", ".join(kind.name for kind in missing)
        hints = tuple({"label": kind.name, "kind": kind.pk} for kind in missing)
        raise Refusal("documents_missing", f"{visit.party} still has to hand in: {names}.", field="documents", hints=hints)
    visit.state, visit.arrived_at = Visit.State.ARRIVED, ctx.now
    visit.save(update_fields=["state", "arrived_at"])
    publish(ctx, VisitArrived(visit.pk, visit.party_id, ctx.now.isoformat()))
    if visit.practitioner is not None and visit.practitioner.user is not None:
        clock = format_clock(visit.starts_at.astimezone(ctx.zone))
        tell(ctx, [visit.practitioner.user], f"{visit.party} is here: {visit.service}, {clock}", ref(visit))
    return visit


@command(permission="appointments.check_in")
def undo_check_in(ctx: Context, *, visit: Visit) -> Visit:
    """Take a check-in back that was made by mistake.

    Refuses: not_arrived.
    """
    visit.state, visit.arrived_at = Visit.State.BOOKED, None
    visit.save(update_fields=["state", "arrived_at"])
    return visit


@command(permission="appointments.call_in", tone="primary")
def call_in(ctx: Context, *, visit: Visit) -> Visit:
    """Call the patient to the chair.

    Refuses: not_arrived.
    """
    visit.state, visit.called_at = Visit.State.IN_TREATMENT, later_of(ctx.now, visit.arrived_at)
    visit.save(update_fields=["state", "called_at"])
    waited = int((visit.called_at - visit.arrived_at) / MINUTE) if visit.arrived_at else 0
    publish(ctx, VisitCalledIn(visit.pk, visit.party_id, waited))
    return visit


@command(permission="appointments.call_in", label="Back to waiting")
def undo_call_in(ctx: Context, *, visit: Visit) -> Visit:
    """Send the patient back to the waiting room; the waiting goes on counting.

    Refuses: not_in_treatment.
    """
    visit.state, visit.called_at = Visit.State.ARRIVED, None
    visit.save(update_fields=["state", "called_at"])
    return visit


@command(permission="appointments.finish_treatment", tone="primary")
def finish_treatment(
    ctx: Context,
    *,
    visit: Visit,
    services: Annotated[tuple[ServiceDone, ...], Input(prefill="row.usual_services")] = (),
    next_weeks: Annotated[int | None, Input(label="Come again in (weeks)", min_value=1, max_value=260)] = None,
    note: Annotated[str, Input(widget="textarea", max_length=20_000, label="Note for the desk", prefill="row.note")] = "",
) -> Visit:
    """Note what was done; each line becomes a charge, and the patient goes to check-out.

    services: what is charged; without any, the desk has to give a reason at check-out.
    next_weeks: when the patient should come again; the desk offers times from then on.
    note: what the desk should know.
    Refuses: not_in_treatment; what add_charge refuses.
    """
    charges = _charge(ctx, visit, services)
    visit.state, visit.treated_at = Visit.State.TREATED, later_of(ctx.now, visit.called_at)
    visit.next_weeks, visit.note = next_weeks, note
    visit.save(update_fields=["state", "treated_at", "next_weeks", "note"])
    publish(ctx, TreatmentFinished(visit.pk, visit.party_id, charges))
    return visit


@command(permission="appointments.add_services", label="Add to the bill")
def add_services(ctx: Context, *, visit: Visit, services: list[ServiceDone]) -> Visit:
    """Charge something more before the patient leaves: what was forgotten, or bought at the desk.

    Refuses: not_treated; what add_charge refuses.
    """
    _charge(ctx, visit, services)
    return visit


def _charge(ctx: Context, visit: Visit, services: Sequence[ServiceDone]) -> tuple[int, ...]:
    return tuple(
        add_charge(
            ctx, party=visit.party_id, item=s.item, quantity=s.quantity, description=s.description, on=ctx.today, origin=ref(visit)
        ).pk
        for s in services
    )
