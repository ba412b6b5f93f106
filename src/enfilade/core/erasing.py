"""Destroying the content of a file: noted in the transaction that decides it, taken off the disk when that is certain.

Content is kept once however many files of whichever companies have it. It goes with the last of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import files
from .context import Context
from .jobs import job
from .models import Company, ErasedFile, FileScan, StoredFile
from .refs import ref
from .scope import scope


def erase(ctx: Context, file: StoredFile, reason: str) -> ErasedFile:
    """Note that a file is destroyed; nobody opens it from then on, and a job takes its content off the disk.

    reason: a sentence, for whoever looks for the file later.
    """
    gone = ErasedFile.objects.create(company=ctx.company, file=file, erased_at=ctx.now, erased_by=ctx.user, reason=reason)
    remove_unneeded.defer(digest=file.sha256)
    return gone


def used_by(file: StoredFile) -> Iterator[str]:
    """References of the records that carry a file."""
    for relation in StoredFile._meta.related_objects:
        carrier: Any = relation.related_model
        if carrier not in (ErasedFile, FileScan):
            rows = carrier.objects.filter(**{relation.field.name: file}).order_by("pk")
            yield from (ref(row) for row in rows[:10])


@job("core.remove_unneeded")
def remove_unneeded(digest: str) -> None:
    """Remove content that no file needs any more, be it a file of another company."""
    companies = list(Company.objects.values_list("pk", flat=True))
    with scope(*companies):
        files.lock_content(digest)
        if not StoredFile.objects.filter(sha256=digest, erasure=None).exists():
            files.remove_content(digest)
