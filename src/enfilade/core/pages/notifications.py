"""The bell: what concerns the caller, newest first, and how much of it is unread."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.commands import read_notifications
from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.models import Notification, RecordQuerySet
from enfilade.core.refs import model_of, split
from enfilade.core.resource import resource_for
from enfilade.core.scope import scope

SHOWN = 30


@view(methods=("GET", "HEAD", "POST"))
def notifications_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The list behind the bell; a POST marks all of it as read first."""
    if request.method == "POST":
        read_notifications(ctx)
    with scope(ctx.company_id, read_only=True):
        items = [{"pk": n.pk, "text": n.text, "at": n.at, "url": _url(ctx, n.ref), "unread": n.read_at is None} for n in _own(ctx)[:SHOWN]]
    read_url = request.path if any(item["unread"] for item in items) else ""
    answer = render(request, "core/notifications.html", {"notifications": items, "read_url": read_url})
    if request.method == "POST":
        answer["HX-Trigger"] = "live:core.notification"
    return answer


@view()
def notifications_count_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The number in the bell."""
    count = _own(ctx).filter(read_at=None).count()
    return HttpResponse(f'<span class="dot-count" aria-hidden="true">{count}</span>' if count else "")


def _own(ctx: Context) -> RecordQuerySet:
    return Notification.objects.visible_to(ctx).filter(user=ctx.user).order_by("-pk")


def _url(ctx: Context, reference: str) -> str:
    """The page of the record it is about, where the caller may enter it."""
    model = model_of(reference) if reference else None
    resource = resource_for(model) if model else None
    return f"{resource.list_url()}{split(reference)[1]}/" if resource and ctx.may(resource.view_permission) else ""
