"""Which dimensions an account demands on its lines, and which it forbids."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.books.models import Account, Dimension
from enfilade.core.models import Record


class DimensionRule(Record):
    """What lines of an account, or of whichever account serves a purpose, say of one dimension.

    account: a heading speaks for the accounts below it. The rule that stands nearest counts: of the account itself, then of its purpose,
        then of the headings above it.
    from_on: entries of earlier days are as they are.
    """

    class Manner(models.TextChoices):
        REQUIRED = "required", "Each line names a value"
        FORBIDDEN = "forbidden", "No line names a value"
        FREE = "free", "Lines may name a value"

    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.SlugField(blank=True)
    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="+")
    manner = models.TextField("rule", choices=Manner)
    from_on = models.DateField("from")

    class Meta:
        verbose_name = "rule of dimensions"
        verbose_name_plural = "rules of dimensions"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "account", "dimension"],
                condition=Q(account__isnull=False),
                name="dimension_rule_once",
                violation_error_message="This account has a rule for this dimension already; change that one.",
            ),
            models.UniqueConstraint(
                fields=["company", "purpose", "dimension"],
                condition=Q(account=None),
                name="dimension_rule_of_purpose_once",
                violation_error_message="This purpose has a rule for this dimension already; change that one.",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False, purpose="") | Q(account=None) & ~Q(purpose=""),
                name="dimension_rule_of_one",
                violation_error_message="A rule is of an account or of a purpose.",
            ),
            models.CheckConstraint(
                condition=Q(manner__in=["required", "forbidden", "free"]),
                name="dimension_rule_known",
                violation_error_message="A dimension is demanded, forbidden or left free.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account or self.purpose.replace('_', ' ')}: {self.dimension}"
