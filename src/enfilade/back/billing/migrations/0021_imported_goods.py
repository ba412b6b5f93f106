"""Goods imported for consumers in the Union: lines that say so. Charges whose tax somebody overruled."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

TREATMENTS = [
    ("domestic", "Taxed here"),
    ("exempt", "Exempt from tax"),
    ("intra", "Intra-community supply of goods"),
    ("export", "Export of goods"),
    ("reverse_eu", "Service to a business in the Union, which owes the tax"),
    ("reverse_home", "Domestic reverse charge: the customer owes the tax"),
    ("triangular", "Triangular deal: goods go straight to a business in the Union, which owes the tax"),
    ("distance", "Sale to a consumer in the Union, taxed here below the threshold"),
    ("oss", "Sale to a consumer in the Union, taxed there (One-Stop Shop)"),
    ("ioss", "Goods imported for a consumer in the Union, taxed there (Import One-Stop Shop)"),
    ("outside", "Outside the tax of this country"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0020_deposits"),
        ("core", "0020_waiting_rows"),
        ("item", "0003_place_of_supply"),
    ]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="treatment",
            field=models.TextField(
                blank=True,
                choices=TREATMENTS,
                db_default="",
                default="",
                editable=False,
                verbose_name="another tax",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="treatment_reason",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=300, verbose_name="why another tax"),
        ),
        AddConstraintNotValid(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("treatment", ""), ("treatment_reason", "")),
                    models.Q(models.Q(("treatment", ""), _negated=True), models.Q(("treatment_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="charge_tax_overruled_with_reason",
                violation_error_message="Say why the tax of a charge is another one than proposed.",
            ),
        ),
        ValidateConstraint(model_name="charge", name="charge_tax_overruled_with_reason"),
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="invoice_line_treated_whole",
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="treatment",
            field=models.TextField(
                choices=TREATMENTS,
                db_default="domestic",
                default="domestic",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tax_country", ""), ("treatment__in", ["domestic", "exempt", "distance"])),
                    models.Q(
                        ("tax_category", "S"),
                        ("tax_class", "ioss"),
                        ("treatment", "ioss"),
                        models.Q(("tax_country", ""), _negated=True),
                    ),
                    models.Q(
                        ("tax_category", "S"),
                        ("tax_class__in", ["oss", "oss_services"]),
                        ("treatment", "oss"),
                        models.Q(("tax_country", ""), _negated=True),
                    ),
                    models.Q(
                        ("tax_class", models.F("treatment")),
                        ("tax_rate_bp", 0),
                        ("treatment__in", ["intra", "export", "reverse_eu", "reverse_home", "triangular", "outside"]),
                        ("tax_country", ""),
                        models.Q(("tax_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoice_line_treated_whole",
                violation_error_message="A line that is not taxed here says why, and one that is taxed abroad says where.",
            ),
        ),
        ValidateConstraint(model_name="invoiceline", name="invoice_line_treated_whole"),
    ]
