"""The text of documents, and the words under which they are found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, SearchWord, word_of
from enfilade.core.rows import RowsOf

from .document import Document


class DocumentText(Record):
    """What the file of a document says, read by a job after it was handed in; or a sentence why nothing could be read.

    It goes with the content of its document: a trigger takes it away when that is destroyed, and the record of changes never has it.
    """

    left_out = ("content",)
    rows_of = RowsOf(part_of="document")

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="text")
    read_at = models.DateTimeField()
    content = LongTextField(blank=True)
    sentence = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(content="") | ~Q(sentence=""),
                name="document_text_or_reason",
                violation_error_message="Where no text was read, it is said why.",
            ),
        ]

    def __str__(self) -> str:
        return f"Text of {self.document}"


class DocumentWord(SearchWord):
    """The words of a document's party, kind, note and text. Which those are says sql/words.sql; the label is the day of receipt."""

    sorts = "received_on"

    row = word_of(Document)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "word"], include=["row", "label"], name="document_by_word")]
