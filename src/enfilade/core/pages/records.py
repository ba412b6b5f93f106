"""The page of one record: facts, flow strip, commands, panels, timeline; create and edit."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from enfilade.core.command import REGISTRY, Command, command_named
from enfilade.core.context import Context
from enfilade.core.fields import LongTextField
from enfilade.core.http.dispatch import view
from enfilade.core.models import AuditEntry, AuditSubject
from enfilade.core.refs import ref
from enfilade.core.resource import RESOURCES, Resource, flow_of, panels_of
from enfilade.core.resource.cells import cell, tone_of
from enfilade.core.resource.columns import field_at

from .commands import METHODS, serve

TIMELINE_PAGE = 30
SHORTCUTS = "asdfghlpruvwyz"


@view()
def detail_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/."""
    resource = RESOURCES[label]
    row = resource.get(ctx, pk)
    context = {
        "record": record_context(resource, ctx, row, request),
        "row": row,
        "crumbs": [{"label": resource.plural, "url": resource.list_url()}, {"label": str(row), "url": ""}],
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
    change = f"{resource.module}.change_{resource.name}"
    can_change = change in REGISTRY and ctx.may(change)
    return {
        "title": str(row),
        "subtitle": "",
        "kind": resource.singular.capitalize(),
        "badge": badge,
        "facts": _facts(resource, ctx, row),
        "commands": _buttons(resource, ctx, row),
        "edit_url": f"{resource.url(row)}edit/" if can_change else "",
        "flow": flow_of(ctx, row),
        "panels": _panels(resource, ctx, row, request),
        "timeline_url": f"{resource.url(row)}timeline/",
        "live": resource.label,
        "notices": [],
    }


def _facts(resource: Resource, ctx: Context, row: models.Model) -> list[dict[str, Any]]:
    facts = []
    for path in resource.shown():
        made = cell(row, path, ctx.company.currency, ctx.locale)
        facts.append(
            {
                "label": resource.label_of(path),
                "cell": vars(made),
                "wide": isinstance(field_at(resource.model, path), LongTextField) and bool(made.text),
            }
        )
    return facts


def _buttons(resource: Resource, ctx: Context, row: models.Model) -> list[dict[str, Any]]:
    made = [c for c in resource.commands(ctx, row) if c.verb != f"change_{resource.name}"]
    made.sort(key=lambda c: c.tone != "primary")
    return [_button(c, row, number == 0, SHORTCUTS[number] if number < len(SHORTCUTS) else "") for number, c in enumerate(made)]


def _button(command: Command, row: models.Model, primary: bool, shortcut: str) -> dict[str, Any]:
    return {
        "name": command.name,
        "label": command.label,
        "url": f"/{command.module}/do/{command.verb}/{row.pk}/",
        "tone": {"danger": "bad"}.get(command.tone, "" if primary else "quiet"),
        "primary": primary,
        "shortcut": "",
        "icon": "",
    }


def _panels(resource: Resource, ctx: Context, row: models.Model, request: HttpRequest) -> list[dict[str, Any]]:
    found = []
    for name, columns in resource.lines.items():
        rows = resource.line_rows(ctx, row, name)
        model = getattr(type(row), name).rel.related_model
        heads = [{"name": c, "label": resource_label(model, c), "kind": "amount" if c.endswith("_minor") else "text"} for c in columns]
        cells = [
            {
                "pk": r.pk,
                "url": _line_url(ctx, r),
                "label": str(r),
                "cells": [vars(cell(r, c, ctx.company.currency, ctx.locale)) for c in columns],
            }
            for r in rows
        ]
        found.append(
            {"id": name, "title": name.replace("_", " ").capitalize(), "icon": "list", "count": len(rows), "columns": heads, "rows": cells}
        )
    for panel, context in panels_of(ctx, row):
        html = render_to_string(panel.template, {**context, "row": row, "ctx": ctx}, request=request)
        found.append(
            {
                "id": "",
                "title": panel.title,
                "icon": panel.icon,
                "count": context.get("count"),
                "html": html,
                "new_url": context.get("new_url", ""),
                "new_label": context.get("new_label", ""),
            }
        )
    return found


def resource_label(model: type[models.Model], path: str) -> str:
    """Heading of a column of any model."""
    from enfilade.core.resource.columns import label_of

    return label_of(model, path)


def _line_url(ctx: Context, row: models.Model) -> str:
    found = RESOURCES.get(row._meta.label_lower)
    return found.url(row) if found and ctx.may(found.view_permission) else ""


@view(methods=METHODS)
def new_view(request: HttpRequest, ctx: Context, label: str) -> HttpResponse:
    """/<module>/<slug>/new/."""
    resource = RESOURCES[label]
    command = command_named(f"{resource.module}.add_{resource.name}")
    ctx.require(command.permission)
    return serve(request, ctx, command, None, f"New {resource.singular}")


@view(methods=METHODS)
def edit_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/edit/."""
    resource = RESOURCES[label]
    command = command_named(f"{resource.module}.change_{resource.name}")
    ctx.require(command.permission)
    return serve(request, ctx, command, pk, f"Edit {resource.singular}")


@view()
def timeline_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/timeline/: the audit of one record, newest first; ?before= goes on."""
    resource = RESOURCES[label]
    row = resource.get(ctx, pk)
    found = timeline(ctx, ref(row), request.GET.get("before", ""))
    older = f"{resource.url(row)}timeline/?before={found[-1].pk}" if len(found) > TIMELINE_PAGE else ""
    entries = [_entry(ctx, e) for e in found[:TIMELINE_PAGE]]
    return render(request, "core/timeline.html", {"entries": entries, "older_url": older})


def timeline(ctx: Context, reference: str, before: str = "") -> list[AuditEntry]:
    """Audit entries about a row, newest first, one more than a page."""
    subjects = AuditSubject.objects.visible_to(ctx).filter(ref=reference)
    if before.isdigit():
        subjects = subjects.filter(entry_id__lt=int(before))
    ids = subjects.order_by("-id").values_list("entry_id", flat=True)[: TIMELINE_PAGE + 1]
    return list(AuditEntry.objects.visible_to(ctx).filter(pk__in=list(ids)).select_related("user", "released_by").order_by("-pk"))


def _entry(ctx: Context, entry: AuditEntry) -> dict[str, Any]:
    command = REGISTRY.get(entry.command)
    words = command.label.lower() if command else entry.command.rpartition(".")[2].replace("_", " ")
    held = entry.command == "doors.hold_command"
    changes = [
        {"label": k.removesuffix("_id").replace("_", " ").capitalize(), "before": v[0], "after": v[1]} for k, v in entry.changes.items()
    ]
    if not changes:
        changes = [
            {"label": k.replace("_", " ").capitalize(), "before": None, "after": v}
            for k, v in entry.inputs.items()
            if v not in (None, "", [], {})
        ]
    return {
        "at": entry.at,
        "who": str(entry.user) if entry.user else "Enfilade",
        "sentence": "asked; held at the door" if held else words,
        "command": entry.command,
        "via": {"cli": "command line"}.get(entry.channel, entry.channel),
        "released_by": str(entry.released_by) if entry.released_by else "",
        "held": held,
        "tone": "warn" if held else "",
        "changes": changes,
        "url": "",
    }
