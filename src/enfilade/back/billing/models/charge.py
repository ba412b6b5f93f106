"""Charges: something done for somebody, not yet on a bill."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.back.tax.treatment import LABELS, Treatment
from enfilade.base.item.models import Item
from enfilade.base.money.rules import multiply
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.language.words import say
from enfilade.core.models import Record
from enfilade.core.states import States

from .invoice import Invoice


class Charge(Record):
    """One service or product for one party, at a price without tax.

    on: day of supply; it decides the tax rate. discount_minor: off the whole charge.
    treatment, treatment_reason: another tax than the one that is proposed when it is invoiced, and why; "" for that one.
    price_why: where the price comes from, in a sentence; "" where somebody typed it.
    origin: reference of what it came from, for example appointments.visit:5.
    """

    class State(models.TextChoices):
        OPEN = "open"
        INVOICED = "invoiced"
        WAIVED = "waived"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="charges")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    description = models.TextField()
    quantity = models.DecimalField(max_digits=12, decimal_places=3, default=1)
    unit_price_minor = AmountField("price")
    price_why = models.TextField("why this price", blank=True, default="", db_default="", editable=False)
    discount_minor = AmountField("discount", default=0)
    discount_reason = models.TextField(blank=True)
    tax_class = models.TextField(choices=Item.TaxClass)
    treatment = models.TextField(
        "another tax", choices=[(t.value, LABELS[t]) for t in Treatment], blank=True, default="", db_default="", editable=False
    )
    treatment_reason = models.CharField("why another tax", max_length=300, blank=True, default="", db_default="", editable=False)
    on = models.DateField("date")
    state = models.TextField(choices=State, default=State.OPEN, editable=False)
    waived_reason = models.TextField(blank=True)
    origin = models.TextField(blank=True, editable=False)
    invoice = models.ForeignKey(Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="charges", editable=False)

    states = States(
        "state",
        {
            "give_discount": (("open",), "open"),
            "overrule_tax": (("open",), "open"),
            "waive_charge": (("open",), "waived"),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price_minor__gte=0),
                name="charge_price_sane",
                violation_error_message="A charge has a quantity above zero and a price of zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(discount_minor__gte=0)
                & Q(discount_minor__lte=models.F("unit_price_minor") * models.F("quantity") + Decimal("0.5")),
                name="charge_discount_in_bounds",
                violation_error_message="A discount is between zero and what the charge costs.",
            ),
            models.CheckConstraint(
                condition=Q(treatment="", treatment_reason="") | ~Q(treatment="") & ~Q(treatment_reason=""),
                name="charge_tax_overruled_with_reason",
                violation_error_message="Say why the tax of a charge is another one than proposed.",
            ),
            models.CheckConstraint(
                condition=Q(state="invoiced", invoice__isnull=False) | (Q(state__in=["open", "waived"]) & Q(invoice=None)),
                name="charge_invoiced_on_invoice",
                violation_error_message="A charge is invoiced when it is on an invoice, and only then.",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | ~Q(waived_reason=""),
                name="charge_waived_has_reason",
                violation_error_message="A charge is waived with a reason.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "party", "id"], condition=Q(state="open"), name="charge_open"),
            models.Index(fields=["company", "origin"], condition=~Q(origin=""), name="charge_origin"),
        ]

    def __str__(self) -> str:
        return self.description

    def get_price_why_display(self) -> str:
        """Where its price comes from, as whoever reads says it."""
        return say(self.price_why)

    @property
    def gross_minor(self) -> int:
        """What it costs before the discount, without tax."""
        return multiply(self.unit_price_minor, self.quantity)

    @property
    def net_minor(self) -> int:
        """What it costs without tax."""
        return self.gross_minor - self.discount_minor
