"""Signing in and out, choosing a company, and where to begin."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.models import Company, Membership
from enfilade.core.refs import key_of

from .context import OFFICE_LABELS, navigation


@sensitive_post_parameters("password")
def sign_in_view(request: HttpRequest) -> HttpResponse:
    """E-mail and password; too many failures close the door before any password is checked."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not _leads_here(request, target):
        target = "/"
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return render(request, "core/sign_in.html", {"next": target, "email": "", "error": "", "demo_logins": demo_logins()})
    email = request.POST.get("email", "")[:254].strip().lower()
    password = request.POST.get("password", "")[:4096]
    user = None if "\x00" in email + password else authenticate(request, email=email, password=password)
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


def keep_answer(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """What axes asks for when a door is closed: the page that the view drew stays the answer."""
    return response


def _leads_here(request: HttpRequest, target: str) -> bool:
    """Whether an address is a path of this site, as every browser would read it."""
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return safe and target.startswith("/") and "\\" not in target


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
    chosen = key_of(request.POST.get("company", ""))
    companies: list[Company] = getattr(request, "companies", [])
    if chosen in {c.pk for c in companies}:
        request.session["company"] = chosen
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
