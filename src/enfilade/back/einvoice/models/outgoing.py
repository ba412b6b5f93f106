"""E-invoices of our own bills."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.back.billing.models import Invoice
from enfilade.back.einvoice.rules import FORM_NAMES
from enfilade.base.party.models import Party
from enfilade.core.models import Record, StoredFile, User

FORMS = [(form.value, name) for form, name in FORM_NAMES.items()]
_KNOWN = Q(form__in=[form for form, _ in FORMS])


class EInvoiceWish(Record):
    """How a customer wants its invoices. A customer without one gets the plain PDF.

    reference: BT-10, what the customer wants to find on every invoice: the Leitweg-ID of a public office, or a reference of its own.
    endpoint: BT-49, under which it takes e-invoices: scheme and identifier (0088:4000001000005), or an e-mail address.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name="customer")
    form = models.TextField(choices=FORMS)
    reference = models.TextField(blank=True)
    endpoint = models.TextField("electronic address", blank=True)

    class Meta:
        verbose_name = "e-invoice wish"
        verbose_name_plural = "e-invoice wishes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "party"],
                name="einvoice_wish_once",
                violation_error_message="This customer has a wish already; change it.",
            ),
            models.CheckConstraint(condition=_KNOWN, name="einvoice_wish_form_known", violation_error_message="This form is not known."),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_form_display()}"


class EInvoice(Record):
    """An invoice or credit note as a program reads it, kept as it left. It kept every rule, or it would not be here.

    sha256: of the content, in hexadecimal. rules: what it was checked by. remarks: what the rules only warn of, one sentence a line.
    """

    append_only = True

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    form = models.TextField(choices=FORMS)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    rules = models.TextField("checked by")
    remarks = models.TextField(blank=True)
    made_at = models.DateTimeField("made at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="made by")

    class Meta:
        verbose_name = "e-invoice"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "invoice", "form", "sha256"],
                name="einvoice_content_once",
                violation_error_message="This very e-invoice is kept already.",
            ),
            models.CheckConstraint(condition=_KNOWN, name="einvoice_form_known", violation_error_message="This form is not known."),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="einvoice_sealed",
                violation_error_message="An e-invoice is kept with the SHA-256 of its content.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "invoice", "-id"], name="einvoice_of_invoice")]

    def __str__(self) -> str:
        return f"{self.invoice} {self.get_form_display()}"
