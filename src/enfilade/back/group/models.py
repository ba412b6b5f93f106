"""Who belongs to the group of a company, which party is which company, accounts in the group's chart, entries of the group only.

All rows are of one company: those of the group stand at its parent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Company, Record, User
from enfilade.core.rows import RowsOf


class GroupCompany(Record):
    """A company of this house of which the parent holds shares, itself or through a company of the group.

    held_by: the company of the group that holds the shares; None for the parent itself. share_percent: of its capital, as the holder
    has it. acquired_on: at the end of this day its equity is taken as what was bought; its results count from the next day on, or from when
    its holder belongs to the group, if that is later. cost_minor: of the shares, in the holder's currency. shares_account: of the group's
    chart, where they stand. goodwill_years: over which goodwill is written down, month by month; 0: not at all (IFRS 3).
    """

    class Method(models.TextChoices):
        FULL = "full", "Full consolidation"
        EQUITY = "equity", "Equity method"
        NONE = "none", "Not consolidated"

    member = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", verbose_name="company of the group")
    held_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="holds", verbose_name="shares held by"
    )
    method = models.TextField(choices=Method)
    share_percent = models.DecimalField("share (%)", max_digits=7, decimal_places=4)
    acquired_on = models.DateField("acquired")
    cost_minor = AmountField("cost of the shares")
    shares_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="shares stand on")
    goodwill_years = models.PositiveSmallIntegerField("years of goodwill", default=10)
    left_on = models.DateField("left", null=True, blank=True)

    class Meta:
        verbose_name = "company of the group"
        verbose_name_plural = "companies of the group"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "member"],
                name="group_company_once",
                violation_error_message="This company belongs to the group already.",
            ),
            models.CheckConstraint(
                condition=~Q(member=F("company")),
                name="group_not_itself",
                violation_error_message="A company holds no shares of itself here.",
            ),
            models.CheckConstraint(
                condition=Q(share_percent__gt=0, share_percent__lte=100),
                name="group_share_of_hundred",
                violation_error_message="A share is above zero and at most 100 percent.",
            ),
            models.CheckConstraint(
                condition=Q(method__in=["full", "equity", "none"]),
                name="group_method_known",
                violation_error_message="A company is consolidated in full, by the equity method, or not at all.",
            ),
            models.CheckConstraint(
                condition=Q(cost_minor__gte=0, goodwill_years__lte=40) & (Q(left_on=None) | Q(left_on__gt=F("acquired_on"))),
                name="group_company_sane",
                violation_error_message="Shares cost zero or more, goodwill lasts 40 years at most, and a company leaves after it came.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def effective_percent(self) -> Decimal:
        """What the parent has of it through all levels: 60 % held through 80 % are 48 %."""
        above = self.held_by
        return (self.share_percent if above is None else self.share_percent * above.effective_percent / 100).normalize()


class GroupPartner(Record):
    """A party of ours that is another company of this house."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", verbose_name="is the company")

    class Meta:
        verbose_name = "partner in the group"
        verbose_name_plural = "partners in the group"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "party"],
                name="group_party_once",
                violation_error_message="This party is a company of the group already.",
            ),
            models.UniqueConstraint(
                fields=["company", "partner"], name="group_partner_once", violation_error_message="Another party is this company already."
            ),
            models.CheckConstraint(
                condition=~Q(partner=F("company")),
                name="group_partner_not_itself",
                violation_error_message="A company is no partner of itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} = {self.partner}"


class AccountMapping(Record):
    """Where an account of a company stands in the group's chart, which is that of the parent, where that is not told by itself."""

    rows_of = RowsOf(part_of="group_company")

    group_company = models.ForeignKey(GroupCompany, on_delete=models.CASCADE, related_name="mappings", verbose_name="company of the group")
    code = models.CharField("their account", max_length=20)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="account of the group")

    class Meta:
        verbose_name = "account in the group's chart"
        verbose_name_plural = "accounts in the group's chart"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group_company", "code"], name="group_mapping_once", violation_error_message="This account has its place already."
            ),
            models.CheckConstraint(condition=~Q(code=""), name="group_mapping_said", violation_error_message="Give the account."),
        ]

    def __str__(self) -> str:
        return self.code


class ConsolidationEntry(Record):
    """An entry that exists in the statements of the group only, on accounts of its chart; no company's books have it.

    It counts from its day on until it is reversed; income and cost of an earlier year count as results of earlier years.
    """

    append_only = True

    class Kind(models.TextChoices):
        PROFIT = "profit", "Unrealised profit (§ 304 HGB)"
        CAPITAL = "capital", "Capital (§ 301 HGB)"
        DEBT = "debt", "Debts (§ 303 HGB)"
        RESULT = "result", "Income and cost (§ 305 HGB)"
        OTHER = "other", "Other adjustment"

    on = models.DateField()
    kind = models.TextField(choices=Kind)
    text = models.TextField("what for")
    line_count = models.PositiveSmallIntegerField(editable=False)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by", editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "consolidation entry"
        verbose_name_plural = "consolidation entries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(text="") & Q(line_count__gte=2, line_count__lte=200),
                name="consolidation_says_what_for",
                violation_error_message="A consolidation entry says what it is for, and has 2 to 200 lines.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["profit", "capital", "debt", "result", "other"]),
                name="consolidation_kind_known",
                violation_error_message="This kind of consolidation entry is not known.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.text}"


class ConsolidationLine(Record):
    """One side of it. amount_minor: debit positive."""

    append_only = True
    rows_of = RowsOf(part_of="entry")

    entry = models.ForeignKey(ConsolidationEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_minor = AmountField("amount", signed=True)

    class Meta:
        verbose_name = "line of a consolidation entry"
        verbose_name_plural = "lines of consolidation entries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="consolidation_line_moves", violation_error_message="A line has an amount."
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor}"
