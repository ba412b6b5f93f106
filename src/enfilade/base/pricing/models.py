"""Price lists, what items cost in them, and for whom they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.base.item.models import Item
from enfilade.base.money.currencies import currency_named
from enfilade.base.party.models import Party
from enfilade.core.context import Refusal
from enfilade.core.fields import AmountField
from enfilade.core.models import Record


def _one(name: str) -> Func:
    """A key as a range of one, so that an exclusion needs no extension."""
    return Func(name, name, Value("[]"), function="int8range")


class PriceList(Record):
    """Prices under one rule.

    currency: ISO 4217; the company's own when left out. with_tax: its prices hold the tax of the company's own country.
    basis: what an item costs that has no price here: nothing is said, or the item's price or that of another list, less percent_off.
    rounding: of what is worked out by a percentage; a price that was typed stands as it is.
    is_default: for everybody who has no other. rank: of several lists of one customer the smaller number counts.
    """

    class Basis(models.TextChoices):
        OWN = "own", "Not in this list"
        ITEM = "item", "At the item's price, less a percentage"
        LIST = "list", "As in another list, less a percentage"

    class Rounding(models.TextChoices):
        NONE = "none", "Smallest coin"
        STEP5 = "step5", "To 0.05"
        STEP10 = "step10", "To 0.10"
        STEP50 = "step50", "To 0.50"
        WHOLE = "whole", "To whole units"
        END90 = "end90", "Ends in .90"
        END95 = "end95", "Ends in .95"
        END99 = "end99", "Ends in .99"

    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217; your own when left empty.")
    with_tax = models.BooleanField("prices with tax", default=False, help_text="They hold the tax of your own country.")
    valid_from = models.DateField("valid from", null=True, blank=True)
    valid_until = models.DateField("valid until", null=True, blank=True, help_text="The last day on which it holds.")
    basis = models.TextField("other items", choices=Basis, default=Basis.OWN)
    base_list = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="follows the list"
    )
    percent_off = models.DecimalField(
        "percent off", max_digits=7, decimal_places=4, default=Decimal(0), help_text="Less than zero makes it dearer."
    )
    rounding = models.TextField(choices=Rounding, default=Rounding.NONE)
    is_default = models.BooleanField("for everybody", default=False)
    rank = models.PositiveSmallIntegerField(default=100, help_text="Of several lists of one customer the smaller number counts.")

    class Meta:
        verbose_name = "price list"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="price_list_once", violation_error_message="There is a price list of this name."
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(is_default=True),
                name="price_list_one_default",
                violation_error_message="There is a price list for everybody already.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="price_list_currency_iso",
                violation_error_message="A currency is three capital letters (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="price_list_dates_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(basis="list", base_list__isnull=False) | Q(basis__in=["own", "item"], base_list=None),
                name="price_list_follows_one",
                violation_error_message="A list that follows another one names it, and only such a list.",
            ),
            models.CheckConstraint(
                condition=Q(percent_off__gte=-1000, percent_off__lte=100) & (~Q(basis="own") | Q(percent_off=0)),
                name="price_list_percent_sane",
                violation_error_message="A percentage is at most 100, and off the items' prices or another list.",
            ),
            models.CheckConstraint(
                condition=Q(with_tax=False) | ~Q(basis="item"),
                name="price_list_tax_of_items",
                violation_error_message="Prices of items are without tax, so a list with tax can't be a percentage off them.",
            ),
            models.CheckConstraint(
                condition=Q(rounding__in=["none", "step5", "step10", "step50", "whole", "end90", "end95", "end99"]),
                name="price_list_rounding_known",
                violation_error_message="This rounding is not known.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        """Read the currency as people write it.

        Refuses: unknown_currency.
        """
        own = self.company.currency
        self.currency = (self.currency or own).strip().upper()
        if self.currency != own and currency_named(self.currency) is None:
            raise Refusal("unknown_currency", f"{self.currency} is no currency of today (ISO 4217).", field="currency")
        super().save(*args, **options)


class ListPrice(Record):
    """What one unit of an item costs in a list, from a quantity on and on some days.

    Either price_minor, or percent_off what it costs without this row: of the list that is followed, else of the item.
    from_quantity: 0 is any quantity. valid_until: the last day; None has no end.
    """

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices", verbose_name="price list")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="list_prices")
    from_quantity = models.DecimalField(
        "from quantity", max_digits=12, decimal_places=3, default=Decimal(0), help_text="0 is any quantity."
    )
    price_minor = AmountField("price", null=True, blank=True)
    percent_off = models.DecimalField("percent off", max_digits=7, decimal_places=4, null=True, blank=True)
    valid_from = models.DateField("valid from", null=True, blank=True)
    valid_until = models.DateField("valid until", null=True, blank=True)

    class Meta:
        verbose_name = "list price"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="list_price_one_a_day",
                expressions=[
                    (_one("price_list_id"), RangeOperators.OVERLAPS),
                    (_one("item_id"), RangeOperators.OVERLAPS),
                    (Func("from_quantity", "from_quantity", Value("[]"), function="numrange"), RangeOperators.OVERLAPS),
                    (
                        Func("valid_from", "valid_until", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="On some of these days the item has a price from this quantity in this list already; end that one.",
            ),
            models.CheckConstraint(
                condition=Q(price_minor__isnull=False, price_minor__gte=0, percent_off=None)
                | Q(price_minor=None, percent_off__isnull=False, percent_off__gte=-1000, percent_off__lte=100),
                name="list_price_one_kind",
                violation_error_message="Give a price of zero or more, or a percentage off of at most 100, not both.",
            ),
            models.CheckConstraint(
                condition=Q(from_quantity__gte=0),
                name="list_price_quantity_not_negative",
                violation_error_message="A quantity is zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="list_price_dates_forwards",
                violation_error_message="The last day comes after the first.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "item", "price_list"], name="list_price_of_item")]

    def __str__(self) -> str:
        return f"{self.item} · {self.price_list}"

    @property
    def currency(self) -> str:
        """That of its list."""
        return self.price_list.currency


class CustomerGroup(Record):
    """Customers who are asked for the same prices."""

    name = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "customer group"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="customer_group_once", violation_error_message="There is a group of this name."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(Record):
    """A customer in a group."""

    group = models.ForeignKey(CustomerGroup, on_delete=models.CASCADE, related_name="members")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="price_groups", verbose_name="customer")

    class Meta:
        verbose_name = "group member"
        verbose_name_plural = "group members"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "party"], name="group_member_once", violation_error_message="This customer is in the group already."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.group}"


class ListFor(Record):
    """Who has a list: one customer, or a group of them."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="given_to", verbose_name="price list")
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="price_lists", verbose_name="customer")
    group = models.ForeignKey(
        CustomerGroup, null=True, blank=True, on_delete=models.CASCADE, related_name="price_lists", verbose_name="customer group"
    )

    class Meta:
        verbose_name = "list assignment"
        verbose_name_plural = "list assignments"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(party=None, group__isnull=False) | Q(party__isnull=False, group=None),
                name="list_for_one",
                violation_error_message="Name a customer or a group, not both.",
            ),
            models.UniqueConstraint(
                fields=["price_list", "party"], name="list_for_party_once", violation_error_message="This customer has the list already."
            ),
            models.UniqueConstraint(
                fields=["price_list", "group"], name="list_for_group_once", violation_error_message="This group has the list already."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party or self.group} · {self.price_list}"
