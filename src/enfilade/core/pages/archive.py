"""The archive of the record, as a file."""

from __future__ import annotations

import tempfile
from datetime import date

from django.http import FileResponse, HttpRequest

from enfilade.core.archive import PERMISSION, write_archive
from enfilade.core.context import Context, Invalid
from enfilade.core.http.dispatch import view

MEMORY_MAX_BYTES = 8 * 1024 * 1024


@view(PERMISSION)
def archive_view(request: HttpRequest, ctx: Context) -> FileResponse:
    """/core/audit-archive/?since=&until=: days of the company, both included. A long archive waits on the disk, not in memory."""
    try:
        since, until = (date.fromisoformat(request.GET.get(name, "")) for name in ("since", "until"))
    except ValueError:
        raise Invalid({"since": ["Name the period by since and until, such as since=2026-11-01 and until=2026-11-30."]}) from None
    file = tempfile.SpooledTemporaryFile(max_size=MEMORY_MAX_BYTES)  # noqa: SIM115 - the answer closes it
    write_archive(ctx, since, until, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"record-{ctx.company.slug}-{since}-{until}.zip", content_type="application/zip")
