"""What a book consists of: accounts and periods."""

from __future__ import annotations

from calendar import monthrange
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.core.models import Record
from enfilade.core.states import States


class Book(Record):
    """Something that is counted by double entry: the money of the company, pieces by place, hours of leave.

    unit_kind: what its units are; a line names its unit itself (EUR, C62, HUR, an item's code).
    """

    class UnitKind(models.TextChoices):
        MONEY = "money"
        QUANTITY = "quantity"
        TIME = "time"

    code = models.SlugField(help_text="Short and unique, for example general.")
    name = models.TextField()
    unit_kind = models.TextField(choices=UnitKind, default=UnitKind.MONEY)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="book_code_once", violation_error_message="There is a book with this code."
            ),
            models.CheckConstraint(
                condition=Q(unit_kind__in=["money", "quantity", "time"]),
                name="book_unit_kind_known",
                violation_error_message="A book counts money, quantities or time.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Account(Record):
    """A place in a book that quantities move from and to.

    kind: side of the account; decides in which report it stands.
    heading: it only sums the accounts below it; nothing is posted to it.
    active: an account that is no longer used is closed, never deleted.
    """

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"
        STATISTICAL = "statistical"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=20)
    name = models.TextField()
    kind = models.TextField(choices=Kind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    heading = models.BooleanField(default=False, help_text="Only sums the accounts below it.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["book", "code"], name="account_code_once", violation_error_message="This book has an account with this code."
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="account_named", violation_error_message="An account has a code and a name."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["asset", "liability", "equity", "income", "expense", "statistical"]),
                name="account_kind_known",
                violation_error_message="This kind of account is not known.",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="account_not_own_parent",
                violation_error_message="An account can't be below itself.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "code"], name="account_by_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Period(Record):
    """A span of days of a book, usually a month; periods close and reopen in order.

    A softly closed period takes entries of those only who are admitted (LateAdmission); a closed one takes none of anybody.
    """

    class State(models.TextChoices):
        OPEN = "open"
        SOFT = "soft", "Softly closed"
        CLOSED = "closed"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="periods")
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.TextField(choices=State, default=State.OPEN, editable=False)

    states = States(
        "state",
        {
            "soft_close_period": (("open",), "soft"),
            "close_period": (("open", "soft"), "closed"),
            "reopen_period": (("soft", "closed"), "open"),
            "admit_late": (("soft",), "soft"),
        },
        said={
            ("close_period", "closed"): ("not_open", "This period is closed already."),
            ("reopen_period", "open"): ("not_closed", "This period is open."),
        },
    )

    class Meta:
        ordering: ClassVar = ["starts_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="period_forwards", violation_error_message="A period ends after it starts."
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "soft", "closed"]),
                name="period_state_known",
                violation_error_message="A period is open, softly closed or closed.",
            ),
            ExclusionConstraint(
                name="period_no_overlap",
                expressions=[
                    (Func("book_id", "book_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func("starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="There is a period of this book on these days.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["book", "starts_on"], name="period_by_day")]

    def __str__(self) -> str:
        whole_month = self.starts_on.day == 1 and self.ends_on == self.starts_on.replace(
            day=monthrange(self.starts_on.year, self.starts_on.month)[1]
        )
        return f"{self.starts_on:%B %Y}" if whole_month else f"{self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"
