"""Ctrl-K: pages, commands and records that the caller may open, by the words she types."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, JsonResponse

from enfilade.core.command import REGISTRY
from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.listing import search_for

from .context import navigation

FOUND_MAX = 60
ROWS_PER_RESOURCE = 6
QUERY_CHARS_MAX = 100
QUERY_CHARS_MIN_FOR_RECORDS = 2

Found = dict[str, str]


@view()
def palette_view(request: HttpRequest, ctx: Context) -> JsonResponse:
    """/palette/?q=: what matches, as JSON."""
    q = request.GET.get("q", "")[:QUERY_CHARS_MAX].strip()
    found = [*_pages(ctx, q), *_commands(ctx, q)]
    if len(q) >= QUERY_CHARS_MIN_FOR_RECORDS:
        found += _records(ctx, q)
    return JsonResponse(found[:FOUND_MAX], safe=False)


def _found(kind: str, group: str, label: str, hint: str, url: str, icon: str) -> Found:
    return {"kind": kind, "group": group, "label": label, "hint": hint, "url": url, "icon": icon}


def _has(text: str, q: str) -> bool:
    return all(word in text.lower() for word in q.lower().split())


def _pages(ctx: Context, q: str) -> Iterator[Found]:
    for office in navigation(ctx, ""):
        for department in office["departments"]:
            for entry in department["entries"]:
                if _has(f"{entry['label']} {department['label']}", q):
                    yield _found("page", "Go to", entry["label"], department["label"], entry["url"], entry["icon"])


def _commands(ctx: Context, q: str) -> Iterator[Found]:
    for command in REGISTRY.values():
        if not command.hidden and command.target is None and ctx.may(command.permission) and _has(command.label, q):
            yield _found("command", "Do", command.label, command.summary, f"/{command.module}/do/{command.verb}/", "zap")


def _records(ctx: Context, q: str) -> Iterator[Found]:
    for resource in RESOURCES.values():
        # What is no list of its own is found with the record that it is a part of.
        if resource.menu and resource.search and ctx.may(resource.view_permission):
            for row in search_for(resource, ctx, q).first(resource.rows(ctx), ("-pk",), ROWS_PER_RESOURCE, words_order=("-row_id",)):
                yield _found("record", resource.plural, str(row), resource.singular, resource.url(row), resource.icon)
