"""Kinds of withholding."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("tax", "0004_treatments"),
    ]

    operations = [
        migrations.CreateModel(
            name="WithholdingKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2.", max_length=2)),
                (
                    "base",
                    models.TextField(
                        choices=[
                            ("gross", "The amount with VAT"),
                            ("net", "The amount without VAT"),
                            ("labour", "Labour only: without VAT and material"),
                        ],
                        default="net",
                        verbose_name="reckoned from",
                    ),
                ),
                ("rate_percent", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="rate (%)")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, help_text="Last day; empty while it goes on.", null=True)),
                ("authority", models.CharField(blank=True, max_length=100, verbose_name="who gets it")),
                ("source", models.CharField(max_length=200, verbose_name="law")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "paid_to",
                    models.ForeignKey(
                        blank=True,
                        help_text="The office as a supplier, where it is the same for all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="party.party",
                        verbose_name="paid to",
                    ),
                ),
            ],
            options={
                "verbose_name": "kind of withholding",
                "verbose_name_plural": "kinds of withholding",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rate_percent__gte", 0), ("rate_percent__lt", 100)),
                        name="withholding_rate_below_all",
                        violation_error_message="Less than all of a bill is withheld.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("source", ""), _negated=True)),
                        name="withholding_has_law",
                        violation_error_message="A kind of withholding has a code, and names the law that orders it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("base__in", ["gross", "net", "labour"])),
                        name="withholding_base_known",
                        violation_error_message="It is reckoned from the amount with VAT, without VAT, or from labour only.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="withholding_country_iso",
                        violation_error_message="A country is two capital letters (ISO 3166-1).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"),
                        name="withholding_dates_forwards",
                        violation_error_message="The last day comes after the first.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.Func("company_id", "company_id", models.Value("[]"), function="int8range"), "&&"),
                            (
                                models.Func(
                                    models.Func("code", function="hashtext"),
                                    models.Func("code", function="hashtext"),
                                    models.Value("[]"),
                                    function="int4range",
                                ),
                                "&&",
                            ),
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
                        name="withholding_one_rate_a_day",
                        violation_error_message="On some of these days this kind has a rate already; end that one first.",
                    ),
                ],
            },
        ),
    ]
