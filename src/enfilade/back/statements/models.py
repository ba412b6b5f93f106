"""Where an account stands in the cash flow statement, where that is not what its place in the chart says."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.books.models import Account
from enfilade.core.models import Record


class CashCategory(Record):
    """The category of one account; accounts without one have that of their place in the chart (rules.py)."""

    class Category(models.TextChoices):
        CASH = "cash", "Cash itself"
        OPERATING = "operating", "Operating"
        INVESTING = "investing", "Investing"
        FINANCING = "financing", "Financing"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    category = models.TextField(choices=Category)

    class Meta:
        verbose_name = "category of cash flows"
        verbose_name_plural = "categories of cash flows"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "account"],
                name="cash_category_once",
                violation_error_message="This account has a category already; change that one.",
            ),
            models.CheckConstraint(
                condition=Q(category__in=["cash", "operating", "investing", "financing"]),
                name="cash_category_known",
                violation_error_message="A category is cash, operating, investing or financing.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_category_display()}"
