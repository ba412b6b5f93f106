"""Answers about VAT ids; codes of exemptions; where distance sales are taxed and how tax is rounded; lists beside returns."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "checks.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("tax", "0003_return_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VatCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vat_id", models.CharField(max_length=20, verbose_name="VAT id")),
                ("answer", models.TextField(choices=[("valid", "Valid"), ("invalid", "Not valid")])),
                ("checked_on", models.DateField(verbose_name="checked on")),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="reference of the authority")),
                ("said", enfilade.core.fields.LongTextField(blank=True, verbose_name="what was confirmed")),
            ],
            options={
                "verbose_name": "check of a VAT id",
                "verbose_name_plural": "checks of VAT ids",
            },
        ),
        migrations.AddField(
            model_name="taxcode",
            name="exemption_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of the VATEX list, for e-invoices: VATEX-EU-132-1C is medical care.",
                max_length=30,
            ),
        ),
        migrations.AddField(
            model_name="taxsetting",
            name="distance",
            field=models.TextField(
                choices=[("home", "Here, below 10,000 EUR a year"), ("oss", "Where they live: One-Stop Shop")],
                db_default="home",
                default="home",
                verbose_name="sales to consumers in the Union",
            ),
        ),
        migrations.AddField(
            model_name="taxsetting",
            name="rounding",
            field=models.TextField(
                choices=[("document", "Once per rate of a document"), ("line", "On every line")],
                db_default="document",
                default="document",
                verbose_name="tax is rounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exemption_code", ""),
                    models.Q(("exemption_code__regex", "^VATEX-[A-Z]{2}-[0-9A-Z-]+$"), models.Q(("exemption_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="tax_exemption_code_form",
                violation_error_message="A code of an exemption is of the VATEX list, such as VATEX-EU-132-1C, and has a reason in words.",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("rounding__in", ["document", "line"])),
                name="tax_rounding_known",
                violation_error_message="Tax is rounded once per rate of a document, or on every line.",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("distance__in", ["home", "oss"])),
                name="tax_distance_known",
                violation_error_message="Sales to consumers in the Union are taxed here or where they live.",
            ),
        ),
        migrations.AddField(
            model_name="vatcheck",
            name="checked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="checked by"
            ),
        ),
        migrations.AddField(
            model_name="vatcheck",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="vatcheck",
            name="party",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="vat_checks", to="party.party"),
        ),
        migrations.AddIndex(
            model_name="vatcheck",
            index=models.Index(fields=["company", "party", "-id"], name="vat_check_of_party"),
        ),
        migrations.AddConstraint(
            model_name="vatcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["valid", "invalid"])),
                name="vat_check_answered",
                violation_error_message="An authority says that a VAT id is valid or not.",
            ),
        ),
        migrations.AddConstraint(
            model_name="vatcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("vat_id__regex", "^[A-Z]{2}[0-9A-Z]{2,18}$")),
                name="vat_check_of_an_id",
                violation_error_message="A VAT id is two letters of its country and what follows them.",
            ),
        ),
        migrations.AddField(
            model_name="taxsetting",
            name="advance_class",
            field=models.TextField(
                choices=[("standard", "Standard"), ("reduced", "Reduced"), ("exempt", "Exempt"), ("zero", "Zero rate")],
                db_default="standard",
                default="standard",
                verbose_name="money on account is taxed",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("advance_class__in", ["standard", "reduced", "exempt", "zero"])),
                name="tax_advance_class_known",
                violation_error_message="Money on account has a known tax class.",
            ),
        ),
        migrations.AlterField(
            model_name="taxreturnbox",
            name="code",
            field=models.CharField(max_length=30),
        ),
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION tax_guard_check CASCADE"),
    ]
