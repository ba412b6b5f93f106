"""What documents do when something happens below."""

from __future__ import annotations

from enfilade.base.party.events import PartiesMerged
from enfilade.core.access import house_context
from enfilade.core.context import Context
from enfilade.core.events import reacts
from enfilade.core.scanning import FileCleared

from .events import DocumentReplaced, DocumentSigned, DocumentTaken
from .models import Document, LegalHold, SignatureRequest
from .queries import documents_with_file
from .texts import read_document


@reacts(PartiesMerged)
def move_documents(ctx: Context, fact: PartiesMerged) -> None:
    """The documents of a merged party belong to the one that stays, and so do the holds on them."""
    LegalHold.objects.visible_to(ctx).filter(party=fact.other_id, state=LegalHold.State.ACTIVE).update(party=fact.keep_id)
    SignatureRequest.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)
    Document.objects.visible_to(ctx).filter(party=fact.other_id).update(party=fact.keep_id)


@reacts(DocumentTaken, later=True)
@reacts(DocumentReplaced, later=True)
@reacts(DocumentSigned, later=True)
def read_file(ctx: Context, fact: DocumentTaken | DocumentReplaced | DocumentSigned) -> None:
    """After the commit a job reads what the file says, as the house: who may take a document need not be able to note its text."""
    read_document(house_context(ctx.company), fact.document_id)


@reacts(FileCleared, later=True)
def read_cleared_file(ctx: Context, fact: FileCleared) -> None:
    """A file that was held until it was scanned is read then, where a document has it already."""
    for pk in documents_with_file(ctx, fact.file_id):
        read_document(house_context(ctx.company), pk)
