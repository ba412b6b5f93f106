"""The base of a table of words: what makes search cost the same with a million rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from .record import Record


class SearchWord(Record):
    """A word under which a row of another table is found: `PartyWord = kept_words(Party)`, and `keep_words` in a migration.

    Only the trigger writes it, in the transaction that changes the row, so the words can't fall behind. Its keys are not checked
    against the tables they point to: the trigger takes a row's words away with the row. Its index has all that a search reads.

    sorts: the column of the row that `label` keeps, where it is never NULL: lists in its order stay fast however many rows a search finds.
    """

    app_writable = False
    recorded = False

    sorts: ClassVar[str] = ""

    pk = models.CompositePrimaryKey("company_id", "row_id", "word")
    company = models.ForeignKey("core.Company", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    word = models.TextField(db_collation="C")
    label = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word


def word_of(model: type[models.Model]) -> models.ForeignKey:
    """The column `row` of a table of words."""
    return models.ForeignKey(model, on_delete=models.DO_NOTHING, related_name="words", db_index=False, db_constraint=False)


def kept_words(model: type[Record], *, sorts: str = "") -> type[SearchWord]:
    """The table of words of a model, `PartyWord` for Party, with an index `party_by_word`. sorts: see SearchWord."""
    name = model.__name__
    index = models.Index(fields=["company", "word"], include=["row", "label"], name=f"{name.lower()}_by_word")
    inner = {"app_label": model._meta.app_label, "indexes": [index]}
    made = {
        "__module__": model.__module__,
        "__doc__": f"The words of {name}.",
        "row": word_of(model),
        "sorts": sorts,
        "Meta": type("Meta", (), inner),
    }
    return type(f"{name}Word", (SearchWord,), made)
