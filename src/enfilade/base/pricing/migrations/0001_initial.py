"""Price lists, their prices, who has them, and triggers that keep circles out."""

from decimal import Decimal
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import enfilade.core.fields

SQL = (Path(__file__).resolve().parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0020_waiting_rows"),
        ("item", "0003_place_of_supply"),
        ("party", "0006_lean_parts"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "customer group",
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="members", to="pricing.customergroup"),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="price_groups", to="party.party", verbose_name="customer"
                    ),
                ),
            ],
            options={
                "verbose_name": "group member",
                "verbose_name_plural": "group members",
            },
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("currency", models.CharField(blank=True, help_text="ISO 4217; your own when left empty.", max_length=3)),
                (
                    "with_tax",
                    models.BooleanField(default=False, help_text="They hold the tax of your own country.", verbose_name="prices with tax"),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                (
                    "valid_until",
                    models.DateField(blank=True, help_text="The last day on which it holds.", null=True, verbose_name="valid until"),
                ),
                (
                    "basis",
                    models.TextField(
                        choices=[
                            ("own", "Not in this list"),
                            ("item", "At the item's price, less a percentage"),
                            ("list", "As in another list, less a percentage"),
                        ],
                        default="own",
                        verbose_name="other items",
                    ),
                ),
                (
                    "percent_off",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal(0),
                        help_text="Less than zero makes it dearer.",
                        max_digits=7,
                        verbose_name="percent off",
                    ),
                ),
                (
                    "rounding",
                    models.TextField(
                        choices=[
                            ("none", "Smallest coin"),
                            ("step5", "To 0.05"),
                            ("step10", "To 0.10"),
                            ("step50", "To 0.50"),
                            ("whole", "To whole units"),
                            ("end90", "Ends in .90"),
                            ("end95", "Ends in .95"),
                            ("end99", "Ends in .99"),
                        ],
                        default="none",
                    ),
                ),
                ("is_default", models.BooleanField(default=False, verbose_name="for everybody")),
                (
                    "rank",
                    models.PositiveSmallIntegerField(default=100, help_text="Of several lists of one customer the smaller number counts."),
                ),
                (
                    "base_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pricing.pricelist",
                        verbose_name="follows the list",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "price list",
            },
        ),
        migrations.CreateModel(
            name="ListPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_quantity",
                    models.DecimalField(
                        decimal_places=3, default=Decimal(0), help_text="0 is any quantity.", max_digits=12, verbose_name="from quantity"
                    ),
                ),
                ("price_minor", enfilade.core.fields.AmountField(blank=True, null=True, verbose_name="price")),
                ("percent_off", models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, verbose_name="percent off")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="list_prices", to="item.item")),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="pricing.pricelist",
                        verbose_name="price list",
                    ),
                ),
            ],
            options={
                "verbose_name": "list price",
            },
        ),
        migrations.CreateModel(
            name="ListFor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_lists",
                        to="pricing.customergroup",
                        verbose_name="customer group",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="price_lists",
                        to="party.party",
                        verbose_name="customer",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="given_to",
                        to="pricing.pricelist",
                        verbose_name="price list",
                    ),
                ),
            ],
            options={
                "verbose_name": "list assignment",
                "verbose_name_plural": "list assignments",
            },
        ),
        migrations.AddConstraint(
            model_name="customergroup",
            constraint=models.UniqueConstraint(
                fields=("company", "name"), name="customer_group_once", violation_error_message="There is a group of this name."
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=models.UniqueConstraint(
                fields=("group", "party"), name="group_member_once", violation_error_message="This customer is in the group already."
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.UniqueConstraint(
                fields=("company", "name"), name="price_list_once", violation_error_message="There is a price list of this name."
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("company",),
                name="price_list_one_default",
                violation_error_message="There is a price list for everybody already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="price_list_currency_iso",
                violation_error_message="A currency is three capital letters (ISO 4217).",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="price_list_dates_forwards",
                violation_error_message="The last day comes after the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("base_list__isnull", False), ("basis", "list")),
                    models.Q(("base_list", None), ("basis__in", ["own", "item"])),
                    _connector="OR",
                ),
                name="price_list_follows_one",
                violation_error_message="A list that follows another one names it, and only such a list.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("percent_off__gte", -1000),
                    ("percent_off__lte", 100),
                    models.Q(models.Q(("basis", "own"), _negated=True), ("percent_off", 0), _connector="OR"),
                ),
                name="price_list_percent_sane",
                violation_error_message="A percentage is at most 100, and off the items' prices or another list.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(("with_tax", False), models.Q(("basis", "item"), _negated=True), _connector="OR"),
                name="price_list_tax_of_items",
                violation_error_message="Prices of items are without tax, so a list with tax can't be a percentage off them.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelist",
            constraint=models.CheckConstraint(
                condition=models.Q(("rounding__in", ["none", "step5", "step10", "step50", "whole", "end90", "end95", "end99"])),
                name="price_list_rounding_known",
                violation_error_message="This rounding is not known.",
            ),
        ),
        migrations.AddIndex(
            model_name="listprice",
            index=models.Index(fields=["company", "item", "price_list"], name="list_price_of_item"),
        ),
        migrations.AddConstraint(
            model_name="listprice",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.Func("price_list_id", "price_list_id", models.Value("[]"), function="int8range"), "&&"),
                    (models.Func("item_id", "item_id", models.Value("[]"), function="int8range"), "&&"),
                    (models.Func("from_quantity", "from_quantity", models.Value("[]"), function="numrange"), "&&"),
                    (
                        models.Func(
                            "valid_from",
                            "valid_until",
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="list_price_one_a_day",
                violation_error_message="On some of these days the item has a price from this quantity in this list already; end that one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="listprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("percent_off", None), ("price_minor__gte", 0), ("price_minor__isnull", False)),
                    models.Q(("percent_off__gte", -1000), ("percent_off__isnull", False), ("percent_off__lte", 100), ("price_minor", None)),
                    _connector="OR",
                ),
                name="list_price_one_kind",
                violation_error_message="Give a price of zero or more, or a percentage off of at most 100, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="listprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_quantity__gte", 0)),
                name="list_price_quantity_not_negative",
                violation_error_message="A quantity is zero or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="listprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="list_price_dates_forwards",
                violation_error_message="The last day comes after the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="listfor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("group__isnull", False), ("party", None)),
                    models.Q(("group", None), ("party__isnull", False)),
                    _connector="OR",
                ),
                name="list_for_one",
                violation_error_message="Name a customer or a group, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="listfor",
            constraint=models.UniqueConstraint(
                fields=("price_list", "party"), name="list_for_party_once", violation_error_message="This customer has the list already."
            ),
        ),
        migrations.AddConstraint(
            model_name="listfor",
            constraint=models.UniqueConstraint(
                fields=("price_list", "group"), name="list_for_group_once", violation_error_message="This group has the list already."
            ),
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION pricing_guard_list, pricing_guard_price CASCADE"),
    ]
