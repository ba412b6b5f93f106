"""What e-invoices do when something happens below: what suppliers send by mail is taken by itself."""

from __future__ import annotations

from enfilade.base.message.events import MailTaken
from enfilade.base.message.queries import files_of, mails_with_file
from enfilade.core.access import house_context
from enfilade.core.context import Context, Refusal
from enfilade.core.events import reacts
from enfilade.core.models import StoredFile
from enfilade.core.scanning import FileCleared
from enfilade.core.scope import scope

from .commands import take_einvoice

# A mail with more files than this is no bill.
FILES_MAX = 20
_ENDINGS = (".xml", ".pdf")


@reacts(MailTaken, later=True)
def take_from_mail(ctx: Context, fact: MailTaken) -> None:
    """Take what hangs on a mail and is an e-invoice, as the house; it waits among those that came in until somebody enters it.

    What is none is no error, since most files of a mail are none; one that was taken before stays as it is.
    """
    with scope(ctx.company_id, read_only=True):
        found = files_of(ctx, fact.message_id)[:FILES_MAX]
    for file in found:
        _take(ctx, file)


@reacts(FileCleared, later=True)
def take_cleared_file(ctx: Context, fact: FileCleared) -> None:
    """A file that was held until it was scanned is looked at then, where it came by mail."""
    with scope(ctx.company_id, read_only=True):
        found = [file for mail in mails_with_file(ctx, fact.file_id)[:1] for file in files_of(ctx, mail.pk) if file.pk == fact.file_id]
    for file in found:
        _take(ctx, file)


def _take(ctx: Context, file: StoredFile) -> None:
    if not file.name.lower().endswith(_ENDINGS):
        return
    try:
        take_einvoice(house_context(ctx.company), file=file.pk)
    except Refusal:
        return
