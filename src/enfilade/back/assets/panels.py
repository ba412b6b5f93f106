"""What assets adds to pages: the plan of an asset, and what became of a bill."""

from __future__ import annotations

from typing import Any

from enfilade.back.payables.models import Bill
from enfilade.back.payables.queries import lines_of_bill
from enfilade.base.document.label_pages import PRINT, label_panel
from enfilade.base.document.labels import Label, labels
from enfilade.core.context import Context
from enfilade.core.resource import panel

from .models import Asset
from .queries import kept_with, made_of_bill
from .schedule import years_of

VIEW = "assets.view_asset"


@panel(on=Asset, title="Plan", permission=VIEW, template="assets/panel_plan.html", icon="trending-down")
def plan_of_asset(ctx: Context, asset: Asset) -> dict[str, Any] | None:
    """What was charged and what will be, by years of accounts."""
    years = years_of(ctx, asset)
    return {"years": years, "currency": ctx.company.currency} if years else None


@panel(on=Asset, title="Components, use and sightings", permission=VIEW, template="assets/panel_kept.html", icon="eye")
def kept_of_asset(ctx: Context, asset: Asset) -> dict[str, Any] | None:
    """What belongs to it, how much it was used, and when it was seen."""
    components, readings, sightings = kept_with(ctx, asset)
    if not (components or readings or sightings):
        return None
    return {"components": components, "readings": readings, "sightings": sightings, "currency": ctx.company.currency}


@panel(on=Bill, title="Fixed assets", permission=VIEW, template="assets/panel_bill.html", icon="armchair")
def assets_of_bill(ctx: Context, bill: Bill) -> dict[str, Any] | None:
    """What of a bill is in the register, and where the rest becomes an asset."""
    if bill.kind != Bill.Kind.BILL or bill.number is None or bill.state == Bill.State.VOID:
        return None
    made, may = made_of_bill(ctx, bill), ctx.may("assets.acquire_asset")
    rows = [
        {"line": line, "made": made.get(line.pk, []), "left_minor": line.cost_minor - sum(m.cost_minor for m in made.get(line.pk, []))}
        for line in lines_of_bill(ctx, bill)
    ]
    return {"rows": rows, "may": may, "currency": bill.currency} if made or may else None


@labels(Asset)
def _of_asset(ctx: Context, asset: Asset) -> Label:
    return Label(asset.number, asset.name, tuple(part for part in (ctx.company.name, asset.serial_number) if part))


panel(on=Asset, title="Label", permission=PRINT, template="document/panel_label.html", icon="tag")(label_panel)
