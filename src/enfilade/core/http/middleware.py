"""One context per request: who is signed in, for which company; the time zone and language of that company."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers

from enfilade.core.access import companies_of, context_for, context_of_token
from enfilade.core.context import Context
from enfilade.core.files import SIZE_MAX_BYTES
from enfilade.core.signin.sessions import note_seen

from .problems import page_problem, problem, wants_json

# The largest file, and room for the rest of its form.
LARGEST_BODY_BYTES = SIZE_MAX_BYTES + 1024 * 1024

# What is open to somebody whose role asks for a second factor that she has not set up yet.
SET_UP = "/account/security/"
WITHOUT_SECOND_FACTOR = ("/account/", "/sign-out/")

Handler = Callable[[HttpRequest], HttpResponse]


def context_middleware(get_response: Handler) -> Handler:
    """Set request.ctx (None for a stranger) and request.companies."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.ctx = _context(request)  # type: ignore[attr-defined]
        ctx: Context | None = request.ctx  # type: ignore[attr-defined]
        if ctx is None:
            with translation.override(translation.get_language_from_request(request)):
                response = get_response(request)
            patch_vary_headers(response, ("Accept-Language",))
            return response
        if request.session.get("must_set_up") and not ctx.authority and not request.path.startswith(WITHOUT_SECOND_FACTOR):
            return _set_up_first(request)
        with timezone.override(ctx.zone), translation.override(ctx.language):
            response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return handle


def proxy_middleware(get_response: Handler) -> Handler:
    """Put the address of the person in the place of the proxy's, where one of TRUSTED_PROXIES asks for her.

    Proxies append to X-Forwarded-For, so it is read from the right: the first address that is none of ours is hers. What stands
    left of it anybody may have written. From anybody else the header is not read at all.
    """
    trusted = [ip_network(text) for text in settings.TRUSTED_PROXIES]

    def is_ours(text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in trusted if network.version == address.version)

    def handle(request: HttpRequest) -> HttpResponse:
        if trusted and is_ours(request.META.get("REMOTE_ADDR", "")):
            told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
            found = next((part for part in reversed(told) if part and not is_ours(part)), "")
            if found:
                request.META["REMOTE_ADDR"] = found
        return get_response(request)

    return handle


def _set_up_first(request: HttpRequest) -> HttpResponse:
    """A role of the person asks for a second factor, and she has none yet: nothing else is open before she has."""
    sentence = "One of your roles asks for a second factor. Set one up first, under your account."
    if wants_json(request):
        return problem(403, "second_factor_needed", sentence)
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = SET_UP
        return answer
    return HttpResponseRedirect(SET_UP)


def size_middleware(get_response: Handler) -> Handler:
    """Refuse a body that is larger than the largest file before anything reads it, so that it fills no disk."""

    def handle(request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY_BYTES:
            return page_problem(request, 413, f"This is too large: at most {SIZE_MAX_BYTES // 1024 // 1024} MB are taken.")
        return get_response(request)

    return handle


def _context(request: HttpRequest) -> Context | None:
    request.companies = []  # type: ignore[attr-defined]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and request.path.startswith("/api/"):
        # A token is no cookie: no browser sends it by itself, so a forged form can't use it.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001 - the one switch Django has for it
        return context_of_token(token.strip())
    if request.path.startswith("/hooks/"):
        # Neither does a web hook: it is signed, and no session counts there.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001
        return None
    if not request.user.is_authenticated or not note_seen(request):
        return None
    companies = companies_of(request.user)
    request.companies = companies  # type: ignore[attr-defined]
    if not companies:
        return None
    chosen = request.session.get("company")
    company = next((c for c in companies if c.pk == chosen), companies[0])
    channel = "api" if request.path.startswith("/api/") else "page"
    return context_for(request.user, company, elevation=request.session.get("elevation"), channel=channel)
