"""What a line of a statement was matched with, and rules that were learnt from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.back.billing.models import Invoice, Payment, WriteOff
from enfilade.base.books.models import Account, Entry
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User

from .account import BankAccount
from .statement import StatementLine


class LineMatch(Record):
    """A part of a line, and the entry of the ledger that says the same, or its part. Nothing of it changes but that it is taken back, once.

    kind: an invoice was paid, money stays on account of a party, an account was posted to, or the entry was there before. write_off: the
    discount that the customer kept. percent, reason: of the proposal that was
    accepted; percent is None where a person chose by herself. undo_entry: the entry that cancelled `entry` when it was taken back.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        PARTY = "party", "On account of a party"
        ACCOUNT = "account"
        ENTRY = "entry", "Entry that was there"

    line = models.ForeignKey(StatementLine, on_delete=models.PROTECT, related_name="matches")
    kind = models.TextField(choices=Kind)
    amount_minor = AmountField("amount", signed=True)
    currency = models.CharField(max_length=3)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    write_off = models.ForeignKey(WriteOff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    percent = models.PositiveSmallIntegerField("confidence", null=True)
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField("matched at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="matched by")
    undone_at = models.DateTimeField("taken back at", null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="taken back by")
    undo_entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "match"
        verbose_name_plural = "matches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="match_not_zero", violation_error_message="A match is about an amount other than zero."
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", invoice__isnull=False, payment__isnull=False)
                | Q(kind="party", invoice=None, payment__isnull=False, write_off=None)
                | Q(kind__in=["account", "entry"], invoice=None, payment=None, write_off=None),
                name="match_names_invoice",
                violation_error_message="A match with an invoice names it and its payment, one with a party its payment only.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undo_entry=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="match_undone_by_somebody",
                violation_error_message="What was taken back says by whom.",
            ),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__gte=0, percent__lte=100),
                name="match_percent_in_bounds",
                violation_error_message="A confidence is between 0 and 100 percent.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["entry"], name="match_of_entry")]

    def __str__(self) -> str:
        return f"Match {self.pk}"


class MatchRule(Record):
    """What a line from somebody, or with some words, is: money from a party, or something for an account.

    iban: their account. words: stand in the name or the purpose of the line, in this order, whatever their case.
    """

    bank_account = models.ForeignKey(BankAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    iban = models.CharField("their account", max_length=40, blank=True)
    words = models.CharField(max_length=200, blank=True)
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "matching rule"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(iban="") | ~Q(words=""),
                name="match_rule_looks_at_something",
                violation_error_message="A rule looks at their account, at words, or at both.",
            ),
            models.CheckConstraint(
                condition=Q(party=None, account__isnull=False) | Q(party__isnull=False, account=None),
                name="match_rule_says_one_thing",
                violation_error_message="A rule leads to a party or to an account, not to both.",
            ),
            models.UniqueConstraint(
                fields=["company", "bank_account", "iban", "words", "party", "account"],
                nulls_distinct=False,
                name="match_rule_once",
                violation_error_message="There is such a rule already.",
            ),
        ]

    def __str__(self) -> str:
        return self.words or self.iban
