"""One cell of a list, changed in place: the same command, form field and refusals as on the page that edits the whole record."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.command import run_raw
from enfilade.core.command.inputs import Parameter
from enfilade.core.command.reading import unflatten
from enfilade.core.context import Context, Held, NotFound, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import name_of
from enfilade.core.models import Record
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.editing import editable_columns, editable_rows, input_of, seen_in, unless_changed
from enfilade.core.resource.views import choice_of, shown_columns
from enfilade.core.scope import scope
from enfilade.core.ui.table import render_cells

from .commands import METHODS, start_values
from .forms import CommandForm
from .records import allowed


@view(methods=METHODS)
def cell_view(request: HttpRequest, ctx: Context, label: str, pk: int, column: str) -> HttpResponse:
    """/<module>/<slug>/<pk>/cells/<column>/: the field on GET; on POST the change, answered by the row's cells as they are now.

    The query is that of the list, so that the same columns come back. What is refused stands at the field, with what was typed.
    """
    resource = RESOURCES[label]
    command = allowed(ctx, resource.change_command, resource)
    ctx.require(resource.view_permission)
    parameter = input_of(resource, column)
    if parameter is None:
        raise NotFound("cell to edit", column)
    form = CommandForm(command, ctx, hidden=tuple(n for n in command.parameters if n != parameter.name))
    target = str(command.target)
    if request.method != "POST":
        form.values = start_values(ctx, command, {}, pk)
        row = resource.get(ctx, pk)
        return _draw(request, resource, row, column, form, parameter)
    form.key = request.POST.get("_key", "")[:200] or form.key
    form.values = {**unflatten(request.POST, {parameter.name: parameter}), target: pk}
    guard = unless_changed(ctx, command, {column: request.POST.get("_seen", "")})
    told = {}
    try:
        run_raw(replace(ctx, key=form.key, guard=guard), command.name, form.values)
    except Held as held:
        told = {"toast": {"text": f"Held at the door: {held.held.reason}", "tone": "warn"}}
    except Refusal as no:
        with scope(ctx.company_id, read_only=True):
            return _draw(request, resource, resource.get(ctx, pk), column, form, parameter, no)
    with scope(ctx.company_id, read_only=True):
        answer = _cells(request, ctx, resource, pk)
    if told:
        answer["HX-Trigger"] = json.dumps(told)
    return answer


def _draw(
    request: HttpRequest, resource: Resource, row: Record, column: str, form: CommandForm, parameter: Parameter, no: Refusal | None = None
) -> HttpResponse:
    """The field alone, with the sentence of a refusal where there is one."""
    context = {
        "field": form.field_alone(parameter.name, no),
        "form_key": form.key,
        "seen": seen_in(form.ctx, row, column, parameter),
        "label": f"{resource.label_of(column)} of {row}",
        "url": f"{resource.url(row)}cells/{column}/",
    }
    return render(
        request, "core/parts/cell_form.html", context, status=200 if no is None else no.status if no.status in {403, 422} else 409
    )


def _cells(request: HttpRequest, ctx: Context, resource: Resource, pk: int) -> HttpResponse:
    """The row's cells in the columns of the list; nothing where the change has taken the row out of the caller's sight."""
    row = resource.rows(ctx).filter(pk=pk).first()
    if row is None:
        return HttpResponse(status=204)
    names = shown_columns(resource, request.GET, choice_of(ctx, resource.label))
    editable = editable_columns(resource, ctx)
    columns: list[dict[str, Any]] = [{"label": resource.label_of(n), "edit": n if n in editable else ""} for n in names]
    drawn = {
        "url": resource.url(row),
        "label": name_of(row),
        "cells": [vars(c) for c in resource.cells(ctx, row, names)],
        "editable": row.pk in editable_rows(resource, ctx, [row]),
    }
    return HttpResponse(render_cells(drawn, columns))
