"""Each request has a number: in its answer, in every log line it causes, and from the caller where she gave one."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from enfilade.core.context import Context
from enfilade.core.metrics import count_request
from enfilade.core.traces import PARENT, Traced, traced

HEADER = "X-Request-ID"
_GIVEN = re.compile("[A-Za-z0-9._-]{8,64}")
_LOG = structlog.stdlib.get_logger("enfilade.request")

Handler = Callable[[HttpRequest], HttpResponse]


def path_of(request: HttpRequest) -> str:
    """The path as it may be written down: where it holds a secret that opens something, the shape of the address has to do."""
    found = request.resolver_match
    return f"/{found.route}" if found is not None and "token" in found.kwargs else request.path


def request_middleware(get_response: Handler) -> Handler:
    """Number the request and tell afterwards how it ended; the path without its query, in which people's names may stand."""

    def handle(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        number = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        clear_contextvars()
        bind_contextvars(request_id=number)
        began = time.perf_counter()
        try:
            with traced(str(request.method), kind="server", parent=request.headers.get(PARENT, "")) as span:
                response = get_response(request)
                response[HEADER] = number
                _tell(request, response, time.perf_counter() - began, span)
            return response
        finally:
            clear_contextvars()

    return handle


def _tell(request: HttpRequest, response: HttpResponse, seconds: float, span: Traced) -> None:
    """How it ended: to the figures, the trace and the log."""
    ctx: Context | None = getattr(request, "ctx", None)
    count_request("api" if request.path.startswith("/api/") else "page", str(request.method), response.status_code, seconds)
    if request.resolver_match is not None:
        span.call(f"{request.method} /{request.resolver_match.route}")
    span.attributes(
        {"http.request.method": request.method, "url.path": path_of(request), "http.response.status_code": response.status_code}
    )
    span.note(company=ctx.company_id if ctx else None, user=ctx.user.pk if ctx else None)
    if response.status_code >= 500:
        span.fail(str(response.status_code))
    _LOG.info(
        "request",
        method=request.method,
        path=path_of(request),
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        company=ctx.company_id if ctx else None,
        user=ctx.user.pk if ctx else None,
    )
