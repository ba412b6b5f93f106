"""The list page of a resource: what core/list.html draws."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from enfilade.core.context import Context, Invalid
from enfilade.core.fields import AmountField
from enfilade.core.http.dispatch import view
from enfilade.core.models import SavedView
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.columns import field_at
from enfilade.core.resource.listing import RESERVED, Listing, is_sortable, listing

OPTIONS_MAX = 20


@view()
def list_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/ with filters, search, sort and page marks in the query."""
    resource = RESOURCES[label]
    params = request.GET.copy()
    params.pop("_", None)
    notice = ""
    try:
        page = listing(resource, ctx, params)
    except Invalid as no:
        notice = str(no)
        params = params.__class__(mutable=True)
        page = listing(resource, ctx, params)
    context = {"page": _page(resource, ctx, params, page), "crumbs": [{"label": resource.plural, "url": ""}], "notice": notice}
    part = "#rows" if request.headers.get("HX-Request") and "list" in request.headers.get("HX-Target", "") else ""
    return render(request, f"core/list.html{part}", context, status=422 if notice else 200)


@view()
def options_view(request: HttpRequest, ctx: Context, label: str) -> JsonResponse:
    """/<module>/<slug>/options/?q=: rows for a search box, at most 20; further query parameters filter."""
    resource = RESOURCES[label]
    params = {k: v for k, v in request.GET.lists() if k != "q"}
    found = listing(
        resource,
        ctx,
        {
            **{k: v for k, v in params.items() if k in resource.filters},
            "limit": str(OPTIONS_MAX),
            "q": request.GET.get("q", ""),
            "sort": resource.ordering,
        },
    )
    hint = resource.columns[1] if len(resource.columns) > 1 else ""
    rows = [{"id": r.pk, "label": str(r), "hint": resource.cells(ctx, r, (hint,))[0].text if hint else ""} for r in found.rows]
    return JsonResponse(rows, safe=False)


def _page(resource: Resource, ctx: Context, params: Any, page: Listing) -> dict[str, Any]:
    url = resource.list_url()
    active = {k for k in params if k not in RESERVED and params.get(k)}
    can_add = bool(resource.fields) and resource.addable and ctx.may(f"{resource.module}.add_{resource.name}")
    return {
        "title": resource.plural,
        "subtitle": "",
        "resource_label": resource.singular,
        "url": url,
        "new_url": f"{url}new/" if can_add else "",
        "import_url": f"{url}import/" if can_add and resource.import_key else "",
        "export_url": f"{url}export.csv?{_query(params, drop=('after', 'before'))}",
        "save_view_url": f"/core/do/save_view/?{urlencode({'hide': 'resource,query', 'resource': resource.label, 'query': _query(params, drop=('after', 'before', 'view'))})}",
        "search": {"q": params.get("q", ""), "placeholder": f"Search {resource.plural.lower()}…"} if resource.search else None,
        "filters": [_filter(resource, ctx, name, params) for name in resource.filters],
        "sort": page.sort,
        "clear_url": url,
        "columns": [_column(resource, name, page.sort, params) for name in resource.columns],
        "rows": [
            {"pk": r.pk, "url": resource.url(r), "label": str(r), "cells": [vars(c) for c in resource.cells(ctx, r)], "tone": ""}
            for r in page.rows
        ],
        "next_url": f"{url}?{_query(params, after=page.after, drop=('before',))}" if page.after else "",
        "prev_url": f"{url}?{_query(params, before=page.before, drop=('after',))}" if page.before else "",
        "count_hint": f"{len(page.rows)}{'+' if page.after or page.before else ''}",
        "views": _views(resource, ctx, params),
        "empty": _empty(resource, bool(active or params.get("q")), url, can_add),
        "bulk": [],
        "live": resource.label,
    }


def _query(params: Any, drop: tuple[str, ...] = (), **more: str) -> str:
    pairs = [(k, v) for k, values in params.lists() for v in values if k not in drop and k not in more and v]
    return urlencode(pairs + list(more.items()))


def _column(resource: Resource, name: str, sort: str, params: Any) -> dict[str, Any]:
    sorted_ = "desc" if sort == f"-{name}" else "asc" if sort == name else ""
    towards = f"-{name}" if sorted_ == "asc" else name
    kind = "amount" if isinstance(field_at(resource.model, name), AmountField) or name.endswith("_minor") else "text"
    return {
        "name": name,
        "label": resource.label_of(name),
        "kind": kind,
        "sortable": is_sortable(resource, name),
        "sorted": sorted_,
        "sort_url": f"{resource.list_url()}?{_query(params, drop=('after', 'before'), sort=towards)}",
    }


def _filter(resource: Resource, ctx: Context, name: str, params: Any) -> dict[str, Any]:
    field = field_at(resource.model, name)
    chosen = params.getlist(name)
    base: dict[str, Any] = {
        "name": name,
        "label": resource.label_of(name),
        "kind": "multi",
        "options": [],
        "value": params.get(name, ""),
        "value_to": "",
        "text": "",
        "search_url": "",
    }
    if field is not None and field.choices:
        base["options"] = [{"value": k, "label": str(v), "selected": k in chosen} for k, v in field.flatchoices]
        base["text"] = ", ".join(o["label"] for o in base["options"] if o["selected"])
    elif isinstance(field, models.DateField | AmountField):
        low, high = params.get(f"{name}_from", ""), params.get(f"{name}_to", "")
        base |= {
            "kind": "range_date" if isinstance(field, models.DateField) else "range_amount",
            "value": low,
            "value_to": high,
            "text": f"{low}–{high}" if low or high else "",
        }
    elif isinstance(field, models.BooleanField):
        base |= {"kind": "bool", "text": {"true": "Yes", "false": "No"}.get(params.get(name, ""), "")}
    elif isinstance(field, models.ForeignKey):
        related = RESOURCES.get(field.related_model._meta.label_lower)
        text = ""
        if related and str(base["value"]).isdigit():
            row = field.related_model.objects.visible_to(ctx).filter(pk=base["value"]).first()
            text = str(row or "")
        base |= {"kind": "ref", "search_url": f"{related.list_url()}options/" if related else "", "text": text}
    else:
        base |= {
            "kind": "choice",
            "text": base["value"],
            "options": [{"value": base["value"], "label": base["value"], "selected": True}] if base["value"] else [],
        }
    base["active"] = bool(base["text"])
    return base


def _views(resource: Resource, ctx: Context, params: Any) -> list[dict[str, Any]]:
    rows = SavedView.objects.visible_to(ctx).filter(Q(owner=ctx.user) | Q(shared=True), resource=resource.label).order_by("name")
    now = _query(params, drop=("after", "before", "limit", "view"))
    return [
        {
            "label": v.name,
            "url": f"{resource.list_url()}?{v.query}",
            "active": v.query == now,
            "delete_url": f"/core/do/delete_view/{v.pk}/" if v.owner_id == ctx.user.pk else "",
        }
        for v in rows
    ]


def _empty(resource: Resource, filtered: bool, url: str, can_add: bool) -> dict[str, Any]:
    if filtered:
        return {
            "title": f"No {resource.plural.lower()} match",
            "text": "Change or clear the filters.",
            "url": url,
            "label": "Clear filters",
            "icon": "search-x",
            "filtered": True,
        }
    text = resource.empty or f"When there are {resource.plural.lower()}, they are listed here."
    return {
        "title": f"No {resource.plural.lower()} yet",
        "text": text,
        "url": f"{url}new/" if can_add else "",
        "label": f"New {resource.singular}",
        "icon": resource.icon,
        "filtered": False,
    }
