"""What else a line says about a quantity: the department, project, cost centre or site that it concerns."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.models import Record

from .book import Account, Period


class Dimension(Record):
    """Something by which a company divides its figures beside the accounts, for example cost centre or project."""

    code = models.SlugField(max_length=20, help_text="Short and unique, for example project.")
    name = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="dimension_code_once", violation_error_message="There is a dimension with this code."
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="dimension_named", violation_error_message="A dimension has a code and a name."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DimensionValue(Record):
    """One value of a dimension: the cost centre of the laboratory, the project Neubau.

    code: unique in the company, so that a line names it without its dimension; it stays what it was, since lines carry it.
    parent: the value that sums this one.
    active: what is over takes no more lines.
    """

    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="values")
    code = models.CharField(max_length=20, help_text="Letters, digits, dots, hyphens and underscores, for example K100.")
    name = models.TextField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="dimensionvalue_code_once", violation_error_message="Another value has this code."
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Za-z0-9._-]{1,20}$"),
                name="dimensionvalue_code_plain",
                violation_error_message="A code is made of letters, digits, dots, hyphens and underscores.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="dimensionvalue_named", violation_error_message="A value has a name."),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="dimensionvalue_not_own_parent",
                violation_error_message="A value can't be below itself.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["dimension", "code"], name="dimensionvalue_by_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DimensionBalance(Record):
    """Sum of the lines of one account, unit and period that name one value; kept as `Balance` is, with its slots."""

    app_writable = False
    recorded = False

    value = models.ForeignKey(DimensionValue, on_delete=models.PROTECT, related_name="balances", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=20)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField(default=0)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["value", "account", "period", "unit", "slot"],
                name="dimensionbalance_once",
                violation_error_message="This balance is kept already.",
            ),
            models.CheckConstraint(
                condition=Q(debit_minor__gte=0, credit_minor__gte=0),
                name="dimensionbalance_sides_positive",
                violation_error_message="Debit and credit are kept without sign.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_id} {self.account_id} {self.debit_minor - self.credit_minor} {self.unit}"


class DimensionCarried(Record):
    """Everything that names one value up to the end of a closed period; kept as `Carried` is."""

    app_writable = False
    recorded = False

    value = models.ForeignKey(DimensionValue, on_delete=models.PROTECT, related_name="carried", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=20)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", db_index=False)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "carried totals of dimensions"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period", "value", "account", "unit"],
                name="dimensioncarried_once",
                violation_error_message="This total is carried already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value_id} {self.account_id} {self.debit_minor - self.credit_minor} {self.unit}"
