"""Taxes that are kept back of bills: which supplier is under which, what exempts her, what is withheld of a bill, what was declared."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.back.tax.models import WithholdingKind
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf

from .bill import Bill
from .payment import Settlement

_SPAN = (Func("valid_from", "valid_until", Value("[]"), function="daterange", output_field=DateRangeField()), RangeOperators.OVERLAPS)


class SupplierWithholding(Record):
    """That a supplier is under withholding, in a span of days; of one kind at a time.

    kind: any row of its code; on a bill the one counts that holds on the day. authority: who gets it, where that is not the kind's own.
    """

    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="withholdings")
    kind = models.ForeignKey(WithholdingKind, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty while it goes on.")
    authority = models.ForeignKey(
        Party,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="tax office",
        help_text="Who is paid, where it is not the same for all suppliers.",
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "supplier under withholding"
        verbose_name_plural = "suppliers under withholding"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="supplier_withholding_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            ExclusionConstraint(
                name="supplier_withholding_one",
                expressions=[
                    (Func("supplier_id", "supplier_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    _SPAN,
                ],
                violation_error_message="On some of these days this supplier is under withholding already; end that first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.kind}"


class WithholdingCertificate(Record):
    """What an authority certified: that nothing, or less, is withheld from a supplier in a span of days.

    kind: for which it holds; every one when left out. rate_percent: what is withheld instead. file: the certificate itself.
    reminded_on: when people were told that it ends.
    Source: § 48b EStG (exemption), § 50c (2) EStG (exemption or reduction under a treaty).
    """

    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="withholding_certificates")
    kind = models.ForeignKey(WithholdingKind, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField("number", max_length=100)
    valid_from = models.DateField()
    valid_until = models.DateField()
    rate_percent = models.DecimalField("rate instead (%)", max_digits=6, decimal_places=3, default=Decimal(0))
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="the certificate")
    reminded_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = "exemption certificate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "supplier", "number"],
                name="withholding_certificate_once",
                violation_error_message="This certificate of the supplier is known already.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="withholding_certificate_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(rate_percent__gte=0, rate_percent__lt=100),
                name="withholding_certificate_rate",
                violation_error_message="A rate is between 0 and 100 percent.",
            ),
            models.CheckConstraint(
                condition=~Q(number=""),
                name="withholding_certificate_number",
                violation_error_message="Give the number that stands on the certificate.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "valid_until"], name="certificate_ends")]

    def __str__(self) -> str:
        return self.number


class BillWithholding(Record):
    """What is kept back of a bill for an authority: reckoned when it is entered and approved, kept once a part of it is paid (trigger).

    base_minor: what it is reckoned from; amount_minor: of the whole bill. certificate: why it is less than the kind says.
    overruled_by, reason: who decided otherwise, and why.
    """

    rows_of = RowsOf(part_of="bill")

    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="withholding")
    kind = models.ForeignKey(WithholdingKind, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="tax office")
    rate_percent = models.DecimalField("rate (%)", max_digits=6, decimal_places=3)
    base_minor = AmountField("reckoned from")
    amount_minor = AmountField("withheld of the whole bill")
    certificate = models.ForeignKey(WithholdingCertificate, null=True, on_delete=models.PROTECT, related_name="+")
    overruled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="decided by")
    reason = models.TextField("why", blank=True)

    class Meta:
        verbose_name = "withholding of a bill"
        verbose_name_plural = "withholdings of bills"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(base_minor__gte=0, amount_minor__gte=0, rate_percent__gte=0, rate_percent__lt=100),
                name="bill_withholding_zero_or_more",
                violation_error_message="What is withheld is zero or more, and less than all.",
            ),
            models.CheckConstraint(
                condition=Q(overruled_by=None, reason="") | Q(overruled_by__isnull=False) & ~Q(reason=""),
                name="bill_withholding_reason",
                violation_error_message="Say why something else is withheld than the kind says.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill}: {self.kind}"

    @property
    def currency(self) -> str:
        """That of its bill."""
        return self.bill.currency


class WithholdingReturn(Record):
    """What was withheld until a day under one kind, declared to an authority and owed to it by a bill. Void with that bill.

    number: WR-2026-00001. through_on: last day of the payments in it. total_minor: of its lines.
    """

    class State(models.TextChoices):
        DECLARED = "declared"
        VOID = "void"

    number = models.TextField(editable=False)
    kind = models.ForeignKey(WithholdingKind, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name="tax office")
    through_on = models.DateField("withheld until")
    total_minor = AmountField("total", own=True)
    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="+", verbose_name="owed by")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.DECLARED, editable=False)

    class Meta:
        verbose_name = "declaration of tax withheld"
        verbose_name_plural = "declarations of tax withheld"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="withholding_return_once", violation_error_message="This number is taken."
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gt=0),
                name="withholding_return_above_zero",
                violation_error_message="A declaration is over more than zero.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class WithholdingReturnLine(Record):
    """What one payment withheld of one bill, as it was declared; what was taken back stands with a minus. Declared once (constraint).

    base_minor: what of the base the payment was for; in the company's currency, as amount_minor. live: until its declaration is void.
    """

    rows_of = RowsOf(part_of="declaration")

    declaration = models.ForeignKey(WithholdingReturn, on_delete=models.PROTECT, related_name="lines")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="declared")
    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("paid")
    base_minor = AmountField("reckoned from", signed=True, own=True)
    rate_percent = models.DecimalField("rate (%)", max_digits=6, decimal_places=3)
    amount_minor = AmountField("withheld", signed=True, own=True)
    live = models.BooleanField(default=True)

    class Meta:
        verbose_name = "line of a declaration of tax withheld"
        verbose_name_plural = "lines of declarations of tax withheld"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["settlement"],
                condition=Q(live=True),
                name="withheld_declared_once",
                violation_error_message="This was declared already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id}/{self.settlement_id}"
