"""Tax that customers withhold: a payment of its own method, who does, and the certificates about it."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0017_advances"),
        ("books", "0009_named_rows"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("tax", "0005_withholding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerWithholding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "customer who withholds tax",
                "verbose_name_plural": "customers who withhold tax",
            },
        ),
        migrations.CreateModel(
            name="WithheldProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="date of the certificate")),
                ("reference", models.CharField(max_length=100, verbose_name="number")),
                ("noted_at", models.DateTimeField(verbose_name="noted at")),
                ("set_off_on", models.DateField(null=True, verbose_name="counted")),
            ],
            options={
                "verbose_name": "certificate of tax withheld from us",
                "verbose_name_plural": "certificates of tax withheld from us",
            },
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_account_of_transfer",
        ),
        migrations.AddField(
            model_name="payment",
            name="beside",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withheld",
                to="billing.payment",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="method",
            field=models.TextField(
                choices=[
                    ("cash", "Cash"),
                    ("card", "Card"),
                    ("transfer", "Bank transfer"),
                    ("cheque", "Cheque"),
                    ("set_off", "Set off"),
                    ("withheld", "Withheld tax"),
                ]
            ),
        ),
        AddConstraintNotValid(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("method__in", ["cash", "card", "withheld"])),
                    ("method", "transfer"),
                    models.Q(("account__isnull", False), ("method__in", ["cheque", "set_off"])),
                    _connector="OR",
                ),
                name="payment_account_of_transfer",
                violation_error_message="A cheque and a set-off name their account, a transfer may, and nothing else does.",
            ),
        ),
        ValidateConstraint(model_name="payment", name="payment_account_of_transfer"),
        AddConstraintNotValid(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("beside", None), ("method", "withheld"), _connector="OR"),
                name="payment_beside_withheld",
                violation_error_message="Only tax that was withheld belongs to another payment.",
            ),
        ),
        ValidateConstraint(model_name="payment", name="payment_beside_withheld"),
        migrations.AddField(
            model_name="customerwithholding",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="customerwithholding",
            name="customer",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withholds", to="party.party"),
        ),
        migrations.AddField(
            model_name="customerwithholding",
            name="kind",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tax.withholdingkind"),
        ),
        migrations.AddField(
            model_name="withheldproof",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account", verbose_name="counted on"
            ),
        ),
        migrations.AddField(
            model_name="withheldproof",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="withheldproof",
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
            model_name="withheldproof",
            name="noted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="noted by"
            ),
        ),
        migrations.AddField(
            model_name="withheldproof",
            name="payment",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withheld_proof", to="billing.payment"),
        ),
        migrations.AddConstraint(
            model_name="withheldproof",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                name="withheld_proof_named",
                violation_error_message="Give the number of the certificate.",
            ),
        ),
        migrations.AddConstraint(
            model_name="withheldproof",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("set_off_on", None)),
                    models.Q(("account__isnull", False), ("set_off_on__gte", models.F("on"))),
                    _connector="OR",
                ),
                name="withheld_proof_set_off",
                violation_error_message="It counts on an account, and not before the certificate.",
            ),
        ),
    ]
