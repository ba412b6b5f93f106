"""The command behind every import of a file."""

from __future__ import annotations

import io

from .command import command
from .context import Context, NotFound
from .files import open_file, store
from .models import ImportBatch, StoredFile
from .resource import Resource, resource_named
from .resource.transfer import PROBLEMS_MAX, ImportResult, may_import, read_rows, take_rows
from .scope import scope


@command(permission="core.import_rows", hidden=True, target="")
def import_rows(ctx: Context, *, resource: str, file: StoredFile) -> ImportBatch:
    """Take the rows of a file into a resource, each through the command that a form would use.

    resource: label such as party.party.
    file: kept before; what it is, is found by its content.
    Refuses: not_found; single rows are refused with line and field in the batch's problems, the good ones stay.
    """
    target = resource_named(resource)
    if not may_import(target, ctx):
        raise NotFound("import of", target.plural)
    with open_file(file) as content:
        data = content.read()
    rows, problems = read_rows(target, ctx, file.name, data)
    result = ImportResult(problems=list(problems), refused=sum(p.refused for p in problems))
    take_rows(ctx, target, rows, result)
    batch = ImportBatch.objects.create(
        company=ctx.company,
        resource=resource,
        file_name=file.name,
        at=ctx.now,
        user=ctx.user,
        created_count=result.created,
        changed_count=result.changed,
        refused_count=result.refused,
        problems=[vars(p) for p in result.problems[:PROBLEMS_MAX]],
        refs=result.refs,
    )
    batch.outcome = result  # type: ignore[attr-defined]
    return batch


def import_file(ctx: Context, resource: Resource, name: str, data: bytes) -> ImportResult:
    """Keep a file and import it; with ctx.rehearse no row is kept."""
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    with scope(ctx.company_id):
        stored = store(ctx, name, io.BytesIO(data))
    return import_stored(ctx, resource, stored)


def import_stored(ctx: Context, resource: Resource, file: StoredFile) -> ImportResult:
    """Import a file that is kept already. Under the same key the second call gives the first result."""
    batch = import_rows(ctx, resource=resource.label, file=file)
    done: ImportResult | None = getattr(batch, "outcome", None)
    return done or ImportResult.of(batch)
