"""Refusals as answers: RFC 9457 problem+json for programs, a sentence on a page for people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from enfilade.core.context import Invalid, NeedsElevation, OutcomeUnknown, Refusal
from enfilade.core.language.words import say

TITLES = {
    400: "Not understood",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not that way",
    409: "Refused",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Wrong media type",
    422: "Not valid",
    429: "Too many calls",
    500: "Our mistake",
    503: "Outcome unknown",
}


UNKNOWN = "The database could not say whether this was saved. Send the same again: it will not happen twice."


def described(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a problem document (RFC 9457): type, title, status, detail, and our stable `code`."""
    title = say(TITLES.get(status, "Problem"))
    return {"type": f"/problems/{code}", "title": title, "status": status, "detail": say(detail), "code": code, **more}


def problem(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """A problem document as an answer."""
    return JsonResponse(described(status, code, detail, **more), status=status, content_type="application/problem+json")


def problem_of(no: Refusal | OutcomeUnknown) -> JsonResponse:
    """The problem document of a refusal as an answer."""
    body = problem_body(no)
    return JsonResponse(body, status=body["status"], content_type="application/problem+json")


def problem_body(no: Refusal | OutcomeUnknown) -> dict[str, Any]:
    """The body for a refusal, with one entry per bad input and what would be possible instead."""
    if isinstance(no, OutcomeUnknown):
        return described(503, "outcome_unknown", UNKNOWN, retryable=True)
    more: dict[str, Any] = {"retryable": no.code in {"busy", "too_many"}}
    if isinstance(no, Invalid):
        more["errors"] = [{"field": path, "detail": say(sentence)} for path, found in no.errors.items() for sentence in found]
    elif no.field:
        more["errors"] = [{"field": no.field, "detail": say(str(no))}]
    if no.hints:
        more["hints"] = list(no.hints)
    return described(no.status, no.code, str(no), **more)


def page_problem(request: HttpRequest, status: int, sentence: str, *, elevate: str = "") -> HttpResponse:
    """A whole page, or for htmx a fragment, that says what is wrong and where to go.

    elevate: where waking one's privileged roles would help.
    """
    if wants_json(request):
        return problem(status, TITLES.get(status, "problem").lower().replace(" ", "_"), sentence)
    context = {
        "problem": {
            "status": status,
            "title": TITLES.get(status, "Problem"),
            "text": sentence,
            "sentence": sentence,
            "elevate_url": elevate,
        },
        "status": status,
    }
    return render(request, "core/problem.html", context, status=status)


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program."""
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def of_exception(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer for a refusal or an unknown outcome."""
    if isinstance(error, OutcomeUnknown):
        return problem_of(error) if wants_json(request) else page_problem(request, 503, UNKNOWN)
    no = error if isinstance(error, Refusal) else Refusal("refused", str(error))
    if wants_json(request):
        return problem_of(no)
    elevate = elevate_url(request.get_full_path()) if isinstance(no, NeedsElevation) and request.method == "GET" else ""
    return page_problem(request, no.status, str(no), elevate=elevate)


def elevate_url(back: str) -> str:
    """Where one wakes one's privileged roles, and then goes back."""
    return f"/account/elevate/?{urlencode({'next': back})}"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A post without the token of this session."""
    return page_problem(request, 403, "This form is too old or came from another site. Go back, reload the page and send it again.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return page_problem(request, 400, "This request could not be understood.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page_problem(request, 403, "You are not allowed to see this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page_problem(request, 404, "There is nothing at this address, or you may not see it.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: rendered without the shell's queries, since the database may be the trouble."""
    if wants_json(request):
        return problem(
            500, "error", "Something went wrong on our side. Send it again under the same key: nothing is done twice.", retryable=True
        )
    return HttpResponse(
        "<!doctype html><meta charset=utf-8><title>Our mistake</title><h1>Something went wrong on our side</h1>"
        "<p>Go back and send it again: nothing is done twice.</p>",
        status=500,
    )
