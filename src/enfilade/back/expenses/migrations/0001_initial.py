"""Claims with lines and receipts, categories, cards and rates, and triggers that keep what was submitted."""

from decimal import Decimal
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"
FUNCTIONS = "expenses_guard_claim, expenses_guard_line, expenses_sum_claim, expenses_guard_receipt, expenses_require_open"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("payables", "0003_bills_made_void"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("last_digits", models.CharField(blank=True, max_length=4, verbose_name="last four digits")),
                ("active", models.BooleanField(default=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("holder", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "company card",
            },
        ),
        migrations.CreateModel(
            name="ExpenseCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("receipt", "By receipt"),
                            ("entertainment", "Entertainment of guests"),
                            ("mileage", "Kilometres or miles"),
                            ("per_diem", "Days away"),
                        ],
                        default="receipt",
                    ),
                ),
                (
                    "deductible_percent",
                    models.DecimalField(decimal_places=2, default=Decimal(100), max_digits=5, verbose_name="deductible from profit (%)"),
                ),
                (
                    "tax_class",
                    models.TextField(
                        choices=[("standard", "Standard"), ("reduced", "Reduced"), ("none", "None")],
                        default="standard",
                        verbose_name="usual tax",
                    ),
                ),
                ("receipt_above_minor", enfilade.core.fields.AmountField(default=0, verbose_name="receipt needed above")),
                ("limit_minor", enfilade.core.fields.AmountField(blank=True, null=True, verbose_name="limit of a line")),
                ("days_max", models.PositiveSmallIntegerField(default=90, verbose_name="days to claim it")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="what people should know")),
                ("active", models.BooleanField(default=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "rest_account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.account",
                        verbose_name="account of what is not deductible",
                    ),
                ),
            ],
            options={
                "verbose_name": "expense category",
                "verbose_name_plural": "expense categories",
            },
        ),
        migrations.CreateModel(
            name="ExpenseClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False, null=True)),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="what for")),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("total_minor", enfilade.core.fields.AmountField(default=0, editable=False, verbose_name="total")),
                ("own_minor", enfilade.core.fields.AmountField(default=0, editable=False, verbose_name="paid by the person")),
                ("last_on", models.DateField(editable=False, null=True, verbose_name="last day")),
                ("opened_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("posted_on", models.DateField(editable=False, null=True, verbose_name="posted")),
                ("reason", enfilade.core.fields.LongTextField(blank=True, verbose_name="why rejected")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "Being written"),
                            ("submitted", "To approve"),
                            ("rejected", "Rejected"),
                            ("approved", "To post"),
                            ("posted", "To pay back"),
                            ("reimbursed", "Settled"),
                            ("discarded", "Discarded"),
                        ],
                        default="draft",
                        editable=False,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="expense_claims", to="payables.bill"
                    ),
                ),
                (
                    "claimant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "opened_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="expense_claims", to="party.party")),
                (
                    "posted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "expense claim",
            },
        ),
        migrations.CreateModel(
            name="MileageRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "vehicle",
                    models.TextField(choices=[("car", "Car"), ("motorcycle", "Motorcycle"), ("bicycle", "Bicycle")], default="car"),
                ),
                ("unit", models.CharField(choices=[("km", "Kilometres"), ("mi", "Miles")], default="km", max_length=2)),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("rate", models.DecimalField(decimal_places=4, max_digits=8)),
                ("step", models.PositiveIntegerField(blank=True, null=True, verbose_name="distance until the step")),
                (
                    "rate_after",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True, verbose_name="rate after the step"),
                ),
                ("year_month", models.PositiveSmallIntegerField(default=1, verbose_name="month in which the tax year begins")),
                ("year_day", models.PositiveSmallIntegerField(default=1, verbose_name="day on which it begins")),
                ("source", models.CharField(max_length=200)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "mileage rate",
            },
        ),
        migrations.CreateModel(
            name="PerDiemRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(max_length=2)),
                ("place", models.CharField(blank=True, max_length=80)),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("full_minor", enfilade.core.fields.AmountField(verbose_name="a whole day")),
                ("part_minor", enfilade.core.fields.AmountField(verbose_name="a part of a day")),
                (
                    "breakfast_percent",
                    models.DecimalField(decimal_places=2, default=Decimal(20), max_digits=5, verbose_name="breakfast (%)"),
                ),
                ("lunch_percent", models.DecimalField(decimal_places=2, default=Decimal(40), max_digits=5, verbose_name="lunch (%)")),
                ("dinner_percent", models.DecimalField(decimal_places=2, default=Decimal(40), max_digits=5, verbose_name="dinner (%)")),
                ("source", models.CharField(max_length=200)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "rate of days away",
                "verbose_name_plural": "rates of days away",
            },
        ),
        migrations.CreateModel(
            name="ExpenseLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="date")),
                ("merchant", models.CharField(blank=True, max_length=120, verbose_name="where")),
                ("note", models.CharField(blank=True, max_length=300)),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("spent_minor", models.BigIntegerField(verbose_name="spent")),
                ("spent_currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "tax_class",
                    models.TextField(
                        choices=[("standard", "Standard"), ("reduced", "Reduced"), ("none", "None")], default="none", verbose_name="tax"
                    ),
                ),
                ("tax_rate_bp", models.PositiveIntegerField(default=0, verbose_name="tax rate (bp)")),
                ("tax_minor", enfilade.core.fields.AmountField(default=0, verbose_name="tax in it")),
                (
                    "paid_by",
                    models.TextField(
                        choices=[("person", "Paid myself"), ("card", "Company card"), ("cash", "Petty cash")],
                        default="person",
                        verbose_name="paid by",
                    ),
                ),
                ("dimensions", models.CharField(blank=True, max_length=200)),
                ("no_receipt_reason", models.CharField(blank=True, max_length=200, verbose_name="why there is no receipt")),
                ("over_policy", models.CharField(blank=True, max_length=200, verbose_name="why it was needed")),
                ("similar", models.BooleanField(default=False, verbose_name="another one although it looks the same")),
                (
                    "attendees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                    ),
                ),
                ("occasion", models.CharField(blank=True, max_length=200)),
                ("distance", models.DecimalField(decimal_places=1, max_digits=8, null=True)),
                ("left_at", models.DateTimeField(null=True, verbose_name="left")),
                ("back_at", models.DateTimeField(null=True, verbose_name="came back")),
                ("overnight", models.BooleanField(default=True, verbose_name="with a night away")),
                ("meals", models.JSONField(blank=True, default=dict)),
                ("entered_at", models.DateTimeField()),
                (
                    "card",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="expenses.companycard"
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="expenses.expensecategory"),
                ),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="expenses.expenseclaim")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "entered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "mileage_rate",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="expenses.mileagerate"),
                ),
                (
                    "per_diem_rate",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="expenses.perdiemrate"),
                ),
            ],
            options={
                "verbose_name": "expense",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile")),
                (
                    "line",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="expenses.expenseline"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="companycard",
            constraint=models.UniqueConstraint(
                fields=("company", "name"), name="company_card_once", violation_error_message="There is a card of this name."
            ),
        ),
        migrations.AddConstraint(
            model_name="companycard",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_digits__regex", "^([0-9]{4})?$")),
                name="company_card_digits",
                violation_error_message="Give the last four digits only.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expensecategory",
            constraint=models.UniqueConstraint(
                fields=("company", "code"), name="expense_category_once", violation_error_message="There is a category of this code."
            ),
        ),
        migrations.AddConstraint(
            model_name="expensecategory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deductible_percent", 100), ("rest_account", None)),
                    models.Q(("deductible_percent__gte", 0), ("deductible_percent__lt", 100), ("rest_account__isnull", False)),
                    _connector="OR",
                ),
                name="expense_category_rest",
                violation_error_message="Where less than all may be deducted, name the account of the rest, and only there.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expensecategory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["receipt", "entertainment"]),
                    models.Q(("deductible_percent", 100), ("tax_class", "none")),
                    _connector="OR",
                ),
                name="expense_category_flat",
                violation_error_message="Kilometres and days away have no tax and are deducted whole.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expensecategory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("receipt_above_minor__gte", 0), models.Q(("limit_minor", None), ("limit_minor__gt", 0), _connector="OR")
                ),
                name="expense_category_limits",
                violation_error_message="Limits are above zero.",
            ),
        ),
        migrations.AddIndex(
            model_name="expenseclaim",
            index=models.Index(fields=["company", "person", "-id"], name="expense_claim_person"),
        ),
        migrations.AddIndex(
            model_name="expenseclaim",
            index=models.Index(fields=["company", "state", "id"], name="expense_claim_state"),
        ),
        migrations.AddConstraint(
            model_name="expenseclaim",
            constraint=models.UniqueConstraint(
                fields=("company", "number"), name="expense_claim_number_once", violation_error_message="This number of a claim is taken."
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(
                        models.Q(("claimant", None), models.Q(("approved_by", models.F("claimant")), _negated=True), _connector="OR"),
                        models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="expense_claim_two_people",
                violation_error_message="Nobody approves her own claim; somebody else has to.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_by", None), ("bill", None), ("posted_on", None), ("state__in", ["draft", "discarded"])),
                    models.Q(
                        ("number__isnull", False),
                        ("state__in", ["submitted", "rejected"]),
                        ("submitted_by__isnull", False),
                        ("approved_by", None),
                        ("bill", None),
                        ("posted_on", None),
                    ),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("bill", None),
                        ("number__isnull", False),
                        ("posted_on", None),
                        ("state", "approved"),
                    ),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("bill__isnull", False),
                        ("number__isnull", False),
                        ("posted_on__isnull", False),
                        ("state", "posted"),
                    ),
                    models.Q(
                        ("approved_by__isnull", False), ("number__isnull", False), ("posted_on__isnull", False), ("state", "reimbursed")
                    ),
                    _connector="OR",
                ),
                name="expense_claim_state_true",
                violation_error_message="The state of a claim follows from who submitted, approved and posted it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bill__isnull", False)),
                fields=("company", "bill"),
                name="expense_claim_bill_once",
                violation_error_message="This bill pays another claim back.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mileagerate",
            constraint=models.UniqueConstraint(
                fields=("company", "vehicle", "valid_from"),
                name="mileage_rate_once",
                violation_error_message="There is a rate of this vehicle from this day on.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mileagerate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rate__gt", 0),
                    models.Q(
                        models.Q(("rate_after", None), ("step", None)), models.Q(("rate_after__gt", 0), ("step__gt", 0)), _connector="OR"
                    ),
                ),
                name="mileage_rate_step",
                violation_error_message="A rate is above zero, and a step has a rate after it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mileagerate",
            constraint=models.CheckConstraint(
                condition=models.Q(("year_day__gte", 1), ("year_day__lte", 28), ("year_month__gte", 1), ("year_month__lte", 12)),
                name="mileage_rate_year",
                violation_error_message="A tax year begins between the first and the 28th day of a month.",
            ),
        ),
        migrations.AddConstraint(
            model_name="perdiemrate",
            constraint=models.UniqueConstraint(
                fields=("company", "country", "place", "valid_from"),
                name="per_diem_rate_once",
                violation_error_message="There is a rate of this place from this day on.",
            ),
        ),
        migrations.AddConstraint(
            model_name="perdiemrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("full_minor__gt", 0), ("full_minor__gte", models.F("part_minor")), ("part_minor__gte", 0)),
                name="per_diem_rate_amounts",
                violation_error_message="A whole day is above zero, and no less than a part of one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="perdiemrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("breakfast_percent__gte", 0), ("dinner_percent__gte", 0), ("lunch_percent__gte", 0)),
                name="per_diem_rate_percent",
                violation_error_message="What is taken off for a meal is zero or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="perdiemrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                name="per_diem_rate_country",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
        ),
        migrations.AddIndex(
            model_name="expenseline",
            index=models.Index(fields=["company", "on", "amount_minor"], name="expense_line_alike"),
        ),
        migrations.AddConstraint(
            model_name="expenseline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("spent_minor__gt", 0)),
                name="expense_line_above_zero",
                violation_error_message="An expense is above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tax_minor__gte", 0),
                    ("tax_minor__lt", models.F("amount_minor")),
                    models.Q(("tax_rate_bp__gt", 0), ("tax_minor", 0), _connector="OR"),
                ),
                name="expense_line_tax",
                violation_error_message="The tax in an expense is less than all of it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("card__isnull", False), ("paid_by", "card")),
                    models.Q(models.Q(("paid_by", "card"), _negated=True), ("card", None)),
                    _connector="OR",
                ),
                name="expense_line_card",
                violation_error_message="Name the card where one of the company paid, and only there.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("distance", None), ("mileage_rate", None)),
                    models.Q(("distance__gt", 0), ("mileage_rate__isnull", False), ("paid_by", "person")),
                    _connector="OR",
                ),
                name="expense_line_drive",
                violation_error_message="A drive has a distance above zero and is paid to who drove.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("back_at", None), ("left_at", None), ("per_diem_rate", None)),
                    models.Q(
                        ("back_at__gt", models.F("left_at")),
                        ("left_at__isnull", False),
                        ("paid_by", "person"),
                        ("per_diem_rate__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="expense_line_away",
                violation_error_message="Who was away came back after she left.",
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["company", "sha256"], name="receipt_sha"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("line", "sha256"), name="receipt_once_a_line", violation_error_message="This receipt is at this expense already."
            ),
        ),
        migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE"),
    ]
