"""What stands at the head and foot of the company's own bills, by date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record


class Letterhead(Record):
    """Who bills: name, address, tax number, bank account and terms, from a day on.

    An invoice is printed with the one that was valid on its date, so that an old one looks in ten years as it looked then.
    """

    valid_from = models.DateField()
    legal_name = models.TextField(help_text="As it is registered.")
    address = LongTextField(help_text="Street, postal code and city, one a line.")
    contact = LongTextField(blank=True, help_text="Telephone, e-mail address, web site, one a line.")
    tax_number = models.TextField(blank=True, help_text="Tax or VAT number, as invoices have to show it.")
    vat_id = models.TextField("VAT id", blank=True, help_text="Where there is one beside the tax number, for example DE123456789.")
    registration = models.TextField("register number", blank=True, help_text="Of the trade register, for example HRB 1234.")
    endpoint = models.TextField(
        "electronic address",
        blank=True,
        help_text="Under which e-invoices reach the company: 9930:DE123456789, or an e-mail address; left empty, the one of the contact.",
    )
    iban = models.CharField("IBAN", max_length=42, blank=True)
    bank = models.TextField(blank=True, help_text="Name of the bank.")
    term_days = models.PositiveSmallIntegerField("days to pay", default=14)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "valid_from"], name="letterhead_once", violation_error_message="There is a letterhead from this day on."
            ),
            models.CheckConstraint(
                condition=Q(term_days__lte=365), name="letterhead_term_sane", violation_error_message="At most 365 days to pay."
            ),
            models.CheckConstraint(
                condition=~Q(legal_name="") & ~Q(address=""),
                name="letterhead_named",
                violation_error_message="A letterhead has a name and an address.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.legal_name} from {self.valid_from:%Y-%m-%d}"
