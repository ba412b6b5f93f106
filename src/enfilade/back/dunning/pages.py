"""The letter as PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from enfilade.core.context import Context, NotFound
from enfilade.core.resource import page

from .models import Reminder
from .printing import reminder_pdf


@page("reminders/<int:pk>/pdf/", title="Reminder as PDF", permission="dunning.view_reminder", menu=False)
def reminder_as_pdf(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The letter at /dunning/reminders/<pk>/pdf/."""
    reminder = Reminder.objects.visible_to(ctx).select_related("party", "level").filter(pk=pk).first()
    if reminder is None:
        raise NotFound("reminder", pk)
    answer = HttpResponse(reminder_pdf(ctx, reminder), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{reminder}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
