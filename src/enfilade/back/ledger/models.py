"""Which account serves which purpose."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from enfilade.base.books.models import Account
from enfilade.core.models import Record


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
