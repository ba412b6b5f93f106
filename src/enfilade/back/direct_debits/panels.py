"""What direct debits add to pages: papers, the mandates of a payer, what was collected of an invoice, and the way of a run."""

from __future__ import annotations

from typing import Any

from enfilade.back.billing.models import Invoice
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import flow, panel
from enfilade.core.resource.hooks import Step

from .models import Collection, CollectionRun, Mandate
from .queries import collections_for, collections_of, mandates_of, untold_payers

VIEW = "direct_debits.view_mandate"


@panel(on=Mandate, title="Paper to sign", permission=VIEW, template="billing/panel_papers.html", icon="printer")
def mandate_papers(_ctx: Context, mandate: Mandate) -> dict[str, Any]:
    """The mandate as a paper."""
    note = "" if mandate.signed_on else "not signed yet"
    return {"papers": [{"url": f"/direct_debits/mandates/{mandate.pk}/pdf/", "label": f"{mandate} (PDF)", "note": note}]}


@panel(on=Collection, title="Notice", permission=VIEW, template="billing/panel_papers.html", icon="printer")
def notice_papers(_ctx: Context, collection: Collection) -> dict[str, Any]:
    """What the payer is told, as a paper."""
    note = "" if collection.noticed_on else "not told yet"
    return {"papers": [{"url": f"/direct_debits/collections/{collection.pk}/pdf/", "label": f"{collection} (PDF)", "note": note}]}


@panel(on=Party, title="Mandates", permission=VIEW, template="direct_debits/panel_mandates.html", icon="signature")
def mandates_of_party(ctx: Context, party: Party) -> dict[str, Any] | None:
    """By which mandates a payer is collected from."""
    found = mandates_of(ctx, party)
    return {"mandates": found, "today": ctx.today} if found else None


@panel(on=Mandate, title="Collected", permission=VIEW, template="direct_debits/panel_collections.html", icon="banknote-arrow-down")
def collected_by(ctx: Context, mandate: Mandate) -> dict[str, Any] | None:
    """The last collections by a mandate."""
    found = collections_of(ctx, mandate)
    return {"collections": found} if found else None


@panel(on=Invoice, title="Direct debits", permission=VIEW, template="direct_debits/panel_collections.html", icon="banknote-arrow-down")
def collected_of(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """The collections that an invoice was in."""
    found = collections_for(ctx, invoice)
    return {"collections": found} if found else None


@flow(on=CollectionRun)
def way_of_a_run(ctx: Context, run: CollectionRun) -> list[Step]:
    """Made by one, its payers told, released by another, sent, credited."""
    if run.state == CollectionRun.State.CANCELLED:
        return []
    sent, done = run.sent_at is not None, run.state == CollectionRun.State.DONE
    waiting = untold_payers(ctx, run) if run.released_at is None else 0
    return [
        Step("Made", "back", "done", who=str(run.made_by), since=run.made_at),
        Step("Payers told", "back", "now" if waiting else "done"),
        Step(
            "Released",
            "back",
            "done" if run.released_at else "todo" if waiting else "now",
            who=str(run.released_by or ""),
            since=run.released_at,
        ),
        Step(
            "At the bank", "back", "done" if sent else "now" if run.released_at else "todo", who=str(run.sent_by or ""), since=run.sent_at
        ),
        Step("Credited", "back", "done" if done else "now" if sent else "todo"),
    ]
