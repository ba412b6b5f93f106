"""What PostgreSQL keeps from the entries: balances, carried totals, seals. Nobody writes these tables by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.models import Record

from .book import Account, Book, Period

SLOTS = 32


class Balance(Record):
    """Sum of the lines of one account, unit and period; written by the trigger on lines, in their transaction.

    slot: transactions that post at the same moment write different slots, so that none waits for another's commit; the balance
    is the sum of the slots. Closing a period folds them into slot 0.
    """

    app_writable = False
    recorded = False

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="balances", db_index=False)
    unit = models.CharField(max_length=20)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="balances")
    slot = models.PositiveSmallIntegerField(default=0)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "period", "unit", "slot"], name="balance_once", violation_error_message="This balance is kept already."
            ),
            models.CheckConstraint(
                condition=Q(debit_minor__gte=0, credit_minor__gte=0),
                name="balance_sides_positive",
                violation_error_message="Debit and credit are kept without sign.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit_minor - self.credit_minor} {self.unit}"


class Carried(Record):
    """Everything up to the end of a closed period, per account and unit, written when it closes: a report of any day starts here."""

    app_writable = False
    recorded = False

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="carried", db_index=False)
    unit = models.CharField(max_length=20)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="carried", db_index=False)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "carried totals"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period", "account", "unit"], name="carried_once", violation_error_message="This total is carried already."
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit_minor - self.credit_minor} {self.unit}"


class BookSeal(Record):
    """A sealed block of entries: whoever changes one of them breaks the chain from here on.

    number: 1, 2, 3 ... per book. previous, hash: SHA-256 in hexadecimal; the chain starts with 64 zeros.
    digests: 40 bytes per entry, its id and the SHA-256 of its canonical form, so that a broken block names the entry.
    """

    append_only = True
    recorded = False

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="seals")
    number = models.PositiveIntegerField()
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    entry_count = models.PositiveIntegerField()
    digests = models.BinaryField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = "seal"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "number"], name="seal_number_once", violation_error_message="This seal exists."),
            models.UniqueConstraint(
                fields=["book", "last_entry"], name="seal_last_once", violation_error_message="These entries are sealed already."
            ),
            models.CheckConstraint(
                condition=Q(first_entry__lte=models.F("last_entry"), entry_count__gte=1),
                name="seal_not_empty",
                violation_error_message="A seal covers at least one entry.",
            ),
        ]

    def __str__(self) -> str:
        return f"Seal {self.number}"

    @property
    def head(self) -> dict[str, int | str]:
        """What the seal says beside its digests, in the form that is hashed."""
        return {
            "company": self.company_id,
            "book": self.book_id,
            "number": self.number,
            "first_entry": self.first_entry,
            "last_entry": self.last_entry,
            "entry_count": self.entry_count,
            "previous": self.previous,
        }
