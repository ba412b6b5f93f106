"""Budgets of years of accounts, in versions, and their amounts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.books.models import Account, DimensionValue
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States


class Budget(Record):
    """One version of the plan of a year of accounts. Once approved its amounts stay; what is planned otherwise is another version."""

    rows_of = RowsOf(own=("made_by",))

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        RETIRED = "retired"

    name = models.CharField(max_length=100)
    starts_on = models.DateField("from")
    ends_on = models.DateField("to")
    note = LongTextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    approved_at = models.DateTimeField(null=True, editable=False)
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "enter_budget": (("draft",), "draft"),
            "spread_budget": (("draft",), "draft"),
            "take_actuals": (("draft",), "draft"),
            "import_budget": (("draft",), "draft"),
            "approve_budget": (("draft",), "approved"),
            "retire_budget": (("draft", "approved"), "retired"),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "starts_on", "name"],
                name="budget_name_once",
                violation_error_message="This year has a budget with this name.",
            ),
            models.UniqueConstraint(
                fields=["company", "starts_on"],
                condition=Q(state="approved"),
                name="budget_approved_once",
                violation_error_message="Another budget of this year is approved; retire that one first.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(starts_on__lte=F("ends_on")),
                name="budget_of_a_year",
                violation_error_message="A budget has a name, and a last day after its first.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_by=None, approved_at=None)
                | Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | Q(state="retired"),
                name="budget_approved_by_somebody",
                violation_error_message="An approved budget says who approved it, and when; a draft says neither.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"


class BudgetLine(Record):
    """What an account is planned to move in one month, with the sign that people expect: income, cost, debts and equity positive.

    month_on: the first day of the month within the year. value: of a dimension, for which it is planned; None for the whole company.
    """

    rows_of = RowsOf(part_of="budget")

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    value = models.ForeignKey(DimensionValue, null=True, on_delete=models.PROTECT, related_name="+")
    month_on = models.DateField("month")
    amount_minor = AmountField("amount", signed=True)

    class Meta:
        verbose_name = "amount of a budget"
        verbose_name_plural = "amounts of budgets"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "budget", "account", "value", "month_on"],
                nulls_distinct=False,
                name="budget_line_once",
                violation_error_message="This account has an amount for this month already.",
            ),
            models.CheckConstraint(
                condition=~Q(amount_minor=0),
                name="budget_line_says_something",
                violation_error_message="What is not planned has no amount.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month_on:%Y-%m}"
