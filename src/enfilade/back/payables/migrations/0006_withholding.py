"""Taxes withheld: kinds and certificates of suppliers, what bills keep back, declarations."""

import re
from decimal import Decimal
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

import enfilade.core.fields

FOLDER = Path(__file__).resolve().parent.parent / "sql"


def _function(file: str, name: str) -> str:
    """A function as it was, by the file that defined it last."""
    return re.findall(rf"CREATE OR REPLACE FUNCTION {name}\(.*?\nEND \$\$;", (FOLDER / file).read_text(), re.DOTALL)[0]


# What is withheld leaves no account, as a discount does not; nothing else of these two changes.
BEFORE = [_function("currencies.sql", "payables_guard_settlement"), _function("guards.sql", "payables_guard_run")]
AFTER = [
    BEFORE[0]
    .replace("sum(amount_minor - discount_minor)", "sum(amount_minor - discount_minor - withheld_minor)")
    .replace("NEW.amount_minor - NEW.discount_minor > ", "NEW.amount_minor - NEW.discount_minor - NEW.withheld_minor > "),
    BEFORE[1].replace("p.amount_minor - p.discount_minor ELSE", "p.amount_minor - p.discount_minor - p.withheld_minor ELSE"),
]
OWN = ("withholding", "withheld", "declaration")
BACK = [*BEFORE, *(f"DROP FUNCTION payables_guard_{name} CASCADE;" for name in OWN)]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("payables", "0005_set_off"),
        ("tax", "0005_withholding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BillWithholding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rate_percent", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="rate (%)")),
                ("base_minor", enfilade.core.fields.AmountField(verbose_name="reckoned from")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="withheld of the whole bill")),
                ("reason", models.TextField(blank=True, verbose_name="why")),
            ],
            options={
                "verbose_name": "withholding of a bill",
                "verbose_name_plural": "withholdings of bills",
            },
        ),
        migrations.CreateModel(
            name="SupplierWithholding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, help_text="Last day; empty while it goes on.", null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "supplier under withholding",
                "verbose_name_plural": "suppliers under withholding",
            },
        ),
        migrations.CreateModel(
            name="WithholdingCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=100, verbose_name="number")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                (
                    "rate_percent",
                    models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=6, verbose_name="rate instead (%)"),
                ),
                ("reminded_on", models.DateField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "exemption certificate",
            },
        ),
        migrations.CreateModel(
            name="WithholdingReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False)),
                ("through_on", models.DateField(verbose_name="withheld until")),
                ("total_minor", enfilade.core.fields.AmountField(verbose_name="total")),
                ("made_at", models.DateTimeField()),
                ("state", models.TextField(choices=[("declared", "Declared"), ("void", "Void")], default="declared", editable=False)),
            ],
            options={
                "verbose_name": "declaration of tax withheld",
                "verbose_name_plural": "declarations of tax withheld",
            },
        ),
        migrations.CreateModel(
            name="WithholdingReturnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="paid")),
                ("base_minor", enfilade.core.fields.AmountField(verbose_name="reckoned from")),
                ("rate_percent", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="rate (%)")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="withheld")),
                ("live", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "line of a declaration of tax withheld",
                "verbose_name_plural": "lines of declarations of tax withheld",
            },
        ),
        migrations.AddField(
            model_name="billline",
            name="material",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="orderpart",
            name="withheld_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, verbose_name="withheld"),
        ),
        migrations.AddField(
            model_name="settlement",
            name="withheld_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, verbose_name="withheld"),
        ),
        migrations.AddField(
            model_name="settlement",
            name="withheld_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of what was withheld"),
        ),
        AddConstraintNotValid(
            model_name="orderpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("withheld_minor__gte", 0), ("withheld_minor__lt", models.F("amount_minor"))),
                name="order_part_withheld",
                violation_error_message="Less than what is paid is withheld.",
            ),
        ),
        ValidateConstraint(model_name="orderpart", name="order_part_withheld"),
        AddConstraintNotValid(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withheld_minor", 0),
                    models.Q(
                        (
                            "amount_minor__gt",
                            django.db.models.expressions.CombinedExpression(models.F("discount_minor"), "+", models.F("withheld_minor")),
                        ),
                        ("credit", None),
                        ("undoes", None),
                        ("withheld_minor__gt", 0),
                    ),
                    models.Q(("undoes__isnull", False), ("withheld_minor__lt", 0)),
                    _connector="OR",
                ),
                name="settlement_withheld_of_payment",
                violation_error_message="Less than what is paid is withheld, and only of what is paid.",
            ),
        ),
        ValidateConstraint(model_name="settlement", name="settlement_withheld_of_payment"),
        AddConstraintNotValid(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("withheld_minor", 0), ("worth_minor", None), ("withheld_worth_minor__isnull", False), _connector="OR"),
                name="settlement_withheld_worth",
                violation_error_message="What is withheld in a foreign currency has a worth.",
            ),
        ),
        ValidateConstraint(model_name="settlement", name="settlement_withheld_worth"),
        migrations.AddField(
            model_name="billwithholding",
            name="authority",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="party.party", verbose_name="tax office"
            ),
        ),
        migrations.AddField(
            model_name="billwithholding",
            name="bill",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withholding", to="payables.bill"),
        ),
        migrations.AddField(
            model_name="billwithholding",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="billwithholding",
            name="kind",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tax.withholdingkind"),
        ),
        migrations.AddField(
            model_name="billwithholding",
            name="overruled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="supplierwithholding",
            name="authority",
            field=models.ForeignKey(
                blank=True,
                help_text="Who is paid, where it is not the same for all suppliers.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="party.party",
                verbose_name="tax office",
            ),
        ),
        migrations.AddField(
            model_name="supplierwithholding",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="supplierwithholding",
            name="kind",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tax.withholdingkind"),
        ),
        migrations.AddField(
            model_name="supplierwithholding",
            name="supplier",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="withholdings", to="party.party"),
        ),
        migrations.AddField(
            model_name="withholdingcertificate",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="withholdingcertificate",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
                verbose_name="the certificate",
            ),
        ),
        migrations.AddField(
            model_name="withholdingcertificate",
            name="kind",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tax.withholdingkind"
            ),
        ),
        migrations.AddField(
            model_name="withholdingcertificate",
            name="supplier",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="withholding_certificates", to="party.party"),
        ),
        migrations.AddField(
            model_name="billwithholding",
            name="certificate",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payables.withholdingcertificate"
            ),
        ),
        migrations.AddField(
            model_name="withholdingreturn",
            name="authority",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="party.party", verbose_name="tax office"
            ),
        ),
        migrations.AddField(
            model_name="withholdingreturn",
            name="bill",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payables.bill", verbose_name="owed by"
            ),
        ),
        migrations.AddField(
            model_name="withholdingreturn",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="withholdingreturn",
            name="kind",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tax.withholdingkind"),
        ),
        migrations.AddField(
            model_name="withholdingreturn",
            name="made_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="withholdingreturnline",
            name="bill",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payables.bill"),
        ),
        migrations.AddField(
            model_name="withholdingreturnline",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="withholdingreturnline",
            name="declaration",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="payables.withholdingreturn"),
        ),
        migrations.AddField(
            model_name="withholdingreturnline",
            name="settlement",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="declared", to="payables.settlement"),
        ),
        migrations.AddField(
            model_name="withholdingreturnline",
            name="supplier",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="party.party"),
        ),
        migrations.AddConstraint(
            model_name="supplierwithholding",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"),
                name="supplier_withholding_forwards",
                violation_error_message="The last day comes after the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierwithholding",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.Func("supplier_id", "supplier_id", models.Value("[]"), function="int8range"), "&&"),
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
                name="supplier_withholding_one",
                violation_error_message="On some of these days this supplier is under withholding already; end that first.",
            ),
        ),
        migrations.AddIndex(
            model_name="withholdingcertificate",
            index=models.Index(fields=["company", "valid_until"], name="certificate_ends"),
        ),
        migrations.AddConstraint(
            model_name="withholdingcertificate",
            constraint=models.UniqueConstraint(
                fields=("company", "supplier", "number"),
                name="withholding_certificate_once",
                violation_error_message="This certificate of the supplier is known already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingcertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                name="withholding_certificate_forwards",
                violation_error_message="The last day comes after the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingcertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_percent__gte", 0), ("rate_percent__lt", 100)),
                name="withholding_certificate_rate",
                violation_error_message="A rate is between 0 and 100 percent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingcertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True),
                name="withholding_certificate_number",
                violation_error_message="Give the number that stands on the certificate.",
            ),
        ),
        migrations.AddConstraint(
            model_name="billwithholding",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("base_minor__gte", 0), ("rate_percent__gte", 0), ("rate_percent__lt", 100)),
                name="bill_withholding_zero_or_more",
                violation_error_message="What is withheld is zero or more, and less than all.",
            ),
        ),
        migrations.AddConstraint(
            model_name="billwithholding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("overruled_by", None), ("reason", "")),
                    models.Q(("overruled_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="bill_withholding_reason",
                violation_error_message="Say why something else is withheld than the kind says.",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingreturn",
            constraint=models.UniqueConstraint(
                fields=("company", "number"), name="withholding_return_once", violation_error_message="This number is taken."
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_minor__gt", 0)),
                name="withholding_return_above_zero",
                violation_error_message="A declaration is over more than zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingreturnline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("live", True)),
                fields=("settlement",),
                name="withheld_declared_once",
                violation_error_message="This was declared already.",
            ),
        ),
        migrations.RunSQL("\n".join([*AFTER, (FOLDER / "withholding.sql").read_text()]), "\n".join(BACK)),
    ]
