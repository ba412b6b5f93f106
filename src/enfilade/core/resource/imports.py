"""What came of an import, for pages, programs and the command line; and who may import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from enfilade.core.context import Context
from enfilade.core.models import ImportBatch, ImportRow
from enfilade.core.refs import model_of, split

from .declare import Resource
from .intake import FileRow, ImportProblem, intake_of

PROBLEMS_MAX = 1_000
REFS_MAX = 100


@dataclass
class ImportResult:
    """Counts and problems of one import; refs and labels of the first hundred rows made or changed."""

    created: int = 0
    changed: int = 0
    refused: int = 0
    problems: list[ImportProblem] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, ctx: Context, batch: ImportBatch) -> ImportResult:
        """What a batch has come to so far."""
        rows = batch_rows(ctx, batch)
        # Of an import that was taken back only what stays is still to be looked at.
        undone = batch.state == ImportBatch.State.UNDONE
        told = rows.filter(outcome__in=("kept",) if undone else ("refused", "kept"))
        said = [(r.line, r.said) for r in told.order_by("position")[:PROBLEMS_MAX]]
        refs = list(rows.exclude(ref="").order_by("position").values_list("ref", flat=True)[:REFS_MAX])
        of_file = [] if undone else [ImportProblem(**p) for p in batch.problems]
        result = cls(batch.created_count, batch.changed_count, batch.refused_count, refs=refs, labels=labels_of(ctx, refs))
        return result.saying(of_file, said)

    @classmethod
    def of_rows(cls, rows: list[FileRow], of_file: list[ImportProblem], labels: list[str]) -> ImportResult:
        """What a rehearsal has come to."""
        outcomes = [r.outcome for r in rows]
        counts = (outcomes.count("created"), outcomes.count("changed"), outcomes.count("refused"))
        return cls(*counts, labels=labels).saying(of_file, [(r.line, r.said) for r in rows if r.said])

    def saying(self, of_file: list[ImportProblem], said: list[tuple[int, list[list[str]]]]) -> ImportResult:
        """The same with its problems, by line."""
        of_rows = [ImportProblem(line, path, sentence) for line, found in said for path, sentence in found]
        self.refused += sum(p.refused for p in of_file)
        self.problems = sorted((*of_file, *of_rows), key=lambda p: p.line)
        return self

    def as_json(self) -> dict[str, Any]:
        """For the page, the command line and the API."""
        problems = [vars(p) for p in self.problems[:PROBLEMS_MAX]]
        return {
            "created": self.created,
            "changed": self.changed,
            "refused": self.refused,
            "problems": problems,
            "refs": self.refs[:REFS_MAX],
            "labels": self.labels[:REFS_MAX],
        }


def may_import(resource: Resource, ctx: Context) -> bool:
    """Whether the resource takes files and the caller may add rows."""
    return intake_of(resource).may_take(resource, ctx)


def batch_rows(ctx: Context, batch: ImportBatch) -> Any:
    """The rows of a batch."""
    return ImportRow.objects.visible_to(ctx).filter(batch=batch)


def labels_of(ctx: Context, refs: list[str]) -> list[str]:
    """What the rows behind refs of one model are called, in their order; those that are gone are left out."""
    model = model_of(refs[0]) if refs else None
    if model is None:
        return []
    rows = model.objects.visible_to(ctx).in_bulk([split(r)[1] for r in refs])  # type: ignore[attr-defined]
    return [str(rows[pk]) for pk in (split(r)[1] for r in refs) if pk in rows]


def refused_rows(ctx: Context, batch: ImportBatch) -> Iterator[ImportRow]:
    """The rows that were left out, in the order of the file."""
    yield from batch_rows(ctx, batch).filter(outcome="refused").order_by("position").iterator(chunk_size=1_000)
