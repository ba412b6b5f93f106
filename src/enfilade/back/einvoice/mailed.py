"""E-invoices that suppliers send by mail: found among the files of a mail and taken by the house."""

from __future__ import annotations

from enfilade.base.message.queries import files_of, mails_with_file
from enfilade.core.access import house_context
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope

from .commands import take_einvoice

# A mail with more files than this is no bill.
FILES_MAX = 20
_ENDINGS = (".xml", ".pdf")


def take_from_mail(ctx: Context, message: int) -> None:
    """Take what hangs on a mail and is an e-invoice; it waits among those that came in until somebody enters it.

    What is none is no error, since most files of a mail are none; one that was taken before stays as it is.
    """
    with scope(ctx.company_id, read_only=True):
        found = files_of(ctx, message)[:FILES_MAX]
    for file in found:
        _take(ctx, file)


def take_cleared_file(ctx: Context, file: int) -> None:
    """Take a file that was held until it was scanned, where it came by mail."""
    with scope(ctx.company_id, read_only=True):
        found = [one for mail in mails_with_file(ctx, file)[:1] for one in files_of(ctx, mail.pk) if one.pk == file]
    for one in found:
        _take(ctx, one)


def _take(ctx: Context, file: StoredFile) -> None:
    if not file.name.lower().endswith(_ENDINGS):
        return
    try:
        take_einvoice(house_context(ctx.company), file=file.pk)
    except Refusal:
        return
