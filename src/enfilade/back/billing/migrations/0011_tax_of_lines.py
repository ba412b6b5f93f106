"""How each line of a bill is taxed and why; who was billed, as it was known then."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0010_payments_made_void"),
        ("core", "0020_waiting_rows"),
        ("item", "0002_prices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="buyer_country",
            field=models.CharField(editable=False, max_length=2, null=True, verbose_name="country of the customer"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="buyer_vat_id",
            field=models.TextField(editable=False, null=True, verbose_name="VAT id of the customer"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="rounding",
            field=models.TextField(
                choices=[("document", "Once per rate of a document"), ("line", "On every line")],
                db_default="document",
                default="document",
                editable=False,
                verbose_name="tax is rounded",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="tax_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=30, verbose_name="code of the exemption"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="tax_country",
            field=models.CharField(blank=True, db_default="", default="", max_length=2, verbose_name="country of the tax"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="tax_overruled",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="why another tax than proposed"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="tax_why",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="why this tax"),
        ),
        migrations.AddField(
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
                    ("distance", "Sale to a consumer in the Union, taxed here below the threshold"),
                    ("oss", "Sale to a consumer in the Union, taxed there (One-Stop Shop)"),
                    ("outside", "Outside the tax of this country"),
                ],
                db_default="domestic",
                default="domestic",
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="tax_class",
            field=models.TextField(),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tax_country", ""), ("treatment__in", ["domestic", "exempt", "distance"])),
                    models.Q(
                        ("tax_category", "S"),
                        ("tax_class__in", ["oss", "oss_services"]),
                        ("treatment", "oss"),
                        models.Q(("tax_country", ""), _negated=True),
                    ),
                    models.Q(
                        ("tax_class", models.F("treatment")),
                        ("tax_rate_bp", 0),
                        ("treatment__in", ["intra", "export", "reverse_eu", "reverse_home", "outside"]),
                        ("tax_country", ""),
                        models.Q(("tax_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoice_line_treated_whole",
                violation_error_message="A line that is not taxed here says why, and one that is taxed abroad says where.",
            ),
        ),
        migrations.CreateModel(
            name="SupplyProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="date of the proof")),
                ("reference", models.CharField(max_length=200)),
                ("noted_at", models.DateTimeField(verbose_name="noted at")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="supply_proofs", to="billing.invoice"),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="noted by"
                    ),
                ),
            ],
            options={
                "verbose_name": "proof of supply",
                "verbose_name_plural": "proofs of supply",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        name="supply_proof_named",
                        violation_error_message="Say what the proof is, such as the number of the export declaration.",
                    )
                ],
            },
        ),
    ]
