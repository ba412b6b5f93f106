"""From an address to a view: sign-in, permission and scope in one place, so that no view can forget them.

A view of ours is `def view(request, ctx, ...)`. GET and HEAD run inside a read-only scope: PostgreSQL itself refuses
any write. Other methods run outside a transaction; they change things by commands only, which open their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from enfilade.core.context import Context, Held, NotFound, OutcomeUnknown, Refusal
from enfilade.core.models import Company
from enfilade.core.scope import scope

from .problems import of_exception, page_problem, problem, wants_json

View = Callable[..., HttpResponseBase]


def view(permission: str = "", *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """Decorate `def view(request, ctx, ...)`: only members reach it, only with the permission, only by these methods."""

    def wrap(run: View) -> View:
        @wraps(run)
        def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            ctx: Context | None = request.ctx  # type: ignore[attr-defined]
            if ctx is None:
                return _stranger(request)
            if request.method not in methods:
                answer = page_problem(request, 405, f"This address does not answer {request.method}.")
                answer["Allow"] = ", ".join(methods)
                return answer
            try:
                if permission:
                    ctx.require(permission)
                if request.method in {"GET", "HEAD"}:
                    with scope(ctx.company_id, read_only=True):
                        return _rendered(run(request, ctx, *args, **kwargs))
                return run(request, ctx, *args, **kwargs)
            except (Refusal, OutcomeUnknown, Held) as error:
                return of_exception(request, error)

        return handle

    return wrap


def open_view(run: View, methods: tuple[str, ...]) -> View:
    """Wrap `def view(request, company, ...)` that nobody signs in for; whatever is wrong with the address is the same 404.

    A form that is sent has its token as every other; what it changes it changes by commands.
    """

    @wraps(run)
    def handle(request: HttpRequest, company: str, **kwargs: Any) -> HttpResponseBase:
        if request.method not in methods:
            return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
        found = Company.objects.filter(slug=company).first()
        try:
            if found is None:
                raise NotFound("company", company)
            if request.method not in {"GET", "HEAD"}:
                return run(request, found, **kwargs)
            with scope(found.pk, read_only=True):
                return _rendered(run(request, found, **kwargs))
        except Refusal:
            return HttpResponse(status=404)

    return handle


def _rendered(answer: HttpResponseBase) -> HttpResponseBase:
    """Lazy template answers are drawn while the scope is open."""
    render: Callable[[], HttpResponseBase] | None = getattr(answer, "render", None)
    return answer if render is None else render()


def _stranger(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        unknown = problem(401, "sign_in", "Sign in, or send a bearer token.")
        unknown["WWW-Authenticate"] = "Bearer"
        return unknown
    if request.user.is_authenticated:
        return page_problem(request, 403, "Your account does not belong to a company yet. Ask whoever runs Enfilade here to add you.")
    target = "/sign-in/?" + urlencode({"next": request.get_full_path()})
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = target
        return answer
    return HttpResponseRedirect(target)
