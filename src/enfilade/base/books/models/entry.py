"""What is entered: entries and their lines, written once and never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enfilade.base.party.models import Party
from enfilade.core.language.words import say
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf

from .book import Account, Book, Period

LINES_MAX = 1_000


# An index that nobody reads costs too much in tables so busy; the others serve. The database has no foreign keys for these either, since
# checking one costs as much as writing the row, and passing over an empty one a twentieth of it: an entry stands in a period of its book,
# lines stand in a balance, which refers to account, period and company and stays as long as they do; parties and users are locked when
# they are named and asked when they go (sql/named.sql); sql/books.sql and sql/lines.sql check what is entered, all at once.
_LEAN: dict[str, Any] = {"on_delete": models.PROTECT, "db_index": False, "db_constraint": False}


def lean_company() -> Any:
    """The company of such a row."""
    return models.ForeignKey("core.Company", editable=False, related_name="+", **_LEAN)


class Entry(Record):
    """A movement between accounts of one book that sums to zero in every unit.

    on: the day it counts for; decides the period. recorded_at: when it was written.
    period: filled in by the database from `on`.
    line_count: how many lines belong to it, said beforehand: later nobody can add or take away one.
    origin: why it was made, as a reference such as `billing.invoice:42`; reverses: the entry that this one cancels.
    """

    rows_of = RowsOf(own=("user",))

    append_only = True

    company = lean_company()
    book = models.ForeignKey(Book, related_name="entries", **_LEAN)
    period = models.ForeignKey(Period, related_name="entries", **_LEAN)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    text = models.TextField()
    origin = models.TextField(blank=True)
    reverses = models.ForeignKey("self", null=True, related_name="reversed_by", **_LEAN)
    user = models.ForeignKey(User, null=True, related_name="+", verbose_name="entered by", **_LEAN)
    line_count = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="entry_reversed_once",
                violation_error_message="This entry is reversed already.",
            ),
            models.CheckConstraint(
                condition=Q(line_count__gte=2, line_count__lte=LINES_MAX),
                name="entry_two_lines",
                violation_error_message=f"An entry has 2 to {LINES_MAX} lines.",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="entry_has_text", violation_error_message="An entry says what it is for."),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "book", "on", "id"], name="entry_by_day"),
            models.Index(fields=["book", "id"], name="entry_of_book"),
            models.Index(fields=["company", "origin"], condition=~Q(origin=""), name="entry_by_origin"),
        ]

    def __str__(self) -> str:
        return f"Entry {self.pk}"

    def get_text_display(self) -> str:
        """What it is for, in the language of whoever reads it, where the house wrote it; what somebody typed is theirs."""
        return say(self.text) if self.origin or self.reverses_id else self.text


class Line(Record):
    """A quantity on an account: positive is debit, negative is credit.

    on: the day of its entry, kept here too so that an account is read in order without its entries.
    dimensions: codes of the values it concerns, at most one of each dimension, in the order of the alphabet.
    """

    rows_of = RowsOf(part_of="entry")

    append_only = True
    # An entry is complete at commit, names how many lines it has, and is sealed with them: its own record stands for them.
    recorded = False

    company = lean_company()
    entry = models.ForeignKey(Entry, related_name="lines", **_LEAN)
    account = models.ForeignKey(Account, related_name="lines", **_LEAN)
    unit = models.CharField(max_length=20)
    quantity_minor = models.BigIntegerField("quantity", help_text="In the smallest part of the unit; debit is positive, credit negative.")
    on = models.DateField()
    party = models.ForeignKey(Party, null=True, related_name="+", **_LEAN)
    text = models.TextField(blank=True)
    dimensions = ArrayField(models.TextField(), default=list, db_default=[], blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(quantity_minor=0),
                name="line_not_zero",
                violation_error_message="A line moves something: its amount is not zero.",
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="line_has_unit", violation_error_message="A line has a unit."),
        ]
        indexes: ClassVar = [
            models.Index(fields=["entry"], name="line_of_entry"),
            models.Index(fields=["account", "on", "id"], name="line_of_account"),
            models.Index(fields=["party", "account", "on"], condition=Q(party__isnull=False), name="line_of_party"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.quantity_minor} {self.unit}"

    @property
    def dimension_codes(self) -> str:
        """The values that it concerns, as they are typed."""
        return " ".join(self.dimensions)

    @property
    def debit_minor(self) -> int | None:
        """The amount when it is a debit."""
        return self.quantity_minor if self.quantity_minor > 0 else None

    @property
    def credit_minor(self) -> int | None:
        """The amount, without its sign, when it is a credit."""
        return -self.quantity_minor if self.quantity_minor < 0 else None


class Unfinished(Record):
    """An entry whose lines come in later statements of its transaction; the row is gone when they are there, at commit at the latest."""

    app_writable = False
    recorded = False

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = "unfinished entry"
        verbose_name_plural = "unfinished entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], name="unfinished_once", violation_error_message="This entry is awaited already.")
        ]

    def __str__(self) -> str:
        return f"Entry {self.entry_id}"
