"""Customers who withhold tax from what they pay us, and what they prove it with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.tax.models import WithholdingKind
from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.models import Record, StoredFile, User

from .payment import Payment


class CustomerWithholding(Record):
    """That a customer withholds tax from our invoices, under which law. kind: any row of its code; the one counts that holds on the day."""

    customer = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="withholds")
    kind = models.ForeignKey(WithholdingKind, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "customer who withholds tax"
        verbose_name_plural = "customers who withhold tax"

    def __str__(self) -> str:
        return f"{self.customer}: {self.kind}"


class WithheldProof(Record):
    """A customer's certificate of tax that was withheld from us, by payment: without one no office counts it.

    on: its day. reference: its number. set_off_on: when it was counted against a tax of ours, or came back; account: where.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="withheld_proof")
    on = models.DateField("date of the certificate")
    reference = models.CharField("number", max_length=100)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="the certificate")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="noted by")
    noted_at = models.DateTimeField("noted at")
    set_off_on = models.DateField("counted", null=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="counted on")

    class Meta:
        verbose_name = "certificate of tax withheld from us"
        verbose_name_plural = "certificates of tax withheld from us"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="withheld_proof_named",
                violation_error_message="Give the number of the certificate.",
            ),
            models.CheckConstraint(
                condition=Q(set_off_on=None, account=None) | Q(set_off_on__gte=F("on"), account__isnull=False),
                name="withheld_proof_set_off",
                violation_error_message="It counts on an account, and not before the certificate.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
