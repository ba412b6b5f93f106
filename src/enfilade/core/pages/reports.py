"""Reports on pages: inputs on top, figures below; CSV of the same rows."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.command.inputs import Parameter, read
from enfilade.core.context import Context, Invalid
from enfilade.core.resource.hooks import Report, report_named
from enfilade.core.tabular import guard_formula

from .dispatch import view


@view()
def report_view(request: HttpRequest, ctx: Context, module: str, name: str) -> HttpResponse:
    """/<module>/reports/<name>/"""
    report = report_named(f"{module}.{name}")
    ctx.require(report.permission)
    raw = {k: v for k, v in request.GET.items() if k in report.parameters}
    values = {n: raw.get(n, _first(ctx, p)) for n, p in report.parameters.items()}
    error = ""
    figures: Any = None
    try:
        figures = report.build(ctx, **read(report.parameters, {k: v for k, v in values.items() if v not in (None, "")}, ctx.company.currency))
    except Invalid as no:
        error = str(no)
    if figures is not None and request.GET.get("format") == "csv" and isinstance(figures, dict):
        return _csv(report, figures)
    form = type("ReportInputs", (forms.Form,), {n: p.field for n, p in report.parameters.items()})(initial=values)
    context = {"report": report, "form": form, "figures": figures, "error": error, "crumbs": [{"label": report.title, "url": ""}], "values": values}
    return render(request, report.template, context, status=422 if error else 200)


def _first(ctx: Context, parameter: Parameter) -> Any:
    prefill = parameter.meta.prefill
    if prefill == "ctx.today":
        return ctx.today.isoformat()
    if prefill == "ctx.month":
        return ctx.today.replace(day=1).isoformat()
    return "" if parameter.required or parameter.default is None else str(parameter.default)


def _csv(report: Report, figures: dict[str, Any]) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = figures.get("columns", [])
    writer.writerow([c["label"] for c in columns])
    for row in figures.get("rows", []):
        writer.writerow([guard_formula("" if row.get(c["name"]) is None else str(row[c["name"]])) for c in columns])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{report.label}.csv"'
    return answer
