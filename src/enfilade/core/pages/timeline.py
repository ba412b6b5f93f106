"""The timeline of a record: every command about it, newest first, as its readers may know it.

That something was done is shown to whoever sees the record. What was typed or changed is shown to those who may run the
command: the timeline of a party must not tell its reader what stands in a prescription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.command import REGISTRY, Command
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.http.dispatch import view
from enfilade.core.models import AuditEntry, AuditSubject
from enfilade.core.refs import key_of, ref
from enfilade.core.resource import RESOURCES, resource_for
from enfilade.core.resource.cells import money
from enfilade.core.resource.columns import label_of

PAGE_ENTRIES = 30
VIA = {"cli": "command line"}
HELD = "doors.hold_command"
NOTHING: tuple[Any, ...] = (None, "", [], {})

Names = dict[tuple[type[models.Model], int], str]


@view()
def timeline_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/timeline/: one page; ?before= goes on."""
    resource = RESOURCES[label]
    row = resource.get(ctx, pk)
    found = timeline(ctx, ref(row), request.GET.get("before", ""))
    shown = found[:PAGE_ENTRIES]
    names = _names(ctx, shown)
    older = f"{resource.url(row)}timeline/?before={shown[-1].pk}" if len(found) > PAGE_ENTRIES else ""
    return render(request, "core/timeline.html", {"entries": [_entry(ctx, e, names) for e in shown], "older_url": older})


def timeline(ctx: Context, reference: str, before: str = "") -> list[AuditEntry]:
    """Audit entries about a row, newest first, one more than a page."""
    subjects = AuditSubject.objects.visible_to(ctx).filter(ref=reference)
    if (key := key_of(before)) is not None:
        subjects = subjects.filter(entry_id__lt=key)
    ids = subjects.order_by("-entry_id").values_list("entry_id", flat=True).distinct()[: PAGE_ENTRIES + 1]
    return list(AuditEntry.objects.visible_to(ctx).filter(pk__in=list(ids)).select_related("user", "released_by").order_by("-pk"))


def _entry(ctx: Context, entry: AuditEntry, names: Names) -> dict[str, Any]:
    command, held = _command_of(entry), entry.command == HELD
    words = command.label if command else entry.command.rpartition(".")[2].replace("_", " ").capitalize()
    return {
        "at": entry.at,
        "who": str(entry.user) if entry.user else "Enfilade",
        "sentence": f"{words}: held at the door" if held else words,
        "command": entry.command,
        "via": VIA.get(entry.channel, entry.channel),
        "released_by": str(entry.released_by) if entry.released_by else "",
        "held": held,
        "tone": "warn" if held else "",
        "changes": list(_details(ctx, entry, command, names)),
    }


def _command_of(entry: AuditEntry) -> Command | None:
    """The command that ran or, where one was held, that waits."""
    return REGISTRY.get(str(entry.inputs.get("command")) if entry.command == HELD else entry.command)


def _may_read(ctx: Context, command: Command | None) -> bool:
    return command is not None and ctx.may(command.permission)


def _details(ctx: Context, entry: AuditEntry, command: Command | None, names: Names) -> Iterator[dict[str, Any]]:
    """What changed; where nothing did, what was typed."""
    if command is None or not _may_read(ctx, command):
        return
    if entry.changes and command.target_model is not None:
        yield from _changes(ctx, entry, command.target_model)
        return
    for name, parameter in command.parameters.items():
        value = entry.inputs.get(name)
        if value in NOTHING or name == command.target:
            continue
        if parameter.is_lines:
            value = f"{len(value)} line{'' if len(value) == 1 else 's'}"
        elif parameter.is_row:
            keys = value if isinstance(value, list) else [value]
            value = ", ".join(names.get((parameter.kind, key), f"no. {key}") for key in keys)
        yield {"label": parameter.label, "before": None, "after": value}


def _changes(ctx: Context, entry: AuditEntry, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Columns that the pages of the record show, before and after, as people read them."""
    resource = resource_for(model)
    shown = {*resource.columns, *resource.fields, *resource.facts} if resource else set()
    for field in model._meta.concrete_fields:
        if field.attname in entry.changes and (field.name in shown or not resource):
            before, after = (_read(ctx, field, value) for value in entry.changes[field.attname])
            yield {"label": label_of(model, field.name), "before": before, "after": after}


def _read(ctx: Context, field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, AmountField) and isinstance(value, int):
        return money(value, ctx.company.currency, ctx.locale)
    return dict(field.flatchoices).get(value, value) if field.choices else value


def _names(ctx: Context, entries: list[AuditEntry]) -> Names:
    """Names of the rows that commands were given, one query per kind of record; of kinds the caller may see."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for entry in entries:
        command = _command_of(entry)
        if command is None or not _may_read(ctx, command):
            continue
        for name, parameter in command.parameters.items():
            if parameter.is_row and (value := entry.inputs.get(name)) not in NOTHING:
                wanted[parameter.kind].update(value if isinstance(value, list) else [value])
    found: Names = {}
    for model, keys in wanted.items():
        resource = resource_for(model)
        if resource is not None and ctx.may(resource.view_permission):
            found |= {(model, row.pk): str(row) for row in resource.rows(ctx).filter(pk__in=keys)}
    return found
