"""Registrations for the Import One-Stop Shop; input tax that is deducted when it is paid."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0020_waiting_rows"),
        ("tax", "0005_withholding"),
    ]

    operations = [
        migrations.AddField(
            model_name="taxsetting",
            name="deduction",
            field=models.TextField(
                choices=[("billed", "When it is billed"), ("paid", "When it is paid")],
                db_default="billed",
                default="billed",
                help_text=(
                    "When it is paid: only where tax is owed when it is paid too, as under the cash accounting scheme of the United Kingdom."
                ),
                verbose_name="input tax is deducted",
            ),
        ),
        AddConstraintNotValid(
            model_name="taxsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("deduction", "billed"), models.Q(("basis", "cash"), ("deduction", "paid")), _connector="OR"),
                name="tax_deduction_fits_basis",
                violation_error_message="Input tax is deducted when it is paid only where tax is owed when it is paid too.",
            ),
        ),
        ValidateConstraint(model_name="taxsetting", name="tax_deduction_fits_basis"),
        migrations.CreateModel(
            name="ImportScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="IM and ten figures.", max_length=12, verbose_name="IOSS number")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, help_text="Last day; empty while it goes on.", null=True)),
                (
                    "intermediary",
                    models.CharField(
                        blank=True,
                        help_text="IN and ten figures; of a company that is not in the Union.",
                        max_length=12,
                        verbose_name="number of the intermediary",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "registration for the Import One-Stop Shop",
                "verbose_name_plural": "registrations for the Import One-Stop Shop",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^IM[0-9]{10}$")),
                        name="import_scheme_number",
                        violation_error_message="An IOSS number is IM and ten figures.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("intermediary", ""), ("intermediary__regex", "^IN[0-9]{10}$"), _connector="OR"),
                        name="import_scheme_intermediary",
                        violation_error_message="The number of an intermediary is IN and ten figures.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"),
                        name="import_scheme_forwards",
                        violation_error_message="The last day comes after the first.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.Func("company_id", "company_id", models.Value("[]"), function="int8range"), "&&"),
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
                        name="import_scheme_one",
                        violation_error_message="On some of these days the company is registered already; end that first.",
                    ),
                ],
            },
        ),
    ]
