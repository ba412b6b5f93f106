"""Messages that wait for the person who is signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.front.reception.models import Message

SHOWN = 50


@page("my-messages/", title="My messages", permission="reception.read_message", icon="mail", order=10)
def my_messages(request: HttpRequest, ctx: Context) -> HttpResponse:
    """One's own message slips: unread ones first, urgent before others."""
    rows = Message.objects.visible_to(ctx).filter(to_user=ctx.user).select_related("taken_by", "party", "call")
    found = list(rows.order_by("-state", "-urgent", "-taken_at")[:SHOWN])
    unread = [m for m in found if m.state == Message.State.UNREAD]
    read = [m for m in found if m.state == Message.State.READ]
    return render(request, "reception/my_messages.html", {"unread": unread, "read": read, "crumbs": [{"label": "My messages"}]})
