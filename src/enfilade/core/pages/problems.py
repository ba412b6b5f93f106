"""The page to which the `type` of a problem document leads: what a code means and which commands say it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context, NotFound
from enfilade.core.http.catalogue import problems
from enfilade.core.http.dispatch import view


@view()
def problem_view(request: HttpRequest, ctx: Context, code: str = "") -> HttpResponse:
    """/problems/<code>: one of them; /problems/: all."""
    found = problems()
    if code and code not in found:
        raise NotFound("problem called", code[:80])
    shown = [found[code]] if code else list(found.values())
    crumbs = [{"label": "Problems", "url": "/problems/"}]
    return render(request, "core/problems.html", {"problems": shown, "title": code or "Problems", "crumbs": crumbs})
