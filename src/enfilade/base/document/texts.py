"""Reading the file of a document and noting what it says: outside of any transaction, since a hostile file may take its time."""

from __future__ import annotations

from enfilade.core import files
from enfilade.core.context import Context, Refusal
from enfilade.core.scope import scope

from .commands import note_text
from .filetext import CHARACTERS_MAX, Reading, read_text
from .models import Document, DocumentText

LOST = "The content of this file is missing; look after the disk and the backup."
CUT = f"It is longer than what is kept for search, the first {CHARACTERS_MAX:,} characters."


def read_document(ctx: Context, document_id: int) -> DocumentText | None:
    """Read one document, and keep what it says or why it says nothing; None where there is nothing to read."""
    with scope(ctx.company_id, read_only=True):
        document = Document.objects.visible_to(ctx).select_related("file").filter(pk=document_id).first()
        if document is None or document.file is None:
            return None
        try:
            with files.open_file(document.file) as content:
                data = content.read()
        except Refusal:
            return None
        except FileNotFoundError:
            data = b""
    found = read_text(data) if data else Reading(fault=LOST)
    return note_text(ctx, document=document.pk, content=found.text, sentence=found.fault or (CUT if found.is_cut else ""))
