"""The timeline of a record: what was done to it, newest first, as its readers may know it.

A moment is a command that was about the record or changed it, whichever record it was given for, or a change that no command made.
That something was done is shown to whoever sees the record. What was typed or changed is shown to those who may run the command: the
timeline of a party must not tell its reader what stands in a prescription. The step from state to state is shown to all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.command import REGISTRY, Command
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import STATE, name_of, say
from enfilade.core.models import AuditEntry, AuditSubject, RowChange
from enfilade.core.refs import key_of, ref
from enfilade.core.resource import RESOURCES, Resource, resource_for
from enfilade.core.resource.cells import money
from enfilade.core.resource.columns import label_of
from enfilade.core.ui.format import format_day, format_instant

PAGE_ENTRIES = 30
VIA = {"cli": "command line"}
HELD = "doors.hold_command"
NOTHING: tuple[Any, ...] = (None, "", [], {})
# Who reads the record of everything knows what was done with SQL as well.
READ_CHANGES = "core.view_rowchange"

Names = dict[tuple[type[models.Model], int], str]


@dataclass
class Moment:
    """One place in the order of everything: the command that took it, None where there was none, and what changed in the record.

    currency: of the amounts of the record, "" for the company's own.
    """

    place: int
    entry: AuditEntry | None = None
    changes: list[RowChange] = field(default_factory=list)
    currency: str = ""


@view()
def timeline_view(request: HttpRequest, ctx: Context, label: str, pk: int) -> HttpResponse:
    """/<module>/<slug>/<pk>/timeline/: one page; ?before= goes on."""
    resource = RESOURCES[label]
    row = resource.get(ctx, pk)
    found = timeline(ctx, [ref(row), *resource.told_with(ctx, row)], request.GET.get("before", ""))
    shown = found[:PAGE_ENTRIES]
    for moment in shown:
        moment.currency = str(getattr(row, "currency", "") or "")
    names = _names(ctx, resource, shown)
    older = f"{resource.url(row)}timeline/?before={shown[-1].place}" if len(found) > PAGE_ENTRIES else ""
    return render(request, "core/timeline.html", {"entries": [_drawn(ctx, resource, m, names) for m in shown], "older_url": older})


def timeline(ctx: Context, references: list[str], before: str = "") -> list[Moment]:
    """Moments of a row, and of those that are told with it, newest first, one more than a page."""
    subjects = AuditSubject.objects.visible_to(ctx).filter(ref__in=references)
    changes = RowChange.objects.visible_to(ctx).filter(ref__in=references)
    if (key := key_of(before)) is not None:
        subjects, changes = subjects.filter(entry_id__lt=key), changes.filter(place__lt=key)
    named = subjects.order_by("-entry_id").values_list("entry_id", flat=True).distinct()[: PAGE_ENTRIES + 1]
    placed = changes.order_by("-place").values_list("place", flat=True).distinct()[: PAGE_ENTRIES + 1]
    places = sorted({*named, *placed}, reverse=True)[: PAGE_ENTRIES + 1]
    moments = {place: Moment(place) for place in places}
    for entry in AuditEntry.objects.visible_to(ctx).filter(pk__in=places).select_related("user", "released_by"):
        moments[entry.pk].entry = entry
    for change in changes.filter(place__in=places).order_by("pk"):
        moments[change.place].changes.append(change)
    return [m for m in moments.values() if m.entry or m.changes]


def _drawn(ctx: Context, resource: Resource, moment: Moment, names: Names) -> dict[str, Any]:
    """What the template draws of a moment."""
    entry = moment.entry
    if entry is None:
        return _without_command(ctx, resource, moment, names)
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
        "changes": list(_details(ctx, resource, moment, command, names)),
    }


def _without_command(ctx: Context, resource: Resource, moment: Moment, names: Names) -> dict[str, Any]:
    """A change that somebody made past the commands: in the database itself, or as the house was founded."""
    words, changes = {"insert": "Made", "update": "Changed", "delete": "Deleted"}, moment.changes
    return {
        "at": changes[-1].at,
        "who": changes[-1].db_user,
        "sentence": f"{words[changes[-1].kind]} in the database, without a command",
        "via": "",
        "tone": "warn" if changes[-1].kind != "insert" else "",
        "changes": list(_changes(ctx, resource, changes, moment.currency, names, everything=ctx.may(READ_CHANGES))),
    }


def _command_of(entry: AuditEntry) -> Command | None:
    """The command that ran or, where one was held, that waits."""
    return REGISTRY.get(str(entry.inputs.get("command")) if entry.command == HELD else entry.command)


def _may_read(ctx: Context, command: Command | None) -> bool:
    return command is not None and ctx.may(command.permission)


def _details(ctx: Context, resource: Resource, moment: Moment, command: Command | None, names: Names) -> Iterator[dict[str, Any]]:
    """What changed in the record; where nothing did, what was typed."""
    entry, may_read = moment.entry, _may_read(ctx, command)
    updates = [c for c in moment.changes if c.kind == RowChange.Kind.UPDATE]
    drawn = list(_changes(ctx, resource, updates, moment.currency, names, everything=may_read))
    yield from drawn
    if entry is None or command is None or drawn or not may_read:
        return
    if entry.changes and command.target_model is not None and not moment.changes:
        yield from _told(ctx, entry, command.target_model, moment.currency, names)
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
        elif isinstance(value, str) and value in (words := dict(getattr(parameter.field, "choices", ()))):
            value = say(str(words[value]), STATE)
        yield {"label": parameter.label, "before": None, "after": value}


def _changes(
    ctx: Context, resource: Resource, changes: list[RowChange], currency: str, names: Names, *, everything: bool
) -> Iterator[dict[str, Any]]:
    """Columns that the page of the record shows, before and after, as people read them; of some readers only the state."""
    shown = _shown(resource) if everything else {resource.states.field} if resource.states else set()
    for change in changes:
        before, after = change.before or {}, change.after or {}
        for target in resource.model._meta.concrete_fields:
            if target.name in shown and (target.attname in before or target.attname in after):
                values = [
                    _read(ctx, target, values.get(target.attname), values.get("currency") or currency, names) for values in (before, after)
                ]
                if values != [None, None]:
                    yield {"label": label_of(resource.model, target.name), "before": values[0], "after": values[1]}


def _told(ctx: Context, entry: AuditEntry, model: type[models.Model], currency: str, names: Names) -> Iterator[dict[str, Any]]:
    """The changes that the audit entry itself tells of its target, which may be another record than this one."""
    resource = resource_for(model)
    for target in model._meta.concrete_fields:
        if target.attname in entry.changes and (resource is None or target.name in _shown(resource)):
            before, after = (_read(ctx, target, value, currency, names) for value in entry.changes[target.attname])
            yield {"label": label_of(model, target.name), "before": before, "after": after}


def _shown(resource: Resource) -> set[str]:
    return {*resource.columns, *resource.fields, *resource.facts}


def _read(ctx: Context, target: models.Field[Any, Any], value: Any, currency: str, names: Names) -> Any:
    """A value of the record as people read it. currency: of its amounts, "" for the company's own."""
    if value is None:
        return None
    if isinstance(value, int) and (isinstance(target, AmountField) or target.name.endswith("_minor")):
        own = ctx.company.currency
        return money(value, own if getattr(target, "own", False) else currency or own, ctx.locale)
    if isinstance(target, models.ForeignKey):
        return names.get((target.related_model, value), f"no. {value}")
    if isinstance(target, models.BooleanField):
        return say("yes" if value else "no")
    if isinstance(target, models.DateTimeField):
        return format_instant(datetime.fromisoformat(value))
    if isinstance(target, models.DateField):
        return format_day(date.fromisoformat(value))
    return say(str(dict(target.flatchoices).get(value, value)), STATE) if target.choices else value


def _names(ctx: Context, resource: Resource, moments: list[Moment]) -> Names:
    """Names of the rows that commands were given and that links of the record led to, one query per kind; of kinds the caller may see."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for moment in moments:
        _want_inputs(ctx, moment.entry, wanted)
        for change in moment.changes:
            for link, value in _links(resource, change):
                wanted[link].add(value)
    found: Names = {}
    for model, keys in wanted.items():
        target = resource_for(model)
        if target is not None and ctx.may(target.view_permission):
            found |= {(model, row.pk): name_of(row) for row in target.rows(ctx).filter(pk__in=keys)}
    return found


def _want_inputs(ctx: Context, entry: AuditEntry | None, wanted: dict[type[models.Model], set[int]]) -> None:
    command = _command_of(entry) if entry else None
    if entry is None or command is None or not _may_read(ctx, command):
        return
    for name, parameter in command.parameters.items():
        if parameter.is_row and (value := entry.inputs.get(name)) not in NOTHING:
            wanted[parameter.kind].update(value if isinstance(value, list) else [value])


def _links(resource: Resource, change: RowChange) -> Iterator[tuple[type[models.Model], int]]:
    """The rows that the changed links of a record lead from and to."""
    for target in resource.model._meta.concrete_fields:
        if isinstance(target, models.ForeignKey) and target.name in _shown(resource):
            for values in (change.before, change.after):
                if isinstance(value := (values or {}).get(target.attname), int):
                    yield target.related_model, value
