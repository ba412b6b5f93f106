"""Out and in again: a resource as CSV, and files of rows into commands.

What is exported re-imports to the same rows. An import runs every row through the same command as the form, in one
transaction with a savepoint per row: good rows stay, bad ones are listed with line, field and sentence. A rehearsal
runs all of it and keeps nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from django import forms
from django.db import DatabaseError, models, transaction

from enfilade.core.command.reading import read
from enfilade.core.command.registry import Command, command_named
from enfilade.core.command.runner import execute
from enfilade.core.command.sentences import refusal_for
from enfilade.core.context import Context, Invalid, NotFound, Refusal
from enfilade.core.models import ImportBatch, Record
from enfilade.core.tabular import Table, guard_formula, read_table, unguard_formula

from .columns import field_at, plain_value, public_name
from .declare import Resource
from .listing import filtered
from .registry import RESOURCES

EXPORT_CHUNK = 2_000
PROBLEMS_MAX = 1_000


@dataclass(frozen=True)
class ImportRow:
    """One row of a file: where it stands, the command it becomes and that command's raw inputs.

    command: empty for a row of our own columns; whether it adds or changes is decided when its turn comes, by what is there then.
    """

    line: int
    command: str
    inputs: dict[str, Any]


@dataclass
class ImportProblem:
    """What was not taken, and why. refused: the row was left out; otherwise it is a warning."""

    line: int
    field: str
    sentence: str
    refused: bool = True


@dataclass
class ImportResult:
    """Counts and problems of one import; refs of the rows made or changed."""

    created: int = 0
    changed: int = 0
    refused: int = 0
    problems: list[ImportProblem] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, batch: ImportBatch) -> ImportResult:
        """What an import that was done before gave."""
        problems = [ImportProblem(**p) for p in batch.problems]
        return cls(batch.created_count, batch.changed_count, batch.refused_count, problems, list(batch.refs))

    def as_json(self) -> dict[str, Any]:
        """For the page, the command line and the API."""
        problems = [vars(p) for p in self.problems[:PROBLEMS_MAX]]
        return {
            "created": self.created,
            "changed": self.changed,
            "refused": self.refused,
            "problems": problems,
            "refs": self.refs[:100],
            "labels": self.labels[:100],
        }


Reader = Callable[[Context, str, bytes], tuple[list[ImportRow], list[ImportProblem]]]
READERS: dict[str, list[Reader]] = {}


def importer(label: str) -> Callable[[Reader], Reader]:
    """Register a reader of further file formats for a resource. It returns ([], []) for a file that is not its own."""

    def wrap(reader: Reader) -> Reader:
        READERS.setdefault(label, []).append(reader)
        return reader

    return wrap


def may_import(resource: Resource, ctx: Context) -> bool:
    """Whether the resource takes files and the caller may add rows."""
    return bool(resource.fields and resource.import_key) and resource.may_add(ctx)


def export_csv(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> Iterator[str]:
    """Lines of CSV: id, the columns and the fields. Foreign keys by the target's import key; what looks like a formula is text."""
    rows = filtered(resource, ctx, params).order_by("pk")
    names = ["id", *dict.fromkeys((*resource.fields, *resource.columns))]
    yield _line([public_name(n) for n in names])
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        yield _line([str(row.pk), *(_out(row, name, ctx) for name in names[1:])])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guard_formula(c) for c in cells])
    return out.getvalue()


def _out(row: models.Model, path: str, ctx: Context) -> str:
    target = field_at(type(row), path)
    if isinstance(target, models.ForeignKey) and "__" not in path:
        related = getattr(row, path)
        key = _key_of(target)
        return "" if related is None else str(getattr(related, key))
    value = plain_value(row, path, ctx.company.currency)
    if isinstance(target, models.JSONField):
        # As the form shows it, which is what the form reads.
        return str(cast("forms.Field", target.formfield()).prepare_value(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(str(v) for v in value)
    return "" if value is None else str(value)


def _key_of(link: models.ForeignKey[Any, Any]) -> str:
    related = RESOURCES.get(link.related_model._meta.label_lower)
    return related.import_key if related and related.import_key else "pk"


def read_rows(resource: Resource, ctx: Context, name: str, data: bytes) -> tuple[list[ImportRow], list[ImportProblem]]:
    """Rows of a file: by a reader of the module where one knows it, else as CSV with our own headings."""
    for reader in READERS.get(resource.label, []):
        rows, problems = reader(ctx, name, data)
        if rows or problems:
            return rows, problems
    table = read_table(data, region=ctx.company.country)
    problems = [ImportProblem(p.line, p.field, p.sentence, p.refused) for p in table.problems]
    return ([], problems) if not table.header else _own_rows(resource, ctx, table, problems)


def _own_rows(resource: Resource, ctx: Context, table: Table, problems: list[ImportProblem]) -> tuple[list[ImportRow], list[ImportProblem]]:
    heads = [_head(resource, h) for h in table.header]
    known = {h for h in heads if h in resource.fields}
    if not known:
        wanted = ", ".join(resource.fields)
        return [], [*problems, ImportProblem(1, "", f"None of the columns is known. The first line has to name some of: {wanted}.")]
    if twice := next((h for h in heads if h in known and heads.count(h) > 1), ""):
        return [], [*problems, ImportProblem(1, twice, "This column is there twice.")]
    unknown = [t for t, h in zip(table.header, heads, strict=True) if h not in resource.fields and h != "id" and h not in resource.columns]
    problems += [ImportProblem(1, u[:60], "This column is not known and was left out.", refused=False) for u in unknown if u]
    read_too = {*resource.fields, resource.import_key}
    return [
        ImportRow(row.line, "", {h: unguard_formula(c) for h, c in zip(heads, row.cells, strict=False) if h in read_too})
        for row in table.rows
    ], problems


def _head(resource: Resource, text: str) -> str:
    clean = text.strip().lower()
    for name in (*resource.fields, *resource.columns):
        if clean in {public_name(name), name, name.replace("_", " "), resource.label_of(name).lower()}:
            return name
    return clean


def _in(resource: Resource, ctx: Context, name: str, text: str) -> Any:
    """A cell as an input; a link is looked up by the target's import key."""
    link = resource.model._meta.get_field(name)
    if not isinstance(link, models.ForeignKey) or not text.strip():
        return text
    key = _key_of(link)
    if key == "pk":
        return text
    found = cast("Any", link.related_model).objects.visible_to(ctx).filter(**{key: text.strip()}).first()
    if found is None:
        raise NotFound(str(link.related_model._meta.verbose_name), text.strip()[:60], field=name)
    return found.pk


def _own_command(resource: Resource, ctx: Context, cells: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The command that a row of our own columns becomes, and its raw inputs."""
    # A number that the house draws itself finds the row again, but nobody types it.
    key = cells.get(resource.import_key)
    inputs = {public_name(n): _in(resource, ctx, n, text) for n, text in cells.items() if n in resource.fields}
    present = resource.model.objects.visible_to(ctx).filter(**{resource.import_key: key}).first() if key else None
    if present is not None and resource.changeable:
        return f"{resource.module}.change_{resource.name}", {resource.target: present.pk, **inputs}
    return f"{resource.module}.add_{resource.name}", inputs


def take_rows(ctx: Context, resource: Resource, rows: list[ImportRow], result: ImportResult) -> None:
    """Run each row's command inside the transaction under way, with a savepoint of its own and under the caller's own rights."""
    for row in rows:
        try:
            with transaction.atomic():
                name, inputs = (row.command, row.inputs) if row.command else _own_command(resource, ctx, row.inputs)
                command = command_named(name)
                ctx.require(command.permission)
                made = execute(command, replace(ctx, key=""), **read(command.parameters, inputs, ctx.company.currency))
        except (Refusal, DatabaseError) as error:
            no = error if isinstance(error, Refusal) else refusal_for(error)
            if no is None:
                raise
            _refuse(result, row, no)
        else:
            _count(result, command, made)


def _refuse(result: ImportResult, row: ImportRow, no: Refusal) -> None:
    errors = no.errors if isinstance(no, Invalid) else {no.field: [str(no)]}
    result.problems += [ImportProblem(row.line, path, sentence) for path, found in errors.items() for sentence in found]
    result.refused += 1


def _count(result: ImportResult, command: Command, made: Any) -> None:
    reference = f"{made._meta.label_lower}:{made.pk}" if isinstance(made, Record) else ""
    # A row that turned out to be an earlier row of the same file made nothing new.
    new = command.verb.startswith(("add_", "import_")) and reference not in result.seen
    result.created += new
    result.changed += not new
    if isinstance(made, Record):
        result.seen.add(reference)
        result.refs.append(reference)
        result.labels.append(str(made))
