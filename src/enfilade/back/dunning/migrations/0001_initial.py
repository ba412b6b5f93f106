"""Levels, base rates, holds, reminders and notices, and triggers that keep what was sent as it is."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0009_open_items_and_allocation"),
        ("core", "0019_lean_imports"),
        ("party", "0005_lean_contact_points"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DunningLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="level")),
                ("name", models.TextField(help_text="As the letter is headed, for example Payment reminder.")),
                ("days", models.PositiveSmallIntegerField(verbose_name="days after due")),
                ("pay_days", models.PositiveSmallIntegerField(default=7, verbose_name="days to pay then")),
                ("minimum_minor", enfilade.core.fields.AmountField(default=0, verbose_name="not below")),
                ("fee_minor", enfilade.core.fields.AmountField(default=0, verbose_name="fee")),
                (
                    "person_bp",
                    models.PositiveIntegerField(
                        blank=True, help_text="Over the base rate; 500 is 5 %.", null=True, verbose_name="interest of people (bp)"
                    ),
                ),
                (
                    "business_bp",
                    models.PositiveIntegerField(
                        blank=True, help_text="Over the base rate; 900 is 9 %.", null=True, verbose_name="interest of businesses (bp)"
                    ),
                ),
                ("charged", models.BooleanField(default=False, verbose_name="fee and interest are billed")),
                ("text", enfilade.core.fields.LongTextField(blank=True, help_text="Stands above the invoices in the letter.")),
                ("active", models.BooleanField(default=True)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "dunning level",
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("disputed", "Disputed"), ("held", "Held back"), ("promised", "Payment promised")])),
                ("until", models.DateField(blank=True, null=True)),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField(verbose_name="held at")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="lifted at")),
                ("state", models.TextField(choices=[("standing", "Standing"), ("lifted", "Lifted")], default="standing", editable=False)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "invoice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="dunning_holds", to="billing.invoice"),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="lifted by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="held by"
                    ),
                ),
            ],
            options={
                "verbose_name": "hold",
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False, null=True)),
                ("on", models.DateField(verbose_name="date")),
                ("pay_until", models.DateField(verbose_name="to be paid by")),
                ("owed_minor", enfilade.core.fields.AmountField(verbose_name="open")),
                ("fee_minor", enfilade.core.fields.AmountField(default=0, verbose_name="fee")),
                ("interest_minor", enfilade.core.fields.AmountField(default=0, verbose_name="interest")),
                ("made_at", models.DateTimeField(verbose_name="proposed at")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("reason", models.TextField(blank=True, verbose_name="why dropped")),
                (
                    "state",
                    models.TextField(
                        choices=[("proposed", "Proposed"), ("sent", "Sent"), ("dropped", "Dropped")], default="proposed", editable=False
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "fee_invoice",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.invoice"),
                ),
                ("level", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dunning.dunninglevel")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                ("party", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="party.party")),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level_number", models.PositiveSmallIntegerField(verbose_name="level")),
                ("days_late", models.PositiveIntegerField(verbose_name="days late")),
                ("open_minor", enfilade.core.fields.AmountField(verbose_name="open")),
                ("interest_minor", enfilade.core.fields.AmountField(default=0, verbose_name="interest")),
                ("standing", models.BooleanField(default=True)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "invoice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="dunning_notices", to="billing.invoice"),
                ),
                ("reminder", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="dunning.reminder")),
            ],
            options={
                "verbose_name": "notice",
            },
        ),
        migrations.CreateModel(
            name="BaseRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("rate_bp", models.IntegerField(help_text="Basis points: 227 is 2.27 %.", verbose_name="rate (bp)")),
                ("source", models.TextField(blank=True, help_text="Who says so, for example Deutsche Bundesbank.")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "base rate",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "valid_from"),
                        name="base_rate_once",
                        violation_error_message="There is a base rate from this day on.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate_bp__gte", -1000), ("rate_bp__lte", 10000)),
                        name="base_rate_sane",
                        violation_error_message="A base rate is between -10 and 100 percent.",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="dunninglevel",
            constraint=models.UniqueConstraint(
                fields=("company", "number"), name="dunning_level_once", violation_error_message="There is this level already."
            ),
        ),
        migrations.AddConstraint(
            model_name="dunninglevel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__lte", 365),
                    ("fee_minor__gte", 0),
                    ("minimum_minor__gte", 0),
                    ("number__gte", 1),
                    ("number__lte", 9),
                    ("pay_days__lte", 90),
                    models.Q(("name", ""), _negated=True),
                ),
                name="dunning_level_sane",
                violation_error_message="A level is from 1 to 9, has a name, and days, fee and minimum of zero or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "standing")),
                fields=("company", "invoice"),
                name="dunning_hold_once",
                violation_error_message="This invoice is held already; lift that hold first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "promised"), _negated=True), ("until__isnull", False), _connector="OR"),
                name="dunning_promise_has_day",
                violation_error_message="A promise to pay says until when.",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at", None), ("lifted_by", None), ("state", "standing")),
                    models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False), ("state", "lifted")),
                    _connector="OR",
                ),
                name="dunning_hold_lifted_by_somebody",
                violation_error_message="What was lifted says when and by whom.",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(fields=["company", "party", "-id"], name="reminder_party"),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("company", "number"), name="reminder_number_once", violation_error_message="This number is taken."
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("company", "party"),
                name="reminder_proposed_once",
                violation_error_message="A reminder to this customer waits to be looked at.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_minor__gte", 0), ("interest_minor__gte", 0), ("owed_minor__gte", 0), ("pay_until__gte", models.F("on"))
                ),
                name="reminder_sane",
                violation_error_message="Amounts of a reminder are zero or more, and it is not to be paid before it is written.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number__isnull", False), ("sent_at__isnull", False), ("sent_by__isnull", False), ("state", "sent")),
                    models.Q(
                        ("fee_invoice", None),
                        ("number", None),
                        ("sent_at", None),
                        ("sent_by", None),
                        ("state__in", ["proposed", "dropped"]),
                    ),
                    _connector="OR",
                ),
                name="reminder_sent_by_somebody",
                violation_error_message="A reminder has a number when it was sent, and says by whom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("standing", True)),
                fields=("company", "invoice", "level_number"),
                name="notice_level_once",
                violation_error_message="This invoice has had this level already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("interest_minor__gte", 0), ("open_minor__gt", 0)),
                name="notice_about_money",
                violation_error_message="A reminder is about invoices of which something is open.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION dunning_guard_reminder, dunning_guard_notice CASCADE"),
    ]
