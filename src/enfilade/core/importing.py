"""The command behind every import of a file."""

from __future__ import annotations

import io
from typing import cast

from .command import command
from .context import Context, NotFound
from .files import open_file, store
from .models import ImportBatch, StoredFile
from .resource import Resource, resource_named
from .resource.transfer import ImportResult, may_import, read_rows, take_rows
from .scope import scope


@command(permission="core.import_rows", hidden=True, target="")
def import_rows(ctx: Context, *, resource: str, file: StoredFile) -> ImportBatch:
    """Take the rows of a file into a resource, each through the command that a form would use.

    resource: label such as party.party.
    file: kept before; what it is, is found by its content.
    Refuses: not_found; single rows are refused with line and field in the batch's problems, the good ones stay.
    """
    target = resource_named(resource)
    ctx.require(f"{target.module}.add_{target.name}")
    with open_file(file) as content:
        data = content.read()
    rows, problems = read_rows(target, ctx, file.name, data)
    result = ImportResult(problems=list(problems), refused=sum(p.refused for p in problems))
    take_rows(ctx, rows, result)
    batch = ImportBatch.objects.create(
        company=ctx.company,
        resource=resource,
        file_name=file.name,
        at=ctx.now,
        user=ctx.user,
        created_count=result.created,
        changed_count=result.changed,
        problems=[vars(p) for p in result.problems[:1000]],
        refs=result.refs,
    )
    batch.outcome = result  # type: ignore[attr-defined]
    return batch


def import_file(ctx: Context, resource: Resource, name: str, data: bytes) -> ImportResult:
    """Import a file through import_rows; with ctx.rehearse no row is kept."""
    if not may_import(resource, ctx):
        raise NotFound("import of", resource.plural)
    with scope(ctx.company_id):
        stored = store(ctx, name, io.BytesIO(data))
    return cast("ImportResult", import_rows(ctx, resource=resource.label, file=stored).outcome)
