"""The roll: every visitor in the house, to be counted at the muster point."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.front.visitors.queries import roll


@page("roll/", title="Roll", permission="visitors.view_visitor", icon="list-checks", order=2)
def roll_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Visitors by entrance, to be ticked; what was ticked stays on this device until the roll is begun anew."""
    found = roll(ctx)
    context = {
        "rolls": found,
        "count": sum(len(r.visitors) for r in found),
        "now": ctx.now,
        "crumbs": [{"label": "Roll", "url": ""}],
    }
    return render(request, "visitors/roll.html", context)
