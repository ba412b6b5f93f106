"""Reports on pages: inputs on top, figures below; the same as a file in every format there is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.command.inputs import Parameter
from enfilade.core.command.reading import read
from enfilade.core.context import Context, Invalid, NotFound, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import say
from enfilade.core.resource.cells import figure_currency
from enfilade.core.resource.hooks import Report, report_named
from enfilade.core.resource.reporting import REPORT_FORMATS, report_file

from .forms import inputs_form


@view()
def report_view(request: HttpRequest, ctx: Context, module: str, name: str) -> HttpResponse:
    """/<module>/reports/<name>/."""
    report = report_named(f"{module}.{name}")
    ctx.require(report.permission)
    raw = {k: v for k, v in request.GET.items() if k in report.parameters}
    values = {n: raw.get(n, _first(ctx, p)) for n, p in report.parameters.items()}
    missing = [p.label for n, p in report.parameters.items() if p.required and values[n] in (None, "")]
    error, status = "", Invalid.status
    figures: Any = None
    try:
        inputs = read(report.parameters, {k: v for k, v in values.items() if v not in (None, "")}, ctx.company.currency)
        if ending := request.GET.get("format", ""):
            return report_answer(ctx, report, inputs, ending)
        figures = report.figures(ctx, inputs)
    except Invalid as no:
        # Opened from the menu nothing was typed yet, so nothing can be wrong with it: the form asks for what is needed.
        error = str(no) if raw else ""
    except NotFound:
        raise
    except Refusal as no:
        # Asked from the menu it is no mistake of whoever asks.
        error, status = str(no), no.status if raw else 200
    form = inputs_form(ctx, report.parameters, values)
    context = {
        "report": report,
        "form": form,
        "figures": figures,
        "error": error,
        "missing": [] if error else missing,
        "crumbs": [{"label": report.title, "url": ""}],
        "values": values,
        "query": urlencode({k: v for k, v in values.items() if v not in (None, "")}),
        "formats": REPORT_FORMATS.values(),
        **_table(ctx, figures),
    }
    return render(request, report.template, context, status=status if error else 200)


def report_answer(ctx: Context, report: Report, inputs: dict[str, Any], ending: str) -> HttpResponse:
    """A report as a file to keep, for page and API."""
    made, content = report_file(ctx, report, inputs, ending)
    answer = HttpResponse(content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{report.label}.{made.ending}"'
    return answer


def _first(ctx: Context, parameter: Parameter) -> Any:
    prefill = parameter.meta.prefill
    if prefill == "ctx.today":
        return ctx.today.isoformat()
    if prefill == "ctx.month":
        return ctx.today.replace(day=1).isoformat()
    # A box that is not ticked sends nothing, so false is nothing here, too.
    return "" if parameter.required or parameter.default in (None, False) else str(parameter.default)


def _table(ctx: Context, figures: Any) -> dict[str, Any]:
    """Rows and totals as cells, where the figures are a table."""
    if not isinstance(figures, dict) or "columns" not in figures:
        return {}
    columns = figures["columns"]
    rows = [
        {"cells": [_cell(ctx, c, r, n == 0) for n, c in enumerate(columns)], "emphasis": r.get("emphasis"), "level": r.get("level")}
        for r in figures["rows"]
    ]
    totals = figures.get("totals") or {}
    total_cells = [
        _cell(ctx, c, totals, False) if c["name"] in totals else {"kind": "text", "text": say("Total") if n == 0 else " "}
        for n, c in enumerate(columns)
    ]
    return {"table_rows": rows, "total_cells": total_cells if totals else []}


def _cell(ctx: Context, column: dict[str, Any], row: dict[str, Any], first: bool) -> dict[str, Any]:
    kind = column.get("kind") or ("amount" if column["name"].endswith("_minor") else "text")
    if row.get(column["name"]) in (None, ""):
        # Where a report has nothing to say the sheet stays white: dashes in every line would hide the figures.
        return {"kind": "text", "text": " "}
    value = row[column["name"]]
    # What leads to a record is its name; other words are the report's own.
    value = say(value) if isinstance(value, str) and not (first and row.get("url")) else value
    currency = figure_currency(column, row, ctx.company.currency)
    return {
        "kind": kind,
        "value": value,
        "currency": currency,
        "url": row.get(column.get("url_in") or "", "") or (row.get("url", "") if first else ""),
    }
