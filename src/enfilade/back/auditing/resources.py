"""The list of what was handed out."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.models import StoredFile
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from .models import BooksFile

department("auditing", "Auditors", "file-search", 55)


class BooksFileResource(Resource):
    """Files of the books, each with its hash."""

    model = BooksFile
    columns = ("made_at", "format", "from_on", "to_on", "entry_count", "debit_minor", "made_by")
    filters = ("format", "made_at", "made_by")
    facts = ("format", "from_on", "to_on", "file", "sha256", "entry_count", "debit_minor", "made_at", "made_by")
    ordering = "-made_at"
    verbs = ("hand_out_books",)
    icon = "file-search"
    empty = "Hand out the books of a year as a file that a tax adviser, an auditor or an authority can read."


@file_guard
def of_the_books(ctx: Context, row: StoredFile) -> bool:
    """Whoever sees what was handed out may have the file."""
    return ctx.may("auditing.view_booksfile") and BooksFile.objects.visible_to(ctx).filter(file=row).exists()
