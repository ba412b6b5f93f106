"""Printing labels: from chosen rows of a list, and from the page of a record."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.many import matching_keys
from enfilade.core.pages.bulk import BULK_LINKS, BulkLink
from enfilade.core.refs import key_of
from enfilade.core.resource import Resource, page, panel, resource_named
from enfilade.core.ui.format import format_amount, format_day

from .barcodes import SYMBOLS
from .labels import LABELS, LABELS_MAX, SHEETS, Label, labels, labels_pdf
from .models import Document

PRINT = "document.print_label"
_OWN = ("of", "pk", "pks", "all", "sheet", "symbol", "first", "copies")


@labels(Item)
def _of_item(ctx: Context, item: Item) -> Label:
    return Label(item.code, item.name, (format_amount(item.price_minor, ctx.company.currency),))


@labels(Party)
def _of_party(_ctx: Context, party: Party) -> Label:
    return Label(party.number, party.name)


@labels(Document)
def _of_document(_ctx: Context, document: Document) -> Label:
    return Label(f"DOC-{document.pk}", str(document.kind), (str(document.party), format_day(document.received_on)))


@page("labels/", title="Print labels", permission=PRINT, menu=False)
def label_form(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/document/labels/?of=item.item&pk=1&pk=2, or with all=1 and the filters of the list: which sheet, which code."""
    resource = _resource(ctx, request)
    keys = _keys(request, ctx, resource)
    context = {
        "of": resource.label,
        "nouns": resource.plural.lower() if len(keys) != 1 else resource.singular,
        "keys": ",".join(map(str, keys)),
        "count": len(keys),
        "sheets": [(code, sheet.name) for code, sheet in SHEETS.items()],
        "symbols": list(SYMBOLS.items()),
        "back_url": resource.list_url(),
        "crumbs": [{"label": resource.plural, "url": resource.list_url()}, {"label": "Labels", "url": ""}],
    }
    htmx = bool(request.headers.get("HX-Request"))
    return render(request, "document/labels_body.html" if htmx else "document/labels.html", {**context, "htmx": htmx})


@page("labels/sheet/", title="Labels", permission=PRINT, menu=False)
def label_sheet(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The PDF: ?of=item.item&pks=1,2&sheet=a4_24&symbol=code128&first=1&copies=1."""
    resource = _resource(ctx, request)
    asked = {name: request.GET.get(name, default) for name, default in (("sheet", "a4_24"), ("symbol", "code128"))}
    if asked["sheet"] not in SHEETS or asked["symbol"] not in SYMBOLS:
        raise NotFound("sheet", asked["sheet"][:20])
    numbers = {name: key_of(request.GET.get(name, "1")) or 0 for name in ("first", "copies")}
    content = labels_pdf(ctx, _rows(request, ctx, resource), **asked, **numbers)  # type: ignore[arg-type]
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="labels.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _resource(ctx: Context, request: HttpRequest) -> Resource:
    resource: Resource = resource_named(request.GET.get("of", "")[:80])
    if resource.model not in LABELS:
        raise NotFound("label of", resource.plural)
    ctx.require(resource.view_permission)
    return resource


def _keys(request: HttpRequest, ctx: Context, resource: Resource) -> list[int]:
    if "all" in request.GET:
        params = request.GET.copy()
        for name in _OWN:
            params.pop(name, None)
        return _few(matching_keys(ctx, resource, params))
    named = [*request.GET.getlist("pk"), *request.GET.get("pks", "").split(",")]
    return _few([key for key in dict.fromkeys(map(key_of, named)) if key is not None])


def _few(keys: list[int]) -> list[int]:
    if len(keys) > LABELS_MAX:
        raise Refusal("too_many", f"At most {LABELS_MAX:,} labels are printed at once. Narrow the choice.")
    return keys


def _rows(request: HttpRequest, ctx: Context, resource: Resource) -> list[Model]:
    """The chosen rows that the caller may see, in the order of the choice."""
    keys = _keys(request, ctx, resource)
    found = {row.pk: row for row in resource.rows(ctx).filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def _link(resource: Resource, ctx: Context) -> BulkLink | None:
    """The way to labels, at the lists of what has any."""
    if resource.model not in LABELS or not ctx.may(PRINT):
        return None
    return BulkLink("document.print_label", "Print labels", f"/document/labels/?of={resource.label}")


BULK_LINKS.append(_link)


def label_panel(ctx: Context, row: Model) -> dict[str, Any]:
    """The label of a record, and the way to print it; a module above adds it to the page of what it owns."""
    label = LABELS[type(row)](ctx, row)
    url = f"/document/labels/?of={row._meta.label_lower}&pk={row.pk}"
    return {"label": label, "new_url": url, "new_label": "Print label"}


for _model in (Item, Party, Document):
    panel(on=_model, title="Label", permission=PRINT, template="document/panel_label.html", icon="tag")(label_panel)
