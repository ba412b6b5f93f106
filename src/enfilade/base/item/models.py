"""Items and what they cost from which day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record


class Item(Record):
    """A service or a product.

    price_minor: today's price for one unit, in the company's currency, without tax.
    unit: UN/ECE Recommendation 20 code.
    place: where the law taxes it, where that is not told by the customer alone.
    """

    class Kind(models.TextChoices):
        SERVICE = "service"
        PRODUCT = "product"

    class TaxClass(models.TextChoices):
        STANDARD = "standard"
        REDUCED = "reduced"
        EXEMPT = "exempt"
        ZERO = "zero", "Zero rate"

    class Place(models.TextChoices):
        USUAL = "usual", "As goods or services usually are"
        DIGITAL = "digital", "Electronic service, telecommunication, broadcasting"
        ON_SITE = "on_site", "Where it is done: buildings, events, meals, hire"
        REVERSE = "reverse", "Owed by businesses here: domestic reverse charge"

    class Unit(models.TextChoices):
        PIECE = "C62", "Piece"
        HOUR = "HUR", "Hour"
        MINUTE = "MIN", "Minute"
        DAY = "DAY", "Day"
        MONTH = "MON", "Month"
        LUMP_SUM = "LS", "Lump sum"
        KILOGRAM = "KGM", "Kilogram"
        GRAM = "GRM", "Gram"
        LITRE = "LTR", "Litre"
        MILLILITRE = "MLT", "Millilitre"
        METRE = "MTR", "Metre"
        SQUARE_METRE = "MTK", "Square metre"
        KILOMETRE = "KMT", "Kilometre"
        KILOWATT_HOUR = "KWH", "Kilowatt hour"
        PACK = "XPK", "Pack"
        BOX = "XBX", "Box"

    code = models.CharField(max_length=40, help_text="Short and unique, for example CLEAN.")
    name = models.TextField()
    kind = models.TextField(choices=Kind, default=Kind.SERVICE)
    unit = models.TextField(choices=Unit, default=Unit.PIECE)
    price_minor = AmountField("price", default=0, help_text="For one unit, without tax, from today on.")
    tax_class = models.TextField(choices=TaxClass, default=TaxClass.STANDARD)
    place = models.TextField("place of supply", choices=Place, default=Place.USUAL, db_default=Place.USUAL)
    description = LongTextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="item_code_once", violation_error_message="There is an item with this code."
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="item_named", violation_error_message="An item has a code and a name."
            ),
            models.CheckConstraint(
                condition=Q(price_minor__gte=0), name="item_price_not_negative", violation_error_message="A price can't be negative."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["service", "product"]),
                name="item_kind_known",
                violation_error_message="An item is a service or a product.",
            ),
            models.CheckConstraint(
                condition=Q(tax_class__in=["standard", "reduced", "exempt", "zero"]),
                name="item_tax_class_known",
                violation_error_message="This tax class is not known.",
            ),
            models.CheckConstraint(
                condition=Q(place__in=["usual", "digital", "on_site", "reverse"]),
                name="item_place_known",
                violation_error_message="This place of supply is not known.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "name"], name="item_by_name")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemPrice(Record):
    """What one unit costs from a day on. The table is the history: a trigger on items adds today's row when the price changes."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="prices")
    valid_from = models.DateField()
    price_minor = AmountField("price")

    class Meta:
        verbose_name = "price"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "valid_from"], name="item_price_once_a_day", violation_error_message="There is a price from this day on."
            ),
            models.CheckConstraint(
                condition=Q(price_minor__gte=0), name="item_price_row_not_negative", violation_error_message="A price can't be negative."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.valid_from:%Y-%m-%d}"
