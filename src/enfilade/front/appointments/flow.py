"""Where a visit stands: from the desk through the chair and past the door into the books."""

from __future__ import annotations

from datetime import datetime

from enfilade.core.context import Context
from enfilade.core.held import held_steps
from enfilade.core.refs import ref
from enfilade.core.resource import Step

from .models import Visit
from .queries import charges_of

_ORDER = ("booked", "arrived", "in_treatment", "treated", "checked_out")


def visit_steps(ctx: Context, visit: Visit) -> list[Step]:
    """Reception, waiting, treatment, check-out; a door where something of it was held; invoice and books."""
    if visit.state in {Visit.State.CANCELLED, Visit.State.NO_SHOW}:
        return [Step("Booked", "front", "done", until=visit.starts_at), Step(visit.get_state_display(), "front", "done", note=visit.reason)]
    here = _ORDER.index(visit.state)
    who = str(visit.practitioner or "")
    return [
        _step("Reception", 0, here, visit.arrived_at, "expected", visit.starts_at if here == 0 else None),
        _step("Waiting", 1, here, visit.called_at if here > 1 else visit.arrived_at, "waiting room"),
        _step("Treatment", 2, here, visit.treated_at if here > 2 else visit.called_at, who),
        _step("Check-out", 3, here, visit.left_at if here > 3 else visit.treated_at),
        *held_steps(ctx, ref(visit), *(ref(c) for c in charges_of(ctx, ref(visit)))),
        *_back_steps(visit),
    ]


def _step(label: str, place: int, here: int, since: datetime | None, who: str = "", until: datetime | None = None) -> Step:
    state = "done" if place < here else "now" if place == here else "todo"
    return Step(label, "front", state, who if state == "now" or place == 2 else "", since if state != "todo" else None, until)


def _back_steps(visit: Visit) -> list[Step]:
    if visit.state != Visit.State.CHECKED_OUT:
        return [Step("Invoice", "back", "todo"), Step("Books", "back", "todo")]
    if visit.invoice is None:
        return [Step("No invoice", "back", "done", note=visit.waiver_reason)]
    paid = visit.invoice.state == "paid"
    words = "paid" if paid else visit.invoice.get_state_display().lower()
    url = f"/billing/invoices/{visit.invoice_id}/"
    return [
        Step(f"Invoice {visit.invoice}", "back", "done" if paid else "now", words, visit.left_at, url=url),
        Step("Books", "back", "done", "posted", visit.left_at),
    ]
