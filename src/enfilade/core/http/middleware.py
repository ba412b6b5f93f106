"""One context per request: who is signed in, for which company; the time zone and language of that company."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from enfilade.core.access import companies_of, context_for, context_of_token
from enfilade.core.context import Context
from enfilade.core.files import SIZE_MAX_BYTES

from .problems import page_problem

# The largest file, and room for the rest of its form.
LARGEST_BODY_BYTES = SIZE_MAX_BYTES + 1024 * 1024

Handler = Callable[[HttpRequest], HttpResponse]


def context_middleware(get_response: Handler) -> Handler:
    """Set request.ctx (None for a stranger) and request.companies."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.ctx = _context(request)  # type: ignore[attr-defined]
        ctx: Context | None = request.ctx  # type: ignore[attr-defined]
        if ctx is None:
            return get_response(request)
        with timezone.override(ctx.zone), translation.override(ctx.company.language):
            response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return handle


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
    if not request.user.is_authenticated:
        return None
    companies = companies_of(request.user)
    request.companies = companies  # type: ignore[attr-defined]
    if not companies:
        return None
    chosen = request.session.get("company")
    company = next((c for c in companies if c.pk == chosen), companies[0])
    return context_for(request.user, company, channel="api" if request.path.startswith("/api/") else "page")
