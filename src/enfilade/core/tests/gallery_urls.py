"""Addresses of the showcase for its browser test: every page, and answers as the real ones give them."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from enfilade.core.ui.gallery import sample
from enfilade.core.ui.gallery.cells import NAMES

PALETTE = [
    {"group": "Do", "label": "Book a visit", "hint": "Appointments", "url": "/_gallery/dialog/", "kind": "command"},
    {"group": "Go to", "label": "Visits", "hint": "Front", "url": "/_gallery/list/", "kind": "page"},
]


def show(request: HttpRequest, name: str = "") -> HttpResponse:
    """One page; a fragment where htmx names its place; a post succeeds, a rehearsal previews."""
    if request.method == "POST" and not request.POST.get("rehearse"):
        answer = HttpResponse(status=204)
        answer["HX-Trigger"] = json.dumps({"dialog-close": {}, "record-changed": {}, "toast": {"text": "Saved <b>once</b>", "tone": "ok"}})
        return answer
    template, context = sample("rehearsal" if request.method == "POST" else name)
    target = request.headers.get("HX-Target", "")
    part = "#rows" if target == "section#list" else "#record" if target == "div#record" else ""
    return render(request, f"{template}{part}", context)


def search(request: HttpRequest) -> HttpResponse:
    """People whose name holds the letters."""
    query = request.GET.get("q", "").lower()
    return JsonResponse(
        [{"id": number, "label": name, "hint": "1984"} for number, name in enumerate(NAMES) if query in name.lower()], safe=False
    )


def palette(request: HttpRequest) -> HttpResponse:
    """Pages and commands that hold the letters."""
    return JsonResponse([row for row in PALETTE if request.GET.get("q", "").lower() in row["label"].lower()], safe=False)


urlpatterns = [
    path("_gallery/search/", search),
    path("palette/", palette),
    path("notifications/", show, {"name": "notifications"}),
    path("_gallery/", show),
    path("_gallery/<slug:name>/", show),
]
