"""Taking an import back: what it made goes, what it changed is put back, and what can't be says why.

A record that any command named after the import is in use and stays. A number of a gap-free series is only given back from the end of the
series, and so is its row; where others followed, the row stays. What is kept for ever stays.
"""

from __future__ import annotations

from typing import Any, cast

from django.db import DatabaseError, models, transaction
from django.db.models import ProtectedError, RestrictedError

from .audit import jsonable
from .command.sentences import refusal_for
from .context import Context, Refusal
from .models import AuditSubject, Counter, ImportBatch, ImportRow, Record
from .refs import resolve, split
from .resource import Resource
from .resource.columns import label_of
from .resource.intake import Intake, intake_of
from .verify import SERIES, Series

Outcome = ImportRow.Outcome
_AT_ONCE = 500


def take_back(ctx: Context, resource: Resource, batch: ImportBatch, rows: list[ImportRow]) -> None:
    """Take back rows of a batch, the last one first: sets outcome and sentence of each."""
    model, own = resource.model, intake_of(resource)
    used = _used_since(ctx, batch, [r.ref for r in rows])
    made = [r for r in rows if r.outcome == Outcome.CREATED]
    if model.append_only:
        for row in rows:
            _keep(row, "What is written here is kept for ever; correct it by a new entry.")
        return
    new = {m.ref for m in made}
    changed = [r for r in rows if r.outcome == Outcome.CHANGED and r.ref not in new]
    stuck = _put_back(ctx, changed, own) is not None
    free = [r for r in made if r.ref not in used]
    for row in made:
        if row.ref in used:
            _keep(row, f"It was used since ({used[row.ref].replace('_', ' ')}) and stays.")
    _remove(ctx, model, free, own.below)
    if stuck:
        _put_all_back(ctx, changed, own)
    gone = {r.ref for r in made if r.outcome == Outcome.UNDONE}
    for row in rows:
        if row.outcome == Outcome.CHANGED:
            row.outcome = Outcome.UNDONE if row.ref in gone else Outcome.KEPT
            row.said = [] if row.ref in gone else [["", "The row that it made first stays."]]
    undone = [r for r in rows if r.outcome == Outcome.UNDONE]
    own.taken_back(ctx, undone)
    if ctx.work is not None:
        ctx.work.noted |= {r.ref for r in undone}


def _used_since(ctx: Context, batch: ImportBatch, refs: list[str]) -> dict[str, str]:
    """Which records a command named that was no part of the import, and the last such command."""
    since = AuditSubject.objects.visible_to(ctx).filter(ref__in=refs, entry__at__gte=batch.started_at)
    since = since.exclude(entry__command="core.take_import_rows", entry__inputs__batch=batch.pk)
    since = since.exclude(entry__parent__command="core.take_import_rows", entry__parent__inputs__batch=batch.pk)
    return dict(since.order_by("pk").values_list("ref", "entry__command"))


def _keep(row: ImportRow, sentence: str, name: str = "") -> None:
    row.outcome = Outcome.KEPT
    row.said = [*row.said, [name, sentence]]


def _put_all_back(ctx: Context, rows: list[ImportRow], own: Intake) -> None:
    """Put changed records back: all at once, so that none stands in the way of another; else one by one, as long as one more can."""
    if _put_back(ctx, rows, own) is None:
        return
    while rows:
        refused = [(row, no) for row in rows if (no := _put_back(ctx, [row], own)) is not None]
        if len(refused) == len(rows):
            for row, no in refused:
                _keep(row, str(no))
            return
        rows = [row for row, _ in refused]


def _put_back(ctx: Context, rows: list[ImportRow], own: Intake) -> Refusal | None:
    """Give the fields of changed records their former values, where they still have those of the import; why the database does not let it.

    What was added below goes before what was changed comes back, since the two may not be there at once.
    """
    before = [(row.outcome, list(row.said)) for row in rows]
    try:
        with transaction.atomic():
            there = [(row, cast("Record | None", resolve(ctx, row.ref))) for row in rows]
            found = [(row, record) for row, record in there if record is not None and _may_go_back(row, record, own)]
            for row, record in there:
                if record is None:
                    _keep(row, "It is not there any more.")
            for row, record in found:
                _take_away(ctx, record, row, own.below)
            for row, record in found:
                _put_one_back(ctx, record, row, own.below)
    except DatabaseError as error:
        no = refusal_for(error)
        if no is None:
            raise
        for row, (outcome, said) in zip(rows, before, strict=True):
            row.outcome, row.said = outcome, said
        return no
    return None


def _take_away(ctx: Context, record: Record, row: ImportRow, below: tuple[str, ...]) -> None:
    for reference in reversed(row.below.get("added", [])):
        if (one := _one_below(ctx, record, reference, below)) is not None:
            one.delete()


def _may_go_back(row: ImportRow, record: Record, own: Intake) -> bool:
    """Whether a changed record is as the import left it, where it is put back as a whole or not at all."""
    now = _values(record)
    if own.whole and any(now.get(name) != after for name, (_, after) in row.changes.items()):
        _keep(row, "It was changed since and stays.")
        return False
    return True


def _put_one_back(ctx: Context, record: Record, row: ImportRow, below: tuple[str, ...]) -> None:
    row.outcome = Outcome.UNDONE
    _restore(record, row.changes, row)
    for reference, changes in row.below.get("changed", {}).items():
        if (one := _one_below(ctx, record, reference, below)) is not None:
            _restore(one, changes, row)


def _one_below(ctx: Context, record: Record, reference: str, below: tuple[str, ...]) -> models.Model | None:
    known = {getattr(record, name).model._meta.label_lower for name in below}
    return resolve(ctx, reference) if split(reference)[0] in known else None


def _restore(record: models.Model, changes: dict[str, list[Any]], row: ImportRow) -> None:
    now = _values(record)
    fields = {f.attname: f for f in record._meta.concrete_fields}
    put = []
    for name, (before, after) in changes.items():
        if name not in fields:
            continue
        if now[name] != after:
            _keep(row, f"{label_of(type(record), fields[name].name)} was changed since and stays.", fields[name].name)
            continue
        setattr(record, name, fields[name].to_python(before))
        put.append(fields[name].name)
    if put:
        record.save(update_fields=put)


def _values(record: models.Model) -> dict[str, Any]:
    values: dict[str, Any] = jsonable({f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields})
    return values


def _remove(ctx: Context, model: type[Record], rows: list[ImportRow], below: tuple[str, ...]) -> None:
    """Delete what an import made: many at once, and one by one where one of them is held by something."""
    series = next((s for s in SERIES if s.model is model), None)
    if series is not None:
        rows = _from_the_end(ctx, series, rows)
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        if not _delete(ctx, model, part, below):
            for row in part:
                _delete(ctx, model, [row], below)
    if series is not None:
        _give_back(ctx, series, [r for r in rows if r.outcome == Outcome.UNDONE])


def _delete(ctx: Context, model: type[Record], rows: list[ImportRow], below: tuple[str, ...]) -> bool:
    keys = [split(r.ref)[1] for r in rows]
    try:
        with transaction.atomic():
            for name in below:
                link: Any = model._meta.get_field(name)
                if link.on_delete is models.PROTECT:
                    link.related_model.objects.visible_to(ctx).filter(**{f"{link.field.name}__in": keys}).delete()
            model.objects.visible_to(ctx).filter(pk__in=keys).delete()
    except (ProtectedError, RestrictedError) as error:
        objects: Any = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", None) or ()
        held = next(iter(objects), None)
        sentence = f"{str(held._meta.verbose_name).capitalize()} {held} refers to it, so it stays." if held else "It is in use and stays."
    except DatabaseError as error:
        no = refusal_for(error)
        if no is None:
            raise
        sentence = str(no)
    else:
        for row in rows:
            row.outcome = Outcome.UNDONE
        return True
    if len(rows) == 1:
        _keep(rows[0], sentence)
    return False


def _from_the_end(ctx: Context, series: Series, rows: list[ImportRow]) -> list[ImportRow]:
    """The rows whose numbers are the last of their series without a gap; the others stay."""
    keys = {split(r.ref)[1]: r for r in rows}
    numbers = dict(series.model.objects.visible_to(ctx).filter(pk__in=keys).values_list("pk", series.field))  # type: ignore[attr-defined]
    counter = Counter.objects.visible_to(ctx).select_for_update(no_key=True).filter(series=series.prefix).first()
    last, free = (counter.value if counter else 0), []
    for pk, number in sorted(numbers.items(), key=lambda pair: -_value(pair[1])):
        if _value(number) == last and not _holds(ctx, series.model, pk):
            free.append(keys[pk])
            last -= 1
        else:
            archived = hasattr(series.model, "archived_at")
            sentence = "Its number stays in the series, because later ones were given or something refers to it"
            _keep(keys[pk], f"{sentence}; it was archived instead." if archived else f"{sentence}.")
            if archived:
                series.model.objects.visible_to(ctx).filter(pk=pk).update(archived_at=ctx.now)  # type: ignore[attr-defined]
    for pk in keys.keys() - numbers.keys():
        keys[pk].outcome = Outcome.UNDONE
    return free


def _holds(ctx: Context, model: type[models.Model], pk: int) -> bool:
    """Whether something that does not go with it refers to a row; what the database takes away itself (DO_NOTHING) holds nothing."""
    for link in model._meta.related_objects:
        if link.on_delete not in (models.CASCADE, models.DO_NOTHING) and link.related_model is not None:
            rows: Any = link.related_model
            if rows.objects.filter(**{link.field.name: pk}).exists():
                return True
    return False


def _value(number: str) -> int:
    return int(number[len(number.rstrip("0123456789")) :] or 0)


def _give_back(ctx: Context, series: Series, rows: list[ImportRow]) -> None:
    if rows:
        counter = Counter.objects.visible_to(ctx).filter(series=series.prefix)
        counter.update(value=models.F("value") - len(rows))
