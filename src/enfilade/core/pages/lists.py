"""The list page of a resource: what core/list.html draws."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from enfilade.core.command import REGISTRY, Command
from enfilade.core.context import Context, Invalid
from enfilade.core.fields import AmountField
from enfilade.core.http.dispatch import view
from enfilade.core.http.problems import elevate_url
from enfilade.core.language.words import name_of, say
from enfilade.core.models import ListChoice
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.columns import field_at, public_name
from enfilade.core.resource.editing import editable_columns, editable_rows
from enfilade.core.resource.imports import may_import
from enfilade.core.resource.listing import RESERVED, Listing, filtered, is_sortable, listing, whole_listing
from enfilade.core.resource.sums import Group, added_up, groupable, groups, totals
from enfilade.core.resource.transfer import EXPORTERS
from enfilade.core.resource.views import choice_of, choosable, column_text, shown_columns, views_for

from . import looks
from .bulk import BULK_LINKS, offered
from .filters import chips, query

OPTIONS_MAX = 20
MARKS = ("after", "before")


@view()
def list_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/ with filters, search, sort, columns and page marks in the query; without a query as the caller chose."""
    resource = RESOURCES[label]
    params = request.GET
    ctx.require(resource.view_permission)
    choice = choice_of(ctx, label)
    if not params and choice is not None and choice.view is not None:
        return HttpResponseRedirect(f"{resource.list_url()}?{choice.view.query or 'view=all'}")
    notice = ""
    try:
        shown = _shown(resource, ctx, params, choice)
    except Invalid as no:
        notice = str(no)
        shown = _shown(resource, ctx, QueryDict(), choice)
    context = {"page": shown, "crumbs": [{"label": resource.plural, "url": ""}], "notice": notice}
    if shown["look"] == "print":
        return render(request, "core/list_print.html", context, status=422 if notice else 200)
    part = bool(request.headers.get("HX-Request")) and "list" in request.headers.get("HX-Target", "")
    return render(request, f"core/list.html{'#rows' if part else ''}", context | {"rows_only": part}, status=422 if notice else 200)


def _shown(resource: Resource, ctx: Context, params: QueryDict, choice: ListChoice | None) -> dict[str, Any]:
    """The page in the look that the address asks for."""
    look = looks.look_of(resource, params)
    columns = shown_columns(resource, params, choice)
    if look == "print":
        return _paper(resource, ctx, params, columns)
    grouped = _grouped(resource, params)
    rows = _ordered(params, grouped) if grouped else params
    page = listing(resource, ctx, rows) if look == "list" else Listing([], "", "", resource.ordering)
    made = _page(resource, ctx, params, page, columns, choice)
    kept = [(n, params[n]) for n in ("look_at", "span", "by", "measure", "group", "totals") if params.get(n)]
    made |= {"look": look, "looks": looks.tabs(resource, params, look), "kept": kept}
    if look == "list":
        return made | _sums(resource, ctx, params, page, columns, grouped)
    return made | {"bulk": [], look: getattr(looks, look)(resource, ctx, params)}


def _grouped(resource: Resource, params: QueryDict) -> str:
    """The column by which rows are gathered. Refuses one by which they can't be."""
    name = params.get("group") or ""
    if name and (name not in groupable(resource) or not is_sortable(resource, name)):
        raise Invalid({"group": [f"This list can't be gathered by {name[:60]!r}."]})
    return name


def _ordered(params: QueryDict, grouped: str) -> QueryDict:
    """The same query in the order of its groups."""
    found = params.copy()
    found["sort"] = grouped
    return found


def _sums(resource: Resource, ctx: Context, params: QueryDict, page: Listing, columns: tuple[str, ...], grouped: str) -> dict[str, Any]:
    """Headings of groups, and the sums of everything that the filters leave, where somebody asked for them."""
    made: dict[str, Any] = {
        "groups": [
            {
                "label": resource.label_of(n),
                "url": f"{resource.list_url()}?{query(params, drop=MARKS, group=n)}",
                "active": n == grouped,
            }
            for n in groupable(resource)
            if is_sortable(resource, n)
        ],
        "group_off_url": f"{resource.list_url()}?{query(params, drop=(*MARKS, 'group')) or 'view=all'}" if grouped else "",
        "totals_url": f"{resource.list_url()}?{query(params, drop=MARKS, totals='1')}" if added_up(resource) else "",
    }
    if grouped:
        edit = editable_columns(resource, ctx)
        found, complete = groups(resource, ctx, filtered(resource, ctx, params), grouped)
        made |= {"headings": _headings(page, grouped, found, columns), "cut": not complete}
        # The groups are the order; another one would tear them apart.
        made["columns"] = [_column(resource, name, page.sort, params, edit) | {"sortable": False} for name in columns]
    if params.get("totals"):
        count, sums, complete = totals(resource, ctx, filtered(resource, ctx, params))
        cells = [{"kind": "amount", "text": sums.get(n, "")} if n in sums else {"kind": "text", "text": ""} for n in columns]
        made |= {"totals": {"count": f"{count:,}", "cells": cells}, "cut": not complete}
    return made


def _headings(page: Listing, grouped: str, found: list[Group], columns: tuple[str, ...]) -> dict[int, dict[str, Any]]:
    """The heading above the first row of each group on this page, by the row's key."""
    known = {_gathered(g.value): g for g in found}
    made: dict[int, dict[str, Any]] = {}
    before: Any = object()
    for row in page.rows:
        value = _gathered(getattr(row, f"{grouped}_id", getattr(row, grouped)))
        if value != before and (group := known.get(value)) is not None:
            words = [f"{group.sums[n]}" for n in columns if n in group.sums]
            made[row.pk] = {"label": group.label, "count": f"{group.count:,}", "sums": words}
        before = value
    return made


def _gathered(value: Any) -> Any:
    """Dates are gathered by month."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.replace(day=1) if isinstance(value, date) else value


def _paper(resource: Resource, ctx: Context, params: QueryDict, columns: tuple[str, ...]) -> dict[str, Any]:
    """Every row that the filters leave, up to a bound, for paper."""
    rows = whole_listing(resource, ctx, params, looks.PRINT_MAX + 1)
    chosen = [c for c in chips(resource, ctx, params, resource.list_url()) if c["active"]]
    return {
        "look": "print",
        "title": resource.plural,
        "url": f"{resource.list_url()}?{query(params, drop=('look',)) or 'view=all'}",
        "columns": [_column(resource, name, "", params) for name in columns],
        "rows": [
            {
                "pk": r.pk,
                "url": "",
                "label": name_of(r),
                "cells": [vars(c) | {"url": ""} for c in resource.cells(ctx, r, columns)],
                "tone": "",
            }
            for r in rows[: looks.PRINT_MAX]
        ],
        "chosen": [f"{c['label']}: {c['text']}" for c in chosen] + ([f"“{params['q']}”"] if params.get("q") else []),
        "cut": len(rows) > looks.PRINT_MAX,
        "max": f"{looks.PRINT_MAX:,}",
        "at": ctx.now,
    }


@view()
def options_view(request: HttpRequest, ctx: Context, label: str) -> JsonResponse:
    """/<module>/<slug>/options/?q=: rows for a search box, at most 20; further query parameters filter.

    With by=code, what the list is imported by stands for the primary key.
    """
    resource = RESOURCES[label]
    params = request.GET.copy()
    params["limit"] = str(OPTIONS_MAX)
    found = listing(resource, ctx, params)
    key = resource.import_key if request.GET.get("by") == "code" and resource.import_key else "pk"
    return JsonResponse([{"id": getattr(r, key), "label": name_of(r), "hint": _hint(resource, ctx, r)} for r in found.rows], safe=False)


def _hint(resource: Resource, ctx: Context, row: models.Model) -> str:
    """What tells rows of one name apart: the first column that says more than the name."""
    label = name_of(row)
    return next((c.text for c in resource.cells(ctx, row) if c.text and c.text not in label), "")


def _page(
    resource: Resource, ctx: Context, params: QueryDict, page: Listing, columns: tuple[str, ...], choice: ListChoice | None
) -> dict[str, Any]:
    url = resource.list_url()
    now = query(params, drop=(*MARKS, "limit", "view"))
    views = _views(resource, ctx, now, choice)
    edit = editable_columns(resource, ctx)
    mine = editable_rows(resource, ctx, page.rows) if edit else set()
    return {
        "title": resource.plural,
        "resource_label": resource.singular,
        "url": url,
        "elevate_url": elevate_url(url) if resource.sleeps(ctx) else "",
        "verbs": _verbs(resource, ctx),
        "new_url": f"{url}new/" if resource.may_add(ctx) else "",
        "import_url": f"{url}import/" if may_import(resource, ctx) else "",
        "export_url": f"{url}export.csv?{query(params, drop=MARKS)}",
        "exports": _exports(resource, params),
        "save_view_url": _do("save_view", resource, "resource,query,roles", query=now),
        "own_view": next((v for v in views if v["active"] and v["own"]), None),
        "open_here_url": _open_here(resource, views, choice),
        "column_choice": _column_choice(resource, columns, params),
        "keep_columns_url": _do("choose_columns", resource, "resource,columns", columns=column_text(columns)),
        "search": {"q": params.get("q", ""), "placeholder": say(f"Search {resource.plural.lower()}…")} if resource.search else None,
        "filters": chips(resource, ctx, params, url),
        "sort": page.sort,
        "clear_url": url,
        "columns": [_column(resource, name, page.sort, params, edit) for name in columns],
        "rows": [
            {
                "pk": r.pk,
                "url": resource.url(r),
                "label": name_of(r),
                "cells": [vars(c) for c in resource.cells(ctx, r, columns)],
                "tone": resource.tone(ctx, r),
                "editable": r.pk in mine,
            }
            for r in page.rows
        ],
        "next_url": f"{url}?{query(params, drop=MARKS, after=page.after)}" if page.after else "",
        "prev_url": f"{url}?{query(params, drop=MARKS, before=page.before)}" if page.before else "",
        "count_hint": f"{len(page.rows)}{'+' if page.after or page.before else ''}",
        "views": views,
        "empty": _empty(resource, ctx, narrowed=any(params.get(k) for k in params if k not in RESERVED - {"q"})),
        "live": resource.label,
        "print_url": f"{url}?{query(params, drop=(*MARKS, 'limit', 'view', 'look'), look='print')}",
        "bulk": _bulk(resource, ctx, params, page.rows) if page.rows else [],
    }


def _exports(resource: Resource, params: QueryDict) -> list[dict[str, str]]:
    """The formats beside CSV in which the list may be taken along."""
    now, base = query(params, drop=MARKS), f"{resource.list_url()}export"
    formats = [("xlsx", "Excel"), *((e.ending, e.words) for e in EXPORTERS.get(resource.label, ()))]
    return [{"url": f"{base}.{ending}?{now}", "label": f"Export as {words}"} for ending, words in formats]


def _bulk(resource: Resource, ctx: Context, params: QueryDict, rows: list[models.Model]) -> list[dict[str, Any]]:
    """Commands for the rows that are ticked, what some row here allows first.

    Their address carries the filters, for when all that match are meant.
    """
    now = query(params, drop=(*MARKS, "limit", "view", "sort"))
    found = sorted(offered(resource, ctx), key=lambda c: not any(_allows(resource, c, row) for row in rows))
    made = [{"name": c.name, "label": c.label, "url": f"/{c.module}/do/{c.verb}/many/?{now}", "tone": c.tone} for c in found]
    links = [link for ask in BULK_LINKS if (link := ask(resource, ctx)) is not None]
    return made + [{"name": link.name, "label": link.label, "url": f"{link.url}&{now}", "tone": ""} for link in links]


def _allows(resource: Resource, command: Command, row: models.Model) -> bool:
    move = resource.states.moves.get(command.verb) if resource.states else None
    return move is None or getattr(row, resource.states.field) in move[0]  # type: ignore[union-attr]


def _column(resource: Resource, name: str, sort: str, params: QueryDict, edit: tuple[str, ...] = ()) -> dict[str, Any]:
    sorted_ = {name: "asc", f"-{name}": "desc"}.get(sort, "")
    towards = f"-{name}" if sorted_ == "asc" else name
    return {
        "name": name,
        "label": resource.label_of(name),
        "kind": "amount" if isinstance(field_at(resource.model, name), AmountField) or name.endswith("_minor") else "text",
        "sortable": is_sortable(resource, name),
        "sorted": sorted_,
        "sort_url": f"{resource.list_url()}?{query(params, drop=MARKS, sort=towards)}",
        "edit": name if name in edit else "",
    }


def _do(verb: str, resource: Resource, hide: str, **more: str) -> str:
    """Address of a command about this list, with what it is told already."""
    return f"/core/do/{verb}/?{urlencode({'hide': hide, 'resource': resource.label, **more})}"


def _column_choice(resource: Resource, columns: tuple[str, ...], params: QueryDict) -> dict[str, Any]:
    """Every column that can be shown, in its place; which are shown now."""
    names = dict.fromkeys((*columns, *choosable(resource)))
    options = [{"value": public_name(n), "label": resource.label_of(n), "selected": n in columns} for n in names]
    return {"options": options, "usual": column_text(resource.columns), "named": "columns" in params}


def _views(resource: Resource, ctx: Context, now: str, choice: ListChoice | None) -> list[dict[str, Any]]:
    """The caller's own saved views and those that colleagues share with her."""
    preferred = choice.view_id if choice is not None else None
    return [
        {
            "pk": v.pk,
            "label": v.name,
            "url": f"{resource.list_url()}?{v.query or 'view=all'}",
            "active": v.query == now,
            "preferred": v.pk == preferred,
            "own": v.owner_id == ctx.user.pk,
            "delete_url": f"/core/do/delete_view/{v.pk}/" if v.owner_id == ctx.user.pk else "",
            "change_url": f"/core/do/change_view/{v.pk}/?{urlencode({'hide': 'query', 'query': now})}" if v.owner_id == ctx.user.pk else "",
        }
        for v in views_for(ctx, resource.label)
    ]


def _open_here(resource: Resource, views: list[dict[str, Any]], choice: ListChoice | None) -> dict[str, str]:
    """To open the list in the view one is in from now on, or as it is again."""
    active = next((v for v in views if v["active"] and not v["preferred"]), None)
    if active is not None:
        url = _do("open_list_with", resource, "resource,view", view=str(active["pk"]))
        return {"url": url, "label": f"Always open with “{active['label']}”"}
    if choice is not None and choice.view_id is not None:
        return {"url": _do("open_list_with", resource, "resource,view"), "label": "Open without a view again"}
    return {}


def _empty(resource: Resource, ctx: Context, *, narrowed: bool) -> dict[str, Any]:
    """What an empty list says: to clear the filters, or what to do first."""
    url, nouns = resource.list_url(), resource.plural.lower()
    if narrowed:
        words = {"title": f"No {nouns} match", "text": "Change or clear the filters.", "label": "Clear filters", "icon": "search-x"}
        return words | {"url": f"{url}?view=all", "filtered": True}
    return {
        "title": f"No {nouns} yet",
        "text": resource.empty or f"When there are {nouns}, they are listed here.",
        "url": f"{url}new/" if resource.may_add(ctx) else "",
        "label": f"New {resource.singular}",
        "icon": resource.icon,
        "filtered": False,
    }


def _verbs(resource: Resource, ctx: Context) -> list[dict[str, Any]]:
    """Buttons for commands on no row, those only that the caller may run."""
    commands = [REGISTRY[f"{resource.module}.{verb}"] for verb in resource.verbs]
    return [
        {"label": c.label, "name": c.name, "url": f"/{resource.module}/do/{c.verb}/", "tone": "quiet" if number else "", "icon": ""}
        for number, c in enumerate(commands)
        if ctx.may(c.permission)
    ]
