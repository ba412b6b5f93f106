"""What dunning adds to pages: the letter on a reminder, its history on invoices and parties."""

from __future__ import annotations

from typing import Any

from enfilade.back.billing.models import Invoice
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context
from enfilade.core.resource import panel

from .models import Hold, Notice, Reminder

VIEW = "dunning.view_reminder"
ROWS_MAX = 20


@panel(on=Reminder, title="Letter", permission=VIEW, template="billing/panel_papers.html", icon="printer")
def reminder_papers(_ctx: Context, reminder: Reminder) -> dict[str, Any]:
    """The letter as it was sent, or as it would be."""
    note = "" if reminder.number else "a proposal, not sent yet"
    return {"papers": [{"url": f"/dunning/reminders/{reminder.pk}/pdf/", "label": f"{reminder} (PDF)", "note": note}]}


@panel(on=Invoice, title="Reminders", permission=VIEW, template="dunning/panel_history.html", icon="alarm-clock")
def invoice_history(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """Which levels an invoice had, and what held it back."""
    notices = list(Notice.objects.visible_to(ctx).filter(invoice=invoice).select_related("reminder__level").order_by("pk"))
    holds = list(Hold.objects.visible_to(ctx).filter(invoice=invoice).select_related("made_by").order_by("pk"))
    return {"notices": notices, "holds": holds} if notices or holds else None


@panel(on=Party, title="Reminders", permission=VIEW, template="dunning/panel_history.html", icon="alarm-clock")
def party_history(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last reminders of a customer."""
    rows = Reminder.objects.visible_to(ctx).filter(party__in=merged_keys(ctx, party)).select_related("level").order_by("-pk")
    found = list(rows[:ROWS_MAX])
    return {"reminders": found, "own": ctx.company.currency} if found else None
