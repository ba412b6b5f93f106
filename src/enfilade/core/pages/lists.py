"""The list page of a resource: what core/list.html draws."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render

from enfilade.core.command import Command
from enfilade.core.context import Context, Invalid
from enfilade.core.fields import AmountField
from enfilade.core.http.dispatch import view
from enfilade.core.models import SavedView
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.columns import field_at
from enfilade.core.resource.imports import may_import
from enfilade.core.resource.listing import RESERVED, Listing, is_sortable, listing
from enfilade.core.resource.transfer import EXPORTERS

from .bulk import offered
from .filters import chips

OPTIONS_MAX = 20
MARKS = ("after", "before")


@view()
def list_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/ with filters, search, sort and page marks in the query."""
    resource = RESOURCES[label]
    params = request.GET
    notice = ""
    try:
        page = listing(resource, ctx, params)
    except Invalid as no:
        notice, params = str(no), QueryDict()
        page = listing(resource, ctx, params)
    context = {"page": _page(resource, ctx, params, page), "crumbs": [{"label": resource.plural, "url": ""}], "notice": notice}
    part = "#rows" if request.headers.get("HX-Request") and "list" in request.headers.get("HX-Target", "") else ""
    return render(request, f"core/list.html{part}", context, status=422 if notice else 200)


@view()
def options_view(request: HttpRequest, ctx: Context, label: str) -> JsonResponse:
    """/<module>/<slug>/options/?q=: rows for a search box, at most 20; further query parameters filter."""
    resource = RESOURCES[label]
    params = request.GET.copy()
    params["limit"] = str(OPTIONS_MAX)
    found = listing(resource, ctx, params)
    return JsonResponse([{"id": r.pk, "label": str(r), "hint": _hint(resource, ctx, r)} for r in found.rows], safe=False)


def _hint(resource: Resource, ctx: Context, row: models.Model) -> str:
    """What tells rows of one name apart: the first column that says more than the name."""
    label = str(row)
    return next((c.text for c in resource.cells(ctx, row) if c.text and c.text not in label), "")


def _page(resource: Resource, ctx: Context, params: QueryDict, page: Listing) -> dict[str, Any]:
    url = resource.list_url()
    now = _query(params, drop=(*MARKS, "limit", "view"))
    to_save = urlencode({"hide": "resource,query", "resource": resource.label, "query": now})
    return {
        "title": resource.plural,
        "resource_label": resource.singular,
        "url": url,
        "new_url": f"{url}new/" if resource.may_add(ctx) else "",
        "import_url": f"{url}import/" if may_import(resource, ctx) else "",
        "export_url": f"{url}export.csv?{_query(params, drop=MARKS)}",
        "exports": _exports(resource, params),
        "save_view_url": f"/core/do/save_view/?{to_save}",
        "search": {"q": params.get("q", ""), "placeholder": f"Search {resource.plural.lower()}…"} if resource.search else None,
        "filters": chips(resource, ctx, params),
        "sort": page.sort,
        "clear_url": url,
        "columns": [_column(resource, name, page.sort, params) for name in resource.columns],
        "rows": [
            {
                "pk": r.pk,
                "url": resource.url(r),
                "label": str(r),
                "cells": [vars(c) for c in resource.cells(ctx, r)],
                "tone": resource.tone(ctx, r),
            }
            for r in page.rows
        ],
        "next_url": f"{url}?{_query(params, drop=MARKS, after=page.after)}" if page.after else "",
        "prev_url": f"{url}?{_query(params, drop=MARKS, before=page.before)}" if page.before else "",
        "count_hint": f"{len(page.rows)}{'+' if page.after or page.before else ''}",
        "views": _views(resource, ctx, now),
        "empty": _empty(resource, ctx, narrowed=any(params.get(k) for k in params if k not in RESERVED - {"q"})),
        "live": resource.label,
        "bulk": _bulk(resource, ctx, params, page.rows) if page.rows else [],
    }


def _exports(resource: Resource, params: QueryDict) -> list[dict[str, str]]:
    """The formats beside CSV in which the list may be taken along."""
    query, base = _query(params, drop=MARKS), f"{resource.list_url()}export"
    formats = [("xlsx", "Excel"), *((e.ending, e.words) for e in EXPORTERS.get(resource.label, ()))]
    return [{"url": f"{base}.{ending}?{query}", "label": f"Export as {words}"} for ending, words in formats]


def _bulk(resource: Resource, ctx: Context, params: QueryDict, rows: list[models.Model]) -> list[dict[str, Any]]:
    """Commands for the rows that are ticked, what some row here allows first.

    Their address carries the filters, for when all that match are meant.
    """
    query = _query(params, drop=(*MARKS, "limit", "view", "sort"))
    found = sorted(offered(resource, ctx), key=lambda c: not any(_allows(resource, c, row) for row in rows))
    return [{"name": c.name, "label": c.label, "url": f"/{c.module}/do/{c.verb}/many/?{query}", "tone": c.tone} for c in found]


def _allows(resource: Resource, command: Command, row: models.Model) -> bool:
    move = resource.states.moves.get(command.verb) if resource.states else None
    return move is None or getattr(row, resource.states.field) in move[0]  # type: ignore[union-attr]


def _query(params: QueryDict, drop: tuple[str, ...] = (), **more: str) -> str:
    pairs = [(k, v) for k, values in params.lists() for v in values if k not in drop and k not in more and v]
    return urlencode(pairs + list(more.items()))


def _column(resource: Resource, name: str, sort: str, params: QueryDict) -> dict[str, Any]:
    sorted_ = {name: "asc", f"-{name}": "desc"}.get(sort, "")
    towards = f"-{name}" if sorted_ == "asc" else name
    return {
        "name": name,
        "label": resource.label_of(name),
        "kind": "amount" if isinstance(field_at(resource.model, name), AmountField) or name.endswith("_minor") else "text",
        "sortable": is_sortable(resource, name),
        "sorted": sorted_,
        "sort_url": f"{resource.list_url()}?{_query(params, drop=MARKS, sort=towards)}",
    }


def _views(resource: Resource, ctx: Context, now: str) -> list[dict[str, Any]]:
    """The caller's own saved views and those that colleagues share."""
    rows = SavedView.objects.visible_to(ctx).filter(Q(owner=ctx.user) | Q(shared=True), resource=resource.label).order_by("name")
    return [
        {
            "label": v.name,
            "url": f"{resource.list_url()}?{v.query}",
            "active": v.query == now,
            "delete_url": f"/core/do/delete_view/{v.pk}/" if v.owner_id == ctx.user.pk else "",
        }
        for v in rows
    ]


def _empty(resource: Resource, ctx: Context, *, narrowed: bool) -> dict[str, Any]:
    """What an empty list says: to clear the filters, or what to do first."""
    url, nouns = resource.list_url(), resource.plural.lower()
    if narrowed:
        words = {"title": f"No {nouns} match", "text": "Change or clear the filters.", "label": "Clear filters", "icon": "search-x"}
        return words | {"url": url, "filtered": True}
    return {
        "title": f"No {nouns} yet",
        "text": resource.empty or f"When there are {nouns}, they are listed here.",
        "url": f"{url}new/" if resource.may_add(ctx) else "",
        "label": f"New {resource.singular}",
        "icon": resource.icon,
        "filtered": False,
    }
