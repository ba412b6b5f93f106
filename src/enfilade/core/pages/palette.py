"""Ctrl-K: pages, commands and records that the caller may open, by the words she types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Value
from django.http import HttpRequest, JsonResponse

from enfilade.core.command import REGISTRY
from enfilade.core.command.reading import is_storable
from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import name_of, say
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.listing import search_for
from enfilade.core.words import Search, search_all_words

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
    shown = label if kind == "record" else say(label)
    return {"kind": kind, "group": say(group), "label": shown, "hint": say(hint), "url": url, "icon": icon}


def _has(text: str, q: str) -> bool:
    return all(word in text.lower() for word in q.lower().split())


def _pages(ctx: Context, q: str) -> Iterator[Found]:
    for office in navigation(ctx):
        for department in office["departments"]:
            for entry in department["entries"]:
                if _has(f"{say(entry['label'])} {say(department['label'])}", q):
                    yield _found("page", "Go to", entry["label"], department["label"], entry["url"], entry["icon"])


def _commands(ctx: Context, q: str) -> Iterator[Found]:
    for command in REGISTRY.values():
        if not command.hidden and command.target is None and ctx.may(command.permission) and _has(say(command.label), q):
            yield _found("command", "Do", command.label, command.summary, f"/{command.module}/do/{command.verb}/", "zap")


def _records(ctx: Context, q: str) -> Iterator[Found]:
    """The newest records of each list that are found. One query for their keys, one for each kind of which there is one: not one a list."""
    # What is no list of its own is found with the record that it is a part of.
    searched = [r for r in RESOURCES.values() if r.menu and r.search and ctx.may(r.view_permission)]
    if not searched or not is_storable(q):
        return
    keeping = [r for r in searched if r.kept is not None]
    kept = dict(zip((r.label for r in keeping), search_all_words(ctx, [r.kept for r in keeping], q), strict=True))
    asked = [
        _keys(ctx, resource, number, kept.get(resource.label) or search_for(resource, ctx, q)) for number, resource in enumerate(searched)
    ]
    keys: dict[int, list[int]] = defaultdict(list)
    for number, pk in asked[0].union(*asked[1:], all=True):
        keys[number].append(pk)
    for number in sorted(keys):
        resource = searched[number]
        for row in resource.rows(ctx).filter(pk__in=keys[number]).order_by("-pk"):
            yield _found("record", resource.plural, name_of(row), resource.singular, resource.url(row), resource.icon)


def _keys(ctx: Context, resource: Resource, number: int, search: Search) -> Any:
    """A question for the newest rows of one list: its number here, and their keys, without what its columns show."""
    rows = resource.queryset().visible_to(ctx).annotate(list_number=Value(number))
    return search.newest(rows, ROWS_PER_RESOURCE, limited=bool(ctx.limited)).values_list("list_number", "pk")
