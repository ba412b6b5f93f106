"""Files that people give us: kept by content hash, checked by content, handed out as attachments only.

Images of a short allow-list may be shown inline; everything else is a download. A name never becomes a path. Where there is a scanner
(see core.scanning), nobody reads what it has not scanned.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import FileResponse, HttpResponse

from .context import Context, Invalid, NotFound, Refusal
from .models import ErasedFile, FileScan, Record, StoredFile
from .scope import scope

PLACES_NAMED_MAX = 20
SIZE_MAX_BYTES = 20 * 1024 * 1024
INLINE = {"image/png", "image/jpeg", "image/webp", "application/pdf"}
# What is done with an upload once it is kept: it is looked at by the scanner (core.scanning), where there is one.
ON_UPLOAD: list[Callable[[Context, StoredFile], object]] = []
FileGuard = Callable[[Context, StoredFile], bool]
FILE_GUARDS: list[FileGuard] = [lambda ctx, row: row.stored_by_id == ctx.user.pk]
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)


def store(ctx: Context, name: str, content: IO[bytes], *, key: str = "") -> StoredFile:
    """Keep a file from outside, held until it is scanned where there is a scanner; the caller is inside a scope.

    name: as the person called it; only its last part is kept, for display and download.
    key: the same key gives the file that was kept under it, however often it is sent; "" where every call keeps one.
    Refuses: invalid (empty, or larger than 20 MiB), key_reused (for something else).
    """
    data = content.read(SIZE_MAX_BYTES + 1)
    if len(data) > SIZE_MAX_BYTES:
        raise Invalid({"file": [f"This file is larger than {SIZE_MAX_BYTES // 1024 // 1024} MB."]})
    if not data:
        raise Invalid({"file": ["This file is empty."]})
    if key and (earlier := _earlier(ctx, key, name, data)) is not None:
        return earlier
    row = store_bytes(ctx, name, data, sniff(data), key=key)
    if settings.CLAMD:
        FileScan.objects.create(company=ctx.company, file=row, asked_at=ctx.now)
    return row


def _earlier(ctx: Context, key: str, name: str, data: bytes) -> StoredFile | None:
    """The file that was kept under a key; whoever sends the same key at the same time waits until that is clear."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.upload:' || %s, %s))", [key, ctx.company_id])
    found = StoredFile.objects.filter(company=ctx.company, key=key).first()
    sent = (clean_name(name), hashlib.sha256(data).hexdigest(), ctx.user.pk)
    if found is not None and (found.name, found.sha256, found.stored_by_id) != sent:
        raise Refusal("key_reused", "This key was already used for something else.")
    return found


def keep_upload(ctx: Context, upload: object, *, key: str = "") -> StoredFile:
    """Keep a part of a multipart body in a transaction of its own; whoever wants it refers to it. Refuses as `store` does."""
    if not isinstance(upload, UploadedFile):
        raise Invalid({"file": ["Choose a file first."]})
    with scope(ctx.company_id):
        row = store(ctx, upload.name or "file", cast("IO[bytes]", upload), key=key)
    for run in ON_UPLOAD:
        run(ctx, row)
    return row


def store_bytes(ctx: Context, name: str, data: bytes, media_type: str, *, key: str = "") -> StoredFile:
    """Keep bytes that we made ourselves or have checked."""
    return store_stream(ctx, name, io.BytesIO(data), media_type, key=key)


def store_stream(ctx: Context, name: str, content: IO[bytes], media_type: str, *, key: str = "") -> StoredFile:
    """Keep what we made ourselves, however large, from a file that can be read twice."""
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    size_bytes = content.seek(0, io.SEEK_END)
    path = _path(digest)
    lock_content(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{ctx.user.pk}.part")
        content.seek(0)
        with part.open("wb") as out:
            shutil.copyfileobj(content, out)
        part.replace(path)
    return StoredFile.objects.create(
        company=ctx.company,
        name=clean_name(name),
        media_type=media_type,
        size_bytes=size_bytes,
        sha256=digest,
        stored_at=ctx.now,
        stored_by=ctx.user,
        key=key,
    )


def lock_content(digest: str) -> None:
    """Wait for whoever keeps or removes the same content, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.file:' || %s, 0))", [digest])


def open_file(row: StoredFile, *, unscanned: bool = False) -> IO[bytes]:
    """The content of a stored file. Refuses: erased, not_scanned, quarantined.

    unscanned: for the scanner, and for what takes a mail apart whose files are scanned one by one.
    """
    gone = ErasedFile.objects.filter(file=row).first()
    if gone is not None:
        raise Refusal("erased", f"{row.name} was destroyed on {gone.erased_at:%Y-%m-%d}: {gone.reason}")
    scan = None if unscanned else FileScan.objects.filter(file=row, state__in=["waiting", "quarantined"]).first()
    if scan is not None and scan.state == FileScan.State.QUARANTINED:
        raise Refusal("quarantined", f"{row.name} is locked away: {scan.found} was found in it. Ask whoever gave it for a clean one.")
    if scan is not None:
        raise Refusal("not_scanned", f"{row.name} has not been checked for viruses yet. Try again in a minute.")
    return _path(row.sha256).open("rb")


def at_line(line: int, sentence: str, field: str = "") -> str:
    """What is to be said of a place in a file, as people read it."""
    return f"Line {line}, {field}: {sentence}" if field else f"Line {line}: {sentence}"


def refuse_file(sentences: list[str]) -> None:
    """Refuse a file for what stands in it, where there is anything to say; of many places the first ones are named.

    Refuses: invalid.
    """
    if sentences:
        more = len(sentences) - PLACES_NAMED_MAX
        raise Invalid({"file": [*sentences[:PLACES_NAMED_MAX], *([f"{more} more places like these follow."] if more > 0 else [])]})


def remove_content(digest: str) -> None:
    """Take the bytes of a hash off the disk; whether anybody still needs them was asked before."""
    _path(digest).unlink(missing_ok=True)


def file_guard(run: FileGuard) -> FileGuard:
    """Register `def guard(ctx, stored_file) -> bool`: whether a record of this module lets the caller read the file."""
    FILE_GUARDS.append(run)
    return run


def carries_file(model: type[Record], permission: str, field: str = "file") -> None:
    """Let everybody who may see a record of this kind open the file in one of its fields. permission: to see such records."""

    @file_guard
    def carried(ctx: Context, row: StoredFile) -> bool:
        return ctx.may(permission) and model.objects.visible_to(ctx).filter(**{field: row}).exists()


def may_open(ctx: Context, row: StoredFile) -> bool:
    """Whether the caller gave the file, or may see a record that carries it."""
    return any(guard(ctx, row) for guard in FILE_GUARDS)


def file_for(ctx: Context, pk: int) -> StoredFile:
    """A file that the caller may read; whatever else there is, there is none.

    Refuses: not_found.
    """
    row = StoredFile.objects.visible_to(ctx).filter(pk=pk).first()
    if row is None or not may_open(ctx, row):
        raise NotFound("file", pk)
    return row


def response(row: StoredFile) -> FileResponse:
    """An answer that no browser runs: type by content, nosniff, sandboxed, attachment unless a picture or PDF."""
    content = open_file(row)
    inline = row.media_type in INLINE
    answer = FileResponse(
        content, as_attachment=not inline, filename=row.name, content_type=row.media_type if inline else "application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A paper that was made for this answer, shown by the browser and kept by nobody on the way."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def sniff(data: bytes) -> str:
    """Media type by the first bytes; anything not known is plain bytes, whatever its name says."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), "application/octet-stream")


def clean_name(name: str) -> str:
    """The last part of a file name without control characters, at most 200 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(". ")
    return kept[-200:] or "file"


def _path(digest: str) -> Path:
    return Path(settings.FILES_DIR) / digest[:2] / digest
