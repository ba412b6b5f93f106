"""Signing in and out, choosing a company, and where to begin."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from enfilade.core.context import Context, NotFound
from enfilade.core.http.dispatch import view
from enfilade.core.http.problems import page_problem
from enfilade.core.models import Company, Membership, SignInEvent, User
from enfilade.core.refs import key_of
from enfilade.core.signin import oidc, passkeys
from enfilade.core.signin.events import note, place_of
from enfilade.core.signin.factors import has_second_factor, take_code, take_totp
from enfilade.core.signin.sessions import sign_in, sign_out
from enfilade.core.signin.throttle import TooMany, attempt, check_address

from .context import OFFICE_LABELS, navigation

log = logging.getLogger("enfilade.signin")
# How long the second factor is waited for after the password.
PENDING_S = 10 * 60
CLOSED = "Too many attempts. Wait a quarter of an hour and try again."


@sensitive_post_parameters("password")
def sign_in_view(request: HttpRequest) -> HttpResponse:
    """E-mail and password; too many failures close the door before any password is checked."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not leads_here(request, target):
        target = "/"
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return _sign_in_page(request, target)
    email = request.POST.get("email", "")[:254].strip().lower()
    password = request.POST.get("password", "")[:4096]
    place = place_of(request)
    try:
        check_address(place)
    except TooMany:
        return _refused(request, target, email, CLOSED, 429)
    user = None if "\x00" in email + password else authenticate(request, email=email, password=password)
    if not isinstance(user, User):
        note(place, SignInEvent.Kind.REFUSED, User.objects.filter(email=email.replace("\x00", "")).first())
        if getattr(request, "axes_locked_out", False):
            return _refused(request, target, email, CLOSED, 429)
        return _refused(request, target, email, "This e-mail address and password do not belong together.", 422)
    return _first_step_done(request, user, "password", target)


def _first_step_done(request: HttpRequest, user: User, method: str, target: str) -> HttpResponse:
    """In, or on to the second step where the person has a second factor."""
    if not has_second_factor(user):
        sign_in(request, user, method, strong=False)
        return HttpResponseRedirect(target)
    request.session.cycle_key()
    proof = user.get_session_auth_hash()
    request.session["pending"] = {"user": user.pk, "at": int(time.time()), "next": target, "proof": proof, "method": method}
    return HttpResponseRedirect("/sign-in/second/")


def _refused(request: HttpRequest, target: str, email: str, error: str, status: int) -> HttpResponse:
    return _sign_in_page(request, target, email, error, status)


def _sign_in_page(request: HttpRequest, target: str, email: str = "", error: str = "", status: int = 200) -> HttpResponse:
    context = {"next": target, "email": email, "error": error, "demo_logins": demo_logins()}
    context["provider"] = settings.OIDC_NAME if oidc.is_configured() else ""
    return render(request, "core/sign_in.html", context, status=status)


def provider_view(request: HttpRequest) -> HttpResponse:
    """/sign-in/provider/: on to the provider, with what makes sure that its answer is to this very question."""
    if not oidc.is_configured():
        return page_problem(request, 404, "No provider of identities is configured here.")
    target = request.GET.get("next") or "/"
    try:
        url, kept = oidc.begin(_back_url(request))
    except oidc.ProviderFailed as no:
        log.warning("provider: %s", no.why)
        return _refused(request, "/", "", str(no), 503)
    request.session["provider"] = {**kept, "next": target if leads_here(request, target) else "/", "at": int(time.time())}
    return HttpResponseRedirect(url)


def provider_back_view(request: HttpRequest) -> HttpResponse:
    """/sign-in/provider/back/: the provider's answer; good once, and for ten minutes."""
    kept, place = request.session.pop("provider", None), place_of(request)
    try:
        check_address(place)
        if not oidc.is_configured() or not kept or time.time() - kept["at"] > PENDING_S:
            raise oidc.ProviderFailed("nothing was asked")
        given = {k: str(request.GET[k]) for k in ("state", "code", "error") if k in request.GET}
        claims = oidc.finish(_back_url(request), kept, given)
    except oidc.ProviderFailed as no:
        log.warning("provider: %s", no.why)
        note(place, SignInEvent.Kind.REFUSED, None, "provider")
        return _refused(request, "/", "", str(no), 422)
    except TooMany as no:
        return _refused(request, "/", "", str(no), 429)
    user = oidc.account_of(claims)
    if user is None:
        note(place, SignInEvent.Kind.REFUSED, None, "provider: no account")
        return _refused(request, "/", "", "There is no account here for you. Ask whoever runs Enfilade here to add you.", 403)
    if claims.strong:
        sign_in(request, user, "provider", strong=True)
        return HttpResponseRedirect(kept["next"])
    return _first_step_done(request, user, "provider", kept["next"])


def _back_url(request: HttpRequest) -> str:
    return request.build_absolute_uri("/sign-in/provider/back/")


def _pending(request: HttpRequest) -> tuple[User, str] | None:
    """Who has given the right password in this browser and owes the second factor, and where she wanted to go."""
    found: dict[str, Any] = request.session.get("pending") or {}
    if not found or time.time() - found["at"] > PENDING_S:
        return None
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    if user is None or not constant_time_compare(found["proof"], user.get_session_auth_hash()):
        return None
    return user, found["next"]


def second_view(request: HttpRequest) -> HttpResponse:
    """After the password: a code of the app, a recovery code, or a passkey."""
    pending = _pending(request)
    if pending is None:
        return HttpResponseRedirect("/sign-in/")
    user, target = pending
    if request.method != "POST":
        return _second(request, user)
    code, now = request.POST.get("code", "")[:40], timezone.now()
    how = ""

    def check() -> bool:
        nonlocal how
        how = "code" if take_totp(user, code) else "recovery code" if take_code(user, code, now) else ""
        return bool(how)

    try:
        passed = attempt(user, place_of(request), check)
    except TooMany:
        return _second(request, user, CLOSED, 429)
    if not passed:
        return _second(request, user, "This code is not right, or it was used before.", 422)
    if how == "recovery code":
        note(place_of(request), SignInEvent.Kind.CODE_USED, user)
    sign_in(request, user, f"{request.session['pending'].get('method', 'password')} and {how}", strong=True)
    return HttpResponseRedirect(target)


def _second(request: HttpRequest, user: User, error: str = "", status: int = 200) -> HttpResponse:
    return render(request, "core/sign_in_second.html", {"error": error, "passkeys": user.passkeys.exists()}, status=status)


def passkey_options_view(request: HttpRequest) -> HttpResponse:
    """What the browser is asked for; the challenge is good for one answer."""
    if request.method != "POST":
        return page_problem(request, 405, "This address only answers POST.")
    pending = _pending(request)
    server = passkeys.server_for(request.get_host(), request.is_secure())
    options, state = passkeys.begin_asking(server, pending[0] if pending else None)
    request.session["ceremony"] = state
    return JsonResponse(options)


def passkey_view(request: HttpRequest) -> HttpResponse:
    """A passkey lets in: after the password, or alone when it has verified its person."""
    if request.method != "POST":
        return HttpResponseRedirect("/sign-in/")
    pending, place, found = _pending(request), place_of(request), None
    target = pending[1] if pending else request.POST.get("next", "/")
    state, text = request.session.pop("ceremony", None), request.POST.get("credential", "")
    server = passkeys.server_for(request.get_host(), request.is_secure())

    def check() -> bool:
        nonlocal found
        found = passkeys.finish_asking(server, state, text, timezone.now(), pending[0] if pending else None) if state else None
        return found is not None

    try:
        if pending:
            attempt(pending[0], place, check)
        else:
            check_address(place)
            if not check():
                note(place, SignInEvent.Kind.REFUSED, None, "passkey")
    except TooMany:
        return _second(request, pending[0], CLOSED, 429) if pending else _refused(request, target, "", CLOSED, 429)
    if found is None:
        sentence = "This passkey was not accepted."
        return _second(request, pending[0], sentence, 422) if pending else _refused(request, target, "", sentence, 422)
    method = f"{request.session['pending'].get('method', 'password')} and passkey" if pending else "passkey"
    sign_in(request, found.user, method, strong=True)
    return HttpResponseRedirect(target if leads_here(request, target) else "/")


def keep_answer(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """What axes asks for when a door is closed: the page that the view drew stays the answer."""
    return response


def leads_here(request: HttpRequest, target: str) -> bool:
    """Whether an address is a path of this site, as every browser would read it."""
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return safe and target.startswith("/") and "\\" not in target


def demo_logins() -> list[dict[str, str]]:
    """The demo people, shown on the sign-in page while the only companies here are demo companies."""
    if Company.objects.filter(demo=False).exists():
        return []
    # Who works for several of them is shown once, as in the first.
    rows = Membership.objects.filter(company__demo=True, active=True).select_related("user").prefetch_related("roles")
    first = rows.order_by("user_id", "pk").distinct("user_id")[:12]
    return [{"email": m.user.email, "name": m.user.name, "role": ", ".join(r.name for r in m.roles.all())} for m in first]


def sign_out_view(request: HttpRequest) -> HttpResponse:
    """POST only: a link can't sign anybody out."""
    if request.method == "POST":
        sign_out(request)
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
def in_company_view(request: HttpRequest, ctx: Context, company: int, page: str) -> HttpResponse:
    """/in/<company>/<page>: a page in one of one's companies, whichever was open before: where a notification leads.

    Why a GET may change it: it is the way to a page, and what is done there is asked for anew. Whoever is no member sees what is not there.
    """
    companies: list[Company] = getattr(request, "companies", [])
    if company not in {c.pk for c in companies}:
        raise NotFound("company", company)
    request.session["company"] = company
    query = request.META.get("QUERY_STRING", "")
    # A second slash would lead to another house.
    return HttpResponseRedirect("/" + page.lstrip("/\\") + (f"?{query}" if query else ""))


@view()
def home_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The first page the caller may enter, by office; a plain welcome where there is none."""
    nav = navigation(ctx)
    for office in nav:
        for department in office["departments"]:
            for entry in department["entries"]:
                return HttpResponseRedirect(entry["url"])
    return render(request, "core/no_company.html", {"offices": OFFICE_LABELS}, status=403)
