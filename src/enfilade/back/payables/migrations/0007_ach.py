"""Accounts in the United States, runs that pay them by ACH, and as whom."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "ach.sql"
FUNCTIONS = "payables_guard_us_account, payables_guard_order_scheme, payables_guard_run_scheme"


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0008_routing_numbers"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("payables", "0006_withholding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AchOriginator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank_name", models.CharField(max_length=23, verbose_name="name of the bank")),
                ("company_name", models.CharField(max_length=16, verbose_name="name on statements")),
                ("identification", models.CharField(max_length=10, verbose_name="company identification")),
                ("origin", models.CharField(blank=True, max_length=10, verbose_name="immediate origin")),
                ("destination", models.CharField(blank=True, max_length=10, verbose_name="immediate destination")),
                ("lead_days", models.PositiveSmallIntegerField(default=1, verbose_name="banking days the bank needs")),
                ("balanced", models.BooleanField(default=False, verbose_name="with the debit of our account")),
            ],
            options={
                "verbose_name": "ACH originator",
            },
        ),
        migrations.RemoveConstraint(
            model_name="supplieraccount",
            name="supplier_account_once",
        ),
        migrations.RemoveConstraint(
            model_name="supplieraccount",
            name="supplier_account_iban",
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="trace",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=15, verbose_name="trace number"),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="scheme",
            field=models.TextField(
                choices=[("SEPA", "SEPA credit transfers"), ("ACH", "ACH credits (United States)")],
                db_default="SEPA",
                default="SEPA",
                editable=False,
                verbose_name="paid by",
            ),
        ),
        migrations.AddField(
            model_name="supplieraccount",
            name="kind",
            field=models.TextField(
                blank=True,
                choices=[("checking", "Checking"), ("savings", "Savings")],
                db_default="",
                default="",
                verbose_name="kind of account",
            ),
        ),
        migrations.AddField(
            model_name="supplieraccount",
            name="number",
            field=models.CharField(blank=True, db_default="", default="", max_length=17, verbose_name="account number"),
        ),
        migrations.AddField(
            model_name="supplieraccount",
            name="routing",
            field=models.CharField(blank=True, db_default="", default="", max_length=9, verbose_name="routing number"),
        ),
        migrations.AlterField(
            model_name="supplieraccount",
            name="iban",
            field=models.CharField(blank=True, max_length=34, verbose_name="IBAN"),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("trace", ""), _negated=True),
                fields=("company", "trace"),
                name="payment_order_trace_once",
                violation_error_message="This trace number was used before.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("trace", ""), ("trace__regex", "^[0-9]{15}$"), _connector="OR"),
                name="payment_order_trace_form",
                violation_error_message="A trace number has 15 digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrun",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("scheme", "ACH"), _negated=True), ("currency", "USD"), _connector="OR"),
                name="payment_run_ach_in_dollars",
                violation_error_message="ACH pays in US dollars.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplieraccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ended"), _negated=True),
                fields=("company", "supplier", "iban", "routing", "number"),
                name="supplier_account_once",
                violation_error_message="This account of the supplier is known already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplieraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("iban", ""), ("iban__regex", "^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$"), _connector="OR"),
                name="supplier_account_iban",
                violation_error_message="An IBAN has a country, two digits and up to 30 letters and digits, without spaces.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplieraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", ""), ("number", ""), ("routing", "")),
                    models.Q(
                        ("kind__in", ["checking", "savings"]), ("number__regex", "^[A-Z0-9-]{1,17}$"), ("routing__regex", "^[0-9]{9}$")
                    ),
                    _connector="OR",
                ),
                name="supplier_account_us",
                violation_error_message="A US account has a routing number, a number of up to 17 letters, digits and hyphens, and a kind.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplieraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("iban", ""), models.Q(("routing", ""), _negated=True)),
                    models.Q(models.Q(("iban", ""), _negated=True), ("routing", "")),
                    _connector="OR",
                ),
                name="supplier_account_one_kind",
                violation_error_message="An account has either an IBAN, or a routing number and an account number.",
            ),
        ),
        migrations.AddField(
            model_name="achoriginator",
            name="bank_account",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="ach_originator", to="banking.bankaccount"
            ),
        ),
        migrations.AddField(
            model_name="achoriginator",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddConstraint(
            model_name="achoriginator",
            constraint=models.CheckConstraint(
                condition=models.Q(("identification__regex", "^[A-Z0-9]{10}$")),
                name="ach_originator_identification",
                violation_error_message="A company identification for ACH has ten capital letters and digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="achoriginator",
            constraint=models.CheckConstraint(
                condition=models.Q(("destination__regex", "^([A-Z0-9]{9,10})?$"), ("origin__regex", "^([A-Z0-9]{9,10})?$")),
                name="ach_originator_addresses",
                violation_error_message="Immediate origin and destination have nine or ten capital letters and digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="achoriginator",
            constraint=models.CheckConstraint(
                condition=models.Q(("bank_name__regex", "^[ -~]{1,23}$"), ("company_name__regex", "^[ -~]{1,16}$")),
                name="ach_originator_ascii",
                violation_error_message="Names in an ACH file have letters without accents: up to 23 for the bank, 16 for the company.",
            ),
        ),
        migrations.AddConstraint(
            model_name="achoriginator",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead_days__lte", 10)),
                name="ach_originator_days",
                violation_error_message="A bank needs 0 to 10 banking days.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE"),
    ]
