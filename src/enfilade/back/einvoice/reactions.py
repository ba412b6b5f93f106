"""What e-invoices do when something happens below."""

from __future__ import annotations

from enfilade.base.message.events import MailTaken
from enfilade.core.context import Context
from enfilade.core.events import reacts
from enfilade.core.scanning import FileCleared

from .mailed import take_cleared_file, take_from_mail


@reacts(MailTaken, later=True)
def look_into_mail(ctx: Context, fact: MailTaken) -> None:
    """After the commit a job takes the e-invoices of a mail, since reading them takes its time."""
    take_from_mail(ctx, fact.message_id)


@reacts(FileCleared, later=True)
def look_into_file(ctx: Context, fact: FileCleared) -> None:
    """A file that had to be scanned first is read then."""
    take_cleared_file(ctx, fact.file_id)
