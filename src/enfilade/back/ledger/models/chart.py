"""Which account serves which purpose, and how it is called elsewhere; journals that came from elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from enfilade.base.books.models import Account
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States


class AccountPurpose(Record):
    """What an account is used for by other modules, which name the purpose and never the account.

    purpose: receivable, cash, bank, card, revenue, revenue_exempt, tax_output, discount, cash_difference, payable ...
    """

    purpose = models.SlugField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="purposes")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "purpose"],
                name="purpose_once",
                include=["account"],
                violation_error_message="This purpose has an account already; change that one.",
            )
        ]

    def __str__(self) -> str:
        return self.purpose.replace("_", " ")


class AccountName(Record):
    """What a journal of another program calls an account of ours."""

    name = models.TextField("name in the journal", help_text="Letter by letter, for example Assets:Checking.")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "name of an account elsewhere"
        verbose_name_plural = "names of accounts elsewhere"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="account_name_once",
                violation_error_message="This name has an account already; change that one.",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="account_name_said", violation_error_message="Give the name."),
        ]

    def __str__(self) -> str:
        return self.name


class JournalFile(Record):
    """A journal of another program that was entered as a whole. The same content is taken once, until it is taken back.

    sha256: of the content, in hexadecimal. from_on, to_on: first and last day of its entries. remarks: one sentence a line.
    """

    class State(models.TextChoices):
        TAKEN = "taken"
        TAKEN_BACK = "taken_back", "Taken back"

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, editable=False)
    format = models.CharField(max_length=40)
    taken_at = models.DateTimeField("taken at")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entry_count = models.PositiveIntegerField("entries")
    from_on = models.DateField("from")
    to_on = models.DateField("to")
    remarks = LongTextField(blank=True)
    state = models.TextField(choices=State, default=State.TAKEN, editable=False)

    states = States("state", {"take_back_journal": (("taken",), "taken_back")})

    class Meta:
        verbose_name = "journal file"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "sha256"],
                condition=models.Q(state="taken"),
                name="journal_file_once",
                violation_error_message="This journal was taken already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["taken", "taken_back"]),
                name="journal_file_state_known",
                violation_error_message="A journal is taken or taken back.",
            ),
            models.CheckConstraint(
                condition=models.Q(entry_count__gt=0, to_on__gte=models.F("from_on")),
                name="journal_file_whole",
                violation_error_message="A journal has at least one entry, and ends after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.from_on:%Y-%m-%d} – {self.to_on:%Y-%m-%d}"
