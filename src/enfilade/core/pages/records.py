"""The page of one record: facts, flow strip, commands, panels; create and edit."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from enfilade.core.command import Command
from enfilade.core.context import Context, NotFound
from enfilade.core.fields import LongTextField
from enfilade.core.http.dispatch import view
from enfilade.core.http.problems import elevate_url
from enfilade.core.language.words import name_of
from enfilade.core.resource import RESOURCES, Resource, flow_of, panels_of
from enfilade.core.resource.cells import cell, tone_of
from enfilade.core.resource.columns import field_at, label_of
from enfilade.core.resource.hooks import Panel
from enfilade.core.rows import in_reach

from .commands import METHODS, serve


@view()
def detail_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/."""
    resource = RESOURCES[label]
    row = resource.get(ctx, pk)
    context = {
        "record": record_context(resource, ctx, row, request),
        "row": row,
        "crumbs": [{"label": resource.plural, "url": resource.list_url()}, {"label": name_of(row), "url": ""}],
    }
    part = "#record" if request.headers.get("HX-Request") and "record" in request.headers.get("HX-Target", "") else ""
    return render(request, f"core/detail.html{part}", context)


def record_context(resource: Resource, ctx: Context, row: models.Model, request: HttpRequest) -> dict[str, Any]:
    """What core/detail.html draws."""
    states = resource.states
    badge = None
    if states is not None:
        state = getattr(row, states.field)
        badge = {"kind": "badge", "value": state, "text": states.label(row, state).capitalize(), "tone": tone_of(state)}
    change = resource.change_command
    return {
        "title": name_of(row),
        "kind": resource.singular.capitalize(),
        "badge": badge,
        "facts": _facts(resource, ctx, row),
        "commands": _buttons(resource, ctx, row),
        "edit_url": f"{resource.url(row)}edit/" if change is not None and in_reach(ctx, row, change.permission) else "",
        "elevate_url": elevate_url(resource.url(row)) if resource.sleeps(ctx) else "",
        "flow": flow_of(ctx, row),
        "panels": _panels(resource, ctx, row, request),
        "timeline_url": f"{resource.url(row)}timeline/",
        "live": resource.label,
    }


def _facts(resource: Resource, ctx: Context, row: models.Model) -> list[dict[str, Any]]:
    made = [(path, cell(ctx, row, path)) for path in resource.shown()]
    return [{"label": resource.label_of(p), "cell": vars(c), "wide": bool(c.text) and _is_long(resource, p)} for p, c in made]


def _is_long(resource: Resource, path: str) -> bool:
    return isinstance(field_at(resource.model, path), LongTextField)


def _buttons(resource: Resource, ctx: Context, row: models.Model) -> list[dict[str, Any]]:
    made = [c for c in resource.commands(ctx, row) if c.verb != f"change_{resource.name}"]
    made.sort(key=lambda c: c.tone != "primary")
    return [_button(c, row, primary=number == 0) for number, c in enumerate(made)]


def _button(command: Command, row: models.Model, *, primary: bool) -> dict[str, Any]:
    return {
        "name": command.name,
        "label": command.label,
        "url": f"/{command.module}/do/{command.verb}/{row.pk}/",
        "tone": {"danger": "bad"}.get(command.tone, "" if primary else "quiet"),
        "primary": primary,
    }


def _panels(resource: Resource, ctx: Context, row: models.Model, request: HttpRequest) -> list[dict[str, Any]]:
    own = [_lines(resource, ctx, row, name, columns) for name, columns in resource.lines.items()]
    return own + [_panel(ctx, row, panel, context, request) for panel, context in panels_of(ctx, row)]


def _lines(resource: Resource, ctx: Context, row: models.Model, name: str, columns: tuple[str, ...]) -> dict[str, Any]:
    """Related rows as a table."""
    rows = resource.line_rows(ctx, row, name)
    model = getattr(type(row), name).rel.related_model
    return {
        "id": name,
        "title": name.replace("_", " ").capitalize(),
        "icon": "list",
        "count": len(rows),
        "columns": [{"name": c, "label": label_of(model, c), "kind": "amount" if c.endswith("_minor") else "text"} for c in columns],
        "rows": [
            {"pk": r.pk, "url": _line_url(ctx, r), "label": name_of(r), "cells": [vars(cell(ctx, r, c)) for c in columns]} for r in rows
        ],
    }


def _panel(ctx: Context, row: models.Model, panel: Panel, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """What another module shows about the record."""
    return {
        "title": panel.title,
        "icon": panel.icon,
        "count": context.get("count"),
        "html": render_to_string(panel.template, {**context, "row": row, "ctx": ctx}, request=request),
        "new_url": context.get("new_url", ""),
        "new_label": context.get("new_label", ""),
    }


def _line_url(ctx: Context, row: models.Model) -> str:
    found = RESOURCES.get(row._meta.label_lower)
    return found.url(row) if found and ctx.may(found.view_permission) else ""


@view(methods=METHODS)
def new_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/new/."""
    resource = RESOURCES[label]
    return serve(request, ctx, allowed(ctx, resource.add_command, resource), None, f"New {resource.singular}")


@view(methods=METHODS)
def edit_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/edit/."""
    resource = RESOURCES[label]
    return serve(request, ctx, allowed(ctx, resource.change_command, resource), pk, f"Edit {resource.singular}")


def allowed(ctx: Context, command: Command | None, resource: Resource) -> Command:
    """The command behind a form of a resource. Refuses where there is none, or the caller may not run it."""
    if command is None:
        raise NotFound("form for", resource.plural)
    ctx.require(command.permission)
    return command
