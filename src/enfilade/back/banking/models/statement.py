"""What came from the bank: files, statements, lines. None of it ever changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, StoredFile, User

from .account import BankAccount


class BankFile(Record):
    """A file of statements that was taken as a whole. The same content is taken once.

    format: as the content says, for example camt.053.001.08 or MT940. sha256: of the content, in hexadecimal.
    known_count: lines that an earlier statement had brought already. remarks: what a person should know, one sentence a line.
    """

    append_only = True

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, editable=False)
    format = models.CharField(max_length=40)
    taken_at = models.DateTimeField("taken at")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    statement_count = models.PositiveIntegerField("statements")
    line_count = models.PositiveIntegerField("new lines")
    known_count = models.PositiveIntegerField("lines known before")
    remarks = LongTextField(blank=True)

    class Meta:
        verbose_name = "bank file"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "sha256"], name="bank_file_once", violation_error_message="This file was taken already."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.taken_at:%Y-%m-%d}"


class Statement(Record):
    """A span of an account with the balances at both ends. What came between them is the sum of its lines.

    number: as the bank counts. place: 1, 2, 3 ... in its file. from_on, to_on: first and last day that it speaks of.
    moved_minor: sum of all its lines, those included that an earlier statement had brought.
    proof: what the bank said of its balances; what it did not say was reckoned from the lines.
    """

    class Proof(models.TextChoices):
        BALANCES = "balances", "Both balances"
        CLOSING = "closing", "Its closing balance only"
        LINES = "lines", "Its lines only"

    append_only = True

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    bank_file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    place = models.PositiveIntegerField(editable=False)
    number = models.TextField(blank=True)
    from_on = models.DateField("from")
    to_on = models.DateField("to")
    currency = models.CharField(max_length=3)
    opening_minor = AmountField("opening balance", signed=True)
    moved_minor = AmountField("moved", signed=True)
    closing_minor = AmountField("closing balance", signed=True)
    line_count = models.PositiveIntegerField("lines")
    proof = models.TextField("proved by", choices=Proof, default=Proof.BALANCES, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bank_file", "place"], name="statement_place_once", violation_error_message="This statement was taken already."
            ),
            models.CheckConstraint(
                condition=Q(closing_minor=F("opening_minor") + F("moved_minor")),
                name="statement_adds_up",
                violation_error_message="The opening balance and the lines of a statement make its closing balance.",
            ),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="statement_days_in_order",
                violation_error_message="A statement ends after it begins.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["bank_account", "to_on", "id"], name="statement_in_order")]

    def __str__(self) -> str:
        return f"{self.number or self.pk} {self.to_on:%Y-%m-%d}"


class StatementLine(Record):
    """One movement on a bank account. Only its owner changes, and what is matched of it, which a trigger sums up from the matches.

    amount_minor: what came in is positive, what went out negative. fingerprint: what makes it the same line in another statement.
    open_minor: what is not matched yet. return_code: why money came back, as ISO 20022 has it.
    """

    class State(models.TextChoices):
        OPEN = "open"
        PART = "part", "Partly matched"
        MATCHED = "matched"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines", db_index=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    booked_on = models.DateField("booked")
    value_on = models.DateField("value date")
    amount_minor = AmountField("amount", signed=True)
    currency = models.CharField(max_length=3)
    name = models.TextField("counterparty", blank=True)
    iban = models.CharField("their account", max_length=40, blank=True)
    bic = models.CharField("their BIC", max_length=20, blank=True)
    reference = models.TextField("their reference", blank=True)
    mandate = models.TextField(blank=True)
    purpose = LongTextField(blank=True)
    bank_reference = models.TextField("reference of the bank", blank=True)
    return_code = models.CharField("why it came back", max_length=4, blank=True, default="", db_default="")
    fingerprint = models.CharField(max_length=64, editable=False)
    matched_minor = AmountField("matched", signed=True, default=0, editable=False)
    open_minor = models.GeneratedField(
        verbose_name="not matched",
        expression=F("amount_minor") - F("matched_minor"),
        output_field=AmountField(signed=True),
        db_persist=True,
    )
    state = models.TextField(choices=State, default=State.OPEN, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "line of a statement"
        verbose_name_plural = "lines of statements"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bank_account", "fingerprint"],
                name="statement_line_once",
                violation_error_message="This line was taken from another statement already.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, matched_minor__gte=0, matched_minor__lte=F("amount_minor"))
                | Q(amount_minor__lt=0, matched_minor__lte=0, matched_minor__gte=F("amount_minor")),
                name="line_never_overmatched",
                violation_error_message="No more of a line can be matched than it has.",
            ),
            models.CheckConstraint(
                condition=Q(state="matched", matched_minor=F("amount_minor"))
                | Q(state="open", matched_minor=0) & ~Q(amount_minor=0)
                | Q(state="part") & ~Q(matched_minor=0) & ~Q(matched_minor=F("amount_minor")),
                name="line_state_true",
                violation_error_message="The state of a line follows from what is matched of it.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["bank_account", "booked_on", "id"], name="bankline_by_day"),
            models.Index(fields=["company", "booked_on", "id"], condition=~Q(state="matched"), name="bankline_open"),
        ]

    def __str__(self) -> str:
        return self.name or self.purpose[:60] or f"Line {self.pk}"

    @property
    def text(self) -> str:
        """Everything that the line says in words."""
        return " ".join(part for part in (self.reference, self.purpose, self.bank_reference) if part)
