"""The badge of a visitor, and what the pages of parties say about their visits to us."""

from __future__ import annotations

from typing import Any

from enfilade.base.document.label_pages import PRINT, label_panel
from enfilade.base.document.labels import Label, labels
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import panel
from enfilade.core.ui.format import format_day

from .models import Visitor
from .queries import visits_of

SHOWN = 5


@panel(on=Party, title="Visits to us", permission="visitors.view_visitor", template="visitors/panel_visits.html", icon="door-open")
def visits_of_party(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last visits of somebody, and whom they were to see."""
    found = visits_of(ctx, party, SHOWN)
    return {"visits": found} if found else None


@labels(Visitor)
def _badge(ctx: Context, visitor: Visitor) -> Label:
    """What stands on the badge: the name large, for whom it is, and the day on which it holds."""
    lines = (visitor.organisation, str(visitor.host), f"{ctx.company.name} · {format_day(visitor.expected_at.astimezone(ctx.zone).date())}")
    return Label(f"VISITOR-{visitor.pk}", visitor.name, tuple(line for line in lines if line))


panel(on=Visitor, title="Badge", permission=PRINT, template="document/panel_label.html", icon="id-card")(label_panel)
