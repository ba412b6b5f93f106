"""What is claimed for, under which rules, and the cards of the company."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.books.models import Account
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User

TAX_CLASSES = [("standard", "Standard"), ("reduced", "Reduced"), ("none", "None")]


class ExpenseCategory(Record):
    """A kind of expense: the account it is posted to, the tax it usually has, and what the company allows.

    rest_account: takes the share that may not be deducted from profit; deductible_percent: the share that may.
    receipt_above_minor: over more than this a line needs a receipt. limit_minor: a line over more is a breach of policy; None is no limit.
    days_max: a line that is claimed later is one as well.
    Source: § 4 (5) no. 2 EStG: entertainment is deducted by 70 %, and the tax on it whole (§ 15 (1a) UStG).
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "By receipt"
        ENTERTAINMENT = "entertainment", "Entertainment of guests"
        MILEAGE = "mileage", "Kilometres or miles"
        PER_DIEM = "per_diem", "Days away"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    kind = models.TextField(choices=Kind, default=Kind.RECEIPT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    rest_account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="account of what is not deductible"
    )
    deductible_percent = models.DecimalField("deductible from profit (%)", max_digits=5, decimal_places=2, default=Decimal(100))
    tax_class = models.TextField("usual tax", choices=TAX_CLASSES, default="standard")
    receipt_above_minor = AmountField("receipt needed above", default=0)
    limit_minor = AmountField("limit of a line", null=True, blank=True)
    days_max = models.PositiveSmallIntegerField("days to claim it", default=90)
    note = models.CharField("what people should know", max_length=200, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "expense category"
        verbose_name_plural = "expense categories"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="expense_category_once", violation_error_message="There is a category of this code."
            ),
            models.CheckConstraint(
                condition=Q(deductible_percent=100, rest_account=None)
                | Q(deductible_percent__gte=0, deductible_percent__lt=100, rest_account__isnull=False),
                name="expense_category_rest",
                violation_error_message="Where less than all may be deducted, name the account of the rest, and only there.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["receipt", "entertainment"]) | Q(tax_class="none", deductible_percent=100),
                name="expense_category_flat",
                violation_error_message="Kilometres and days away have no tax and are deducted whole.",
            ),
            models.CheckConstraint(
                condition=Q(receipt_above_minor__gte=0) & (Q(limit_minor=None) | Q(limit_minor__gt=0)),
                name="expense_category_limits",
                violation_error_message="Limits are above zero.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyCard(Record):
    """A card of the company that somebody pays with. account: of the ledger on which what the card owes stands."""

    name = models.CharField(max_length=80)
    last_digits = models.CharField("last four digits", max_length=4, blank=True)
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "company card"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="company_card_once", violation_error_message="There is a card of this name."
            ),
            models.CheckConstraint(
                condition=Q(last_digits__regex=r"^([0-9]{4})?$"),
                name="company_card_digits",
                violation_error_message="Give the last four digits only.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ···· {self.last_digits}" if self.last_digits else self.name
