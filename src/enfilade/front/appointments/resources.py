"""Declarations of appointments: lists, forms, panels, flow strips and menu entries."""

from __future__ import annotations

from typing import Any

from enfilade.base.message.panels import about
from enfilade.base.message.queries import VIEW as VIEW_MESSAGES
from enfilade.base.party.models import Party
from enfilade.base.work.panels import time_about
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.refs import ref
from enfilade.core.resource import Resource, Step, flow, panel

from . import commands, pages, queries, verify  # noqa: F401 - commands, pages and verifiers register themselves
from .flow import visit_steps
from .models import Prescription, Service, Visit, VisitWord

department("appointments", "Appointments", "calendar-days", 20)


class VisitResource(Resource):
    """Appointments of patients; changed by commands only."""

    model = Visit
    columns = ("starts_at", "party", "service", "practitioner", "state", "number")
    filters = ("state", "service", "practitioner", "party", "starts_at")
    search = ("number", "party__name", "party__number", "note")
    words = VisitWord
    words_through = ("party",)
    facts = (
        "number",
        "party",
        "service",
        "practitioner",
        "starts_at",
        "ends_at",
        "state",
        "arrived_at",
        "called_at",
        "treated_at",
        "left_at",
        "invoice",
        "waiver_reason",
        "reason",
        "note",
    )
    board = "state"
    calendar = "starts_at"
    charts = ("state", "service", "practitioner", "starts_at")
    ordering = "-starts_at"
    icon = "calendar-check"
    order = 40
    empty = "Book the first visit from the day calendar, or from the page of a patient."

    def queryset(self) -> RecordQuerySet:
        """With the room and the chair in the same queries."""
        return super().queryset().select_related("booking")


class ServiceResource(Resource):
    """What can be booked."""

    model = Service
    columns = ("code", "name", "duration_min", "buffer_min", "needs_words", "item", "active")
    filters = ("active", "item")
    search = ("code", "name")
    fields = ("code", "name", "item", "duration_min", "buffer_min", "needs", "required_subject", "active")
    facts = ("code", "name", "item", "duration_min", "buffer_min", "needs_words", "required_subject", "active")
    import_key = "code"
    ordering = "code"
    icon = "stethoscope"
    order = 60
    empty = "Add what patients can book: how long it takes, and by tags who and what it needs. Bookables carry the same tags."


class PrescriptionResource(Resource):
    """What pharmacies were asked to hand out."""

    model = Prescription
    columns = ("sent_at", "number", "party", "pharmacy", "state")
    filters = ("state", "pharmacy", "party", "sent_at")
    search = ("number", "party__name", "pharmacy__name", "text")
    facts = ("number", "party", "pharmacy", "visit", "state", "sent_at", "settled_at", "note", "text")
    ordering = "-sent_at"
    icon = "pill"
    order = 50
    empty = "Prescriptions are sent from the page of a visit; each is followed up until the pharmacy has confirmed it."


@flow(on=Visit)
def visit_flow(ctx: Context, visit: Visit) -> list[Step]:
    """Where the visit stands."""
    return visit_steps(ctx, visit)


@panel(on=Visit, title="Messages", permission=VIEW_MESSAGES, template="message/panel_messages.html", icon="mail")
def visit_messages(ctx: Context, visit: Visit) -> dict[str, Any]:
    """Confirmations and reminders of a visit."""
    return about(ctx, visit, f"?origin={ref(visit)}&party={visit.party_id}")


@panel(on=Visit, title="Time", permission="work.view_timeentry", template="work/panel_times.html", icon="clock")
def visit_times(ctx: Context, visit: Visit) -> dict[str, Any]:
    """How long somebody worked on a visit outside of the chair."""
    return time_about(ctx, visit)


@panel(on=Party, title="Visits", permission="appointments.view_visit", template="appointments/panel_visits.html", icon="calendar-check")
def visits_panel(ctx: Context, party: Party) -> dict[str, Any] | None:
    """Past and future visits of a patient."""
    rows = list(queries.visits_of_party(ctx, party)[:12])
    patient = "patient" in party.roles
    if not rows and not patient:
        return None
    url = f"/appointments/do/book_visit/{party.pk}/" if ctx.may("appointments.book_visit") else ""
    return {"visits": rows, "count": len(rows), "new_url": url, "new_label": "Book a visit"}


@panel(
    on=Party,
    title="Prescriptions",
    permission="appointments.view_prescription",
    template="appointments/panel_prescriptions.html",
    icon="pill",
)
def prescriptions_panel(ctx: Context, party: Party) -> dict[str, Any] | None:
    """What was prescribed to a patient."""
    rows = list(Prescription.objects.visible_to(ctx).filter(party=party).select_related("pharmacy").order_by("-pk")[:12])
    return {"prescriptions": rows, "count": len(rows)} if rows else None


@panel(on=Visit, title="Fee", permission="billing.view_charge", template="appointments/panel_fee.html", icon="receipt")
def fee_panel(ctx: Context, visit: Visit) -> dict[str, Any] | None:
    """What was done and what it costs."""
    fee = queries.fee_of(ctx, visit)
    return {"fee": fee, "currency": ctx.company.currency, "count": len(fee.charges)} if fee.charges else None


@panel(
    on=Visit,
    title="Prescriptions",
    permission="appointments.view_prescription",
    template="appointments/panel_prescriptions.html",
    icon="pill",
)
def visit_prescriptions_panel(ctx: Context, visit: Visit) -> dict[str, Any] | None:
    """What was prescribed at a visit."""
    rows = list(visit.prescriptions.select_related("pharmacy").order_by("-pk"))
    return {"prescriptions": rows, "count": len(rows)} if rows else None
