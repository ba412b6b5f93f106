"""Noting what the file of a document says."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.document.filetext import CHARACTERS_MAX
from enfilade.base.document.models import Document, DocumentText
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal

# Not in the audit, which keeps for ever what the destruction of a document has to take away.
Content = Annotated[str, Input(secret=True, max_length=CHARACTERS_MAX)]


@command(permission="document.note_text", hidden=True)
def note_text(ctx: Context, *, document: Document, content: Content = "", sentence: str = "") -> DocumentText:
    """Keep the text of a document's file, by which it is found from then on; a job does, after the document came in.

    sentence: why there is none, or what is not in it.
    Refuses: nothing_to_read; document_text_or_reason, document_text_of_destroyed (database).
    """
    if document.file_id is None:
        raise Refusal("nothing_to_read", "This document has no file.")
    values = {"content": content, "sentence": sentence, "read_at": ctx.now}
    made, _ = DocumentText.objects.update_or_create(company=ctx.company, document=document, defaults=values)
    return made
