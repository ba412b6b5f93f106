"""The rows of a file, one by one or many at once, each through the command that a form would use.

A row runs in a savepoint under the caller's own rights: what is refused leaves nothing behind and says why. The outcome stands on the row;
the caller keeps it in the transaction that also holds what the row made, so that the two can't part.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction

from enfilade.core import audit
from enfilade.core.command.currencies import currency_of_rows
from enfilade.core.command.reading import read
from enfilade.core.command.registry import Command, command_named
from enfilade.core.command.runner import Hold, execute
from enfilade.core.command.sentences import refusal_for
from enfilade.core.context import Context, Invalid, NotFound, Refusal
from enfilade.core.models import ImportRow, Record
from enfilade.core.refs import ref

from .columns import public_name
from .declare import Resource
from .intake import FileRow, Intake, Options, Outcome, intake_of, key_of_link

if TYPE_CHECKING:
    from enfilade.core.command.work import Work


class Taker:
    """Takes the rows of one batch. made: refs that this batch has made so far, as far as it was asked; labels: what they are called."""

    def __init__(self, ctx: Context, resource: Resource, options: Options, batch: int | None = None) -> None:
        self.ctx, self.resource, self.options, self.batch = ctx, resource, options, batch
        self.intake: Intake = intake_of(resource)
        self.key = options.key or resource.import_key
        self.rows = currency_of_rows(ctx)
        self.links: dict[tuple[str, str], Any] = {}
        self.made: set[str] = set()
        self.labels: list[str] = []

    def take(self, rows: list[FileRow]) -> None:
        """Take the waiting ones among the rows."""
        waiting = [row for row in rows if row.outcome == Outcome.WAITING]
        self.labels += self._take_together(waiting)[:100]
        for row in waiting:
            if row.outcome == Outcome.WAITING:
                self._take_one(row)
            elif row.outcome == Outcome.CREATED:
                self.made.add(row.ref)

    def _take_together(self, waiting: list[FileRow]) -> list[str]:
        """By the set-based twin of the module; when anything in it is refused, the rows are taken one by one, which says which it was."""
        try:
            with cast("Work", self.ctx.work).attempt(), transaction.atomic():
                return self.intake.take_many(self.ctx, waiting, self.options)
        except (Refusal, Hold, DatabaseError) as error:
            if isinstance(error, DatabaseError) and refusal_for(error) is None:
                raise
            for row in waiting:
                row.outcome, row.ref = Outcome.WAITING, ""
            return []

    def _take_one(self, row: FileRow) -> None:
        try:
            with cast("Work", self.ctx.work).attempt(), transaction.atomic():
                name, inputs, present = self.command_of(row)
                command = command_named(name)
                self.ctx.require(command.permission)
                present = present or self._target(command, inputs)
                before = audit.snapshot(present), self._below(present)
                made = execute(command, replace(self.ctx, key=""), **self._read(command, inputs))
                self._note(row, command, made, before)
        except Hold as hold:
            self._refuse(row, Refusal("held", f"This waits at a door ({hold.reason}); enter it by hand, so that somebody can release it."))
        except (Refusal, DatabaseError) as error:
            no = error if isinstance(error, Refusal) else refusal_for(error)
            if no is None:
                raise
            self._refuse(row, no)

    def _read(self, command: Command, inputs: dict[str, Any]) -> dict[str, Any]:
        return read(command.parameters, inputs, self.ctx.company.currency, self.rows)

    def check(self, rows: list[FileRow]) -> None:
        """What can be said of rows without writing them: whether they read, whether their links exist, whether they would be new."""
        self.intake.sort_out(self.ctx, rows, self.options)
        for row in rows:
            if row.outcome == Outcome.WAITING:
                self._check(row)

    def _check(self, row: FileRow) -> None:
        try:
            name, inputs, _ = self.command_of(row)
            command = command_named(name)
            self.ctx.require(command.permission)
            self._read(command, inputs)
            row.outcome = Outcome.CREATED if command.verb.startswith(("add_", "import_")) else Outcome.CHANGED
        except Refusal as no:
            self._refuse(row, no)

    def command_of(self, row: FileRow) -> tuple[str, dict[str, Any], Record | None]:
        """The command that a row becomes, its raw inputs, and the row that is there already; decided when its turn comes."""
        if row.command:
            return row.command, row.inputs, None
        resource, cells = self.resource, row.inputs
        # A number that the house draws itself finds the row again, but nobody types it.
        inputs = {public_name(n): self._in(n, text) for n, text in cells.items() if n in resource.fields}
        present = self._present(str(cells.get(self.key) or "").strip())
        mode, noun = self.options.mode, resource.singular
        if mode == "create" and present is not None:
            raise Refusal("there_already", f"There is a {noun} {cells[self.key]} already; this import only adds.", field=self.key)
        if mode == "update" and present is None:
            said = (
                f"There is no {noun} {cells[self.key]}" if cells.get(self.key) else f"This row has no {resource.label_of(self.key).lower()}"
            )
            raise Refusal("not_there", f"{said}; this import only changes what is there.", field=self.key)
        if present is not None and resource.changeable:
            return f"{resource.module}.change_{resource.name}", {resource.target: present.pk, **inputs}, present
        return f"{resource.module}.add_{resource.name}", inputs, None

    def _present(self, key: str) -> Record | None:
        if not key:
            return None
        try:
            found = list(self.resource.model.objects.visible_to(self.ctx).filter(**{self.key: key})[:2])
        except (ValueError, ValidationError):
            return None
        if len(found) > 1:
            noun, label = self.resource.plural.lower(), self.resource.label_of(self.key).lower()
            raise Refusal("ambiguous", f"Several {noun} have the {label} {key[:60]}; this row can't tell which one it is.", field=self.key)
        return found[0] if found else None

    def _in(self, name: str, text: str) -> Any:
        """A cell as an input; a link is looked up by the target's import key, once for each text."""
        link = self.resource.model._meta.get_field(name)
        text = text.strip() if isinstance(link, models.ForeignKey) else text
        if not isinstance(link, models.ForeignKey) or not text or (key := key_of_link(link)) == "pk":
            return text
        if (name, text) not in self.links:
            rows = cast("Any", link.related_model).objects.visible_to(self.ctx)
            self.links[name, text] = rows.filter(**{key: text}).values_list("pk", flat=True).first()
        if self.links[name, text] is None:
            raise NotFound(str(link.related_model._meta.verbose_name), text[:60], field=name)
        return self.links[name, text]

    def _target(self, command: Command, inputs: dict[str, Any]) -> Record | None:
        """The row that a command of the module's own names as its target."""
        pk = inputs.get(command.target) if command.target else None
        return cast("Record | None", command.target_model.objects.visible_to(self.ctx).filter(pk=pk).first() if pk else None)

    def _below(self, row: Record | None) -> dict[str, dict[str, Any]]:
        if row is None:
            return {}
        return {ref(r): audit.snapshot(r) for name in self.intake.below for r in getattr(row, name).visible_to(self.ctx)}

    def _note(self, row: FileRow, command: Command, made: Any, before: tuple[dict[str, Any], dict[str, Any]]) -> None:
        if not isinstance(made, Record):
            row.outcome = Outcome.CREATED
            return
        row.ref = ref(made)
        # A row that turned out to be an earlier row of the same file, or one that was there, made nothing new.
        new = command.verb.startswith(("add_", "import_")) and not self._is_ours(row.ref, made)
        row.outcome = Outcome.CREATED if new else Outcome.CHANGED
        self.made.add(row.ref)
        self.labels += [str(made)] if len(self.labels) < 100 else []
        if before[0]:
            row.changes = audit.jsonable(audit.changes(before[0], made))
            row.below = audit.jsonable(_changes_below(before[1], self._below(made)))

    def _is_ours(self, reference: str, made: Record) -> bool:
        """Whether an earlier row of the batch made this record."""
        if reference in self.made:
            return True
        return self.batch is not None and ImportRow.objects.visible_to(self.ctx).filter(batch=self.batch, ref=reference).exists()

    def _refuse(self, row: FileRow, no: Refusal) -> None:
        errors = no.errors if isinstance(no, Invalid) else {no.field: [str(no)]}
        row.said = [[path, sentence] for path, found in errors.items() for sentence in found]
        row.outcome, row.ref = Outcome.REFUSED, ""


def _changes_below(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What was added and changed among the rows below one. Shape: {added: [refs], changed: {ref: {field: [before, after]}}}."""
    added = [r for r in after if r not in before]
    changed = {r: {k: [before[r].get(k), v] for k, v in after[r].items() if before[r].get(k) != v} for r in after if r in before}
    changed = {r: found for r, found in changed.items() if found}
    return {"added": added, "changed": changed} if added or changed else {}
