"""Signing in and out, choosing a company, notifications, the palette, saved views."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from enfilade.core.command import REGISTRY
from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.models import Company, Membership, Notification
from enfilade.core.refs import model_of, split
from enfilade.core.resource import RESOURCES, resource_for
from enfilade.core.resource.listing import match

from .context import OFFICE_LABELS, navigation

PALETTE_ROWS = 6


@sensitive_post_parameters("password")
def sign_in_view(request: HttpRequest) -> HttpResponse:
    """E-mail and password; too many failures close the door before any password is checked."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()) or "\\" in target:
        target = "/"
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return render(request, "core/sign_in.html", {"next": target, "email": "", "error": "", "demo_logins": demo_logins()})
    email = request.POST.get("email", "")[:254].strip().lower()
    password = request.POST.get("password", "")[:4096]
    user = None if "\x00" in email + password else authenticate(request, username=email, password=password)
    if user is None:
        closed = getattr(request, "axes_locked_out", False)
        error = (
            "Too many attempts. Wait a quarter of an hour and try again."
            if closed
            else "This e-mail address and password do not belong together."
        )
        return render(
            request,
            "core/sign_in.html",
            {"next": target, "email": email, "error": error, "demo_logins": demo_logins()},
            status=429 if closed else 422,
        )
    login(request, user)
    return HttpResponseRedirect(target)


def demo_logins() -> list[dict[str, str]]:
    """The demo people, shown on the sign-in page while the only companies here are demo companies."""
    if Company.objects.filter(demo=False).exists():
        return []
    rows = Membership.objects.filter(company__demo=True, active=True).select_related("user").prefetch_related("roles").order_by("pk")[:12]
    return [{"email": m.user.email, "name": m.user.name, "role": ", ".join(r.name for r in m.roles.all())} for m in rows]


def sign_out_view(request: HttpRequest) -> HttpResponse:
    """POST only: a link can't sign anybody out."""
    if request.method == "POST":
        logout(request)
    return HttpResponseRedirect("/sign-in/")


@view(methods=("POST",))
def switch_company_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Work for another of one's companies."""
    chosen = request.POST.get("company", "")
    companies: list[Any] = getattr(request, "companies", [])
    if chosen.isdigit() and any(c.pk == int(chosen) for c in companies):
        request.session["company"] = int(chosen)
    return HttpResponseRedirect("/")


@view()
def home_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The first page the caller may enter, by office; a plain welcome where there is none."""
    nav = navigation(ctx, "/")
    for office in nav:
        for department in office["departments"]:
            for entry in department["entries"]:
                return HttpResponseRedirect(entry["url"])
    return render(request, "core/no_company.html", {"offices": OFFICE_LABELS}, status=403)


@view()
def notifications_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The newest notifications of the caller."""
    rows = Notification.objects.visible_to(ctx).filter(user=ctx.user).order_by("-pk")[:30]
    items = [
        {"pk": n.pk, "text": n.text, "at": n.at, "url": _url(n.ref), "read": n.read_at is not None, "unread": n.read_at is None}
        for n in rows
    ]
    return render(request, "core/notifications.html", {"notifications": items})


@view()
def notifications_count_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The number in the bell."""
    count = Notification.objects.visible_to(ctx).filter(user=ctx.user, read_at=None).count()
    return HttpResponse(f'<span class="dot-count" aria-hidden="true">{count}</span>' if count else "")


def _url(reference: str) -> str:
    model = model_of(reference) if reference else None
    resource = resource_for(model) if model else None
    return f"{resource.list_url()}{split(reference)[1]}/" if resource else ""


@view()
def palette_view(request: HttpRequest, ctx: Context) -> JsonResponse:
    """/palette/?q=: pages, commands and records that match, as JSON."""
    q = request.GET.get("q", "")[:100].strip()
    found = _pages(ctx, q) + _commands(ctx, q)
    if len(q) >= 2:
        found += _records(ctx, q)
    return JsonResponse(found[:60], safe=False)


def _has(text: str, q: str) -> bool:
    return all(word in text.lower() for word in q.lower().split())


def _pages(ctx: Context, q: str) -> list[dict[str, Any]]:
    rows = []
    for office in navigation(ctx, ""):
        for department in office["departments"]:
            for entry in department["entries"]:
                if _has(f"{entry['label']} {department['label']}", q):
                    rows.append(
                        {
                            "group": "Go to",
                            "label": entry["label"],
                            "hint": department["label"],
                            "url": entry["url"],
                            "icon": entry["icon"],
                            "kind": "page",
                        }
                    )
    return rows


def _commands(ctx: Context, q: str) -> list[dict[str, Any]]:
    rows = []
    for command in REGISTRY.values():
        if command.hidden or command.target is not None or not ctx.may(command.permission) or not _has(command.label, q):
            continue
        rows.append(
            {
                "group": "Do",
                "label": command.label,
                "hint": command.summary,
                "url": f"/{command.module}/do/{command.verb}/",
                "icon": "zap",
                "kind": "command",
            }
        )
    return rows


def _records(ctx: Context, q: str) -> list[dict[str, Any]]:
    rows = []
    for resource in RESOURCES.values():
        if not resource.search or not ctx.may(resource.view_permission):
            continue
        for row in resource.rows(ctx).filter(match(resource.search, q)).order_by("-pk")[:PALETTE_ROWS]:
            rows.append(
                {
                    "group": resource.plural,
                    "label": str(row),
                    "hint": resource.singular,
                    "url": resource.url(row),
                    "icon": resource.icon,
                    "kind": "record",
                }
            )
    return rows
