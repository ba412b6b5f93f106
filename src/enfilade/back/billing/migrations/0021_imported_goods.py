"""Goods imported for consumers in the Union: lines that say so."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0020_deposits"),
        ("core", "0020_waiting_rows"),
        ("item", "0003_place_of_supply"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoiceline",
            name="invoice_line_treated_whole",
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="treatment",
            field=models.TextField(
                choices=[
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
                ],
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
