"""E-invoices that came in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User


class IncomingInvoice(Record):
    """An e-invoice of a supplier as it came in, with what the official rules say about it. Nothing of it changes.

    sha256: of the XML, in hexadecimal. syntax: how it is written (UBL, CII, or inside a PDF).
    specification: by what it wants to be judged (BT-24).
    seller_key: VAT id or tax number of the seller, else its name in small letters; with the number it tells two of the same invoice.
    findings: broken rules, one {rule, text, where, warning} each. content: its terms (BT-1 ...), as they are shown.
    repeats: an earlier one of the same seller and number.
    """

    append_only = True

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    syntax = models.CharField(max_length=40)
    specification = models.TextField(blank=True)
    credit = models.BooleanField("credit note", default=False)
    number = models.TextField()
    seller = models.TextField("supplier")
    seller_key = models.TextField()
    issued_on = models.DateField("dated", null=True)
    due_on = models.DateField("due", null=True)
    currency = models.CharField(max_length=3)
    total_minor = AmountField("total", signed=True)
    due_minor = AmountField("to pay", signed=True)
    valid = models.BooleanField("keeps the rules")
    findings = models.JSONField(default=list)
    content = models.JSONField(default=dict)
    repeats = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated_by")
    taken_at = models.DateTimeField("taken at")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="taken by")

    class Meta:
        verbose_name = "incoming e-invoice"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "sha256"], name="incoming_invoice_once", violation_error_message="This e-invoice was taken already."
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(seller="") & ~Q(seller_key=""),
                name="incoming_invoice_named",
                violation_error_message="An e-invoice has a number and a seller.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="incoming_invoice_currency_iso",
                violation_error_message="A currency is three capital letters (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=Q(repeats=None) | Q(repeats__lt=F("id")),
                name="incoming_invoice_repeats_earlier",
                violation_error_message="An e-invoice repeats an earlier one.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-taken_at"], name="incoming_invoice_recent"),
            models.Index(fields=["company", "seller_key", "number"], name="incoming_invoice_same"),
        ]

    def __str__(self) -> str:
        return f"{self.seller} {self.number}"
