"""Accounts at banks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.books.models import Account
from enfilade.core.models import Record, User


class BankAccount(Record):
    """An account at a bank, and the account of the ledger that says the same.

    number: IBAN, or what the bank calls the account, in capitals without spaces. also_known_as: how files of the bank call it instead.
    owner: who clears what does not match. routing: of a bank in the United States (ABA); payment runs from there are ACH files.
    savings: it is a savings account, which only ACH asks for.
    """

    name = models.TextField(help_text="As people call it, for example House bank.")
    number = models.CharField("IBAN or number", max_length=40)
    also_known_as = models.CharField(max_length=60, blank=True, help_text="Its name in statement files, where that is not the IBAN.")
    bic = models.CharField("BIC", max_length=11, blank=True)
    routing = models.CharField(
        "routing number", max_length=9, blank=True, default="", db_default="", help_text="Nine digits, only of a bank in the United States."
    )
    savings = models.BooleanField("savings account", default=False, db_default=False)
    currency = models.CharField(max_length=3)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="account of the ledger")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="clears breaks")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "bank account"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number", "currency"],
                name="bank_account_once",
                violation_error_message="This bank account is known already.",
            ),
            models.UniqueConstraint(
                fields=["account"],
                name="bank_account_own_ledger_account",
                violation_error_message="This account of the ledger belongs to another bank account.",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[A-Z0-9]{1,40}$"),
                name="bank_account_number_plain",
                violation_error_message="A number of an account has capital letters and digits, no spaces.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="bank_account_currency_iso",
                violation_error_message="A currency is three capital letters (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=Q(routing="") | Q(number__regex=r"^[A-Z0-9]{1,17}$"),
                name="bank_account_us_number",
                violation_error_message="Beside a routing number, the number of the account has at most 17 letters and digits.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
