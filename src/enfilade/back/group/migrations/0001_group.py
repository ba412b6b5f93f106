"""Companies of a group, partners, places of accounts, entries of the group, and what holds for them."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = (Path(__file__).resolve().parent.parent / "sql" / "group.sql").read_text()
BACK = "DROP FUNCTION group_entry_balances, group_account_fits CASCADE"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsolidationEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("profit", "Unrealised profit (§ 304 HGB)"),
                            ("capital", "Capital (§ 301 HGB)"),
                            ("debt", "Debts (§ 303 HGB)"),
                            ("result", "Income and cost (§ 305 HGB)"),
                            ("other", "Other adjustment"),
                        ]
                    ),
                ),
                ("text", models.TextField(verbose_name="what for")),
                ("line_count", models.PositiveSmallIntegerField(editable=False)),
                ("made_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "reverses",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="group.consolidationentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "consolidation entry",
                "verbose_name_plural": "consolidation entries",
            },
        ),
        migrations.CreateModel(
            name="ConsolidationLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "entry",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="group.consolidationentry"),
                ),
            ],
            options={
                "verbose_name": "line of a consolidation entry",
                "verbose_name_plural": "lines of consolidation entries",
            },
        ),
        migrations.CreateModel(
            name="GroupCompany",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.TextField(choices=[("full", "Full consolidation"), ("equity", "Equity method"), ("none", "Not consolidated")]),
                ),
                ("share_percent", models.DecimalField(decimal_places=4, max_digits=7, verbose_name="share (%)")),
                ("acquired_on", models.DateField(verbose_name="acquired")),
                ("cost_minor", enfilade.core.fields.AmountField(verbose_name="cost of the shares")),
                ("goodwill_years", models.PositiveSmallIntegerField(default=10, verbose_name="years of goodwill")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="left")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                        verbose_name="company of the group",
                    ),
                ),
                (
                    "shares_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account", verbose_name="shares stand on"
                    ),
                ),
            ],
            options={
                "verbose_name": "company of the group",
                "verbose_name_plural": "companies of the group",
            },
        ),
        migrations.CreateModel(
            name="AccountMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, verbose_name="their account")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.account",
                        verbose_name="account of the group",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "group_company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mappings",
                        to="group.groupcompany",
                        verbose_name="company of the group",
                    ),
                ),
            ],
            options={
                "verbose_name": "account in the group's chart",
                "verbose_name_plural": "accounts in the group's chart",
            },
        ),
        migrations.CreateModel(
            name="GroupPartner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company", verbose_name="is the company"
                    ),
                ),
                ("party", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="party.party")),
            ],
            options={
                "verbose_name": "partner in the group",
                "verbose_name_plural": "partners in the group",
            },
        ),
        migrations.AddConstraint(
            model_name="consolidationentry",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), ("line_count__gte", 2), ("line_count__lte", 200)),
                name="consolidation_says_what_for",
                violation_error_message="A consolidation entry says what it is for, and has 2 to 200 lines.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consolidationentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["profit", "capital", "debt", "result", "other"])),
                name="consolidation_kind_known",
                violation_error_message="This kind of consolidation entry is not known.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consolidationline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True),
                name="consolidation_line_moves",
                violation_error_message="A line has an amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupcompany",
            constraint=models.UniqueConstraint(
                fields=("company", "member"),
                name="group_company_once",
                violation_error_message="This company belongs to the group already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupcompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("member", models.F("company")), _negated=True),
                name="group_not_itself",
                violation_error_message="A company holds no shares of itself here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupcompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("share_percent__gt", 0), ("share_percent__lte", 100)),
                name="group_share_of_hundred",
                violation_error_message="A share is above zero and at most 100 percent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupcompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["full", "equity", "none"])),
                name="group_method_known",
                violation_error_message="A company is consolidated in full, by the equity method, or not at all.",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupcompany",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost_minor__gte", 0),
                    ("goodwill_years__lte", 40),
                    models.Q(("left_on", None), ("left_on__gt", models.F("acquired_on")), _connector="OR"),
                ),
                name="group_company_sane",
                violation_error_message="Shares cost zero or more, goodwill lasts 40 years at most, and a company leaves after it came.",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.UniqueConstraint(
                fields=("group_company", "code"), name="group_mapping_once", violation_error_message="This account has its place already."
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="group_mapping_said", violation_error_message="Give the account."
            ),
        ),
        migrations.AddConstraint(
            model_name="grouppartner",
            constraint=models.UniqueConstraint(
                fields=("company", "party"),
                name="group_party_once",
                violation_error_message="This party is a company of the group already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="grouppartner",
            constraint=models.UniqueConstraint(
                fields=("company", "partner"), name="group_partner_once", violation_error_message="Another party is this company already."
            ),
        ),
        migrations.AddConstraint(
            model_name="grouppartner",
            constraint=models.CheckConstraint(
                condition=models.Q(("partner", models.F("company")), _negated=True),
                name="group_partner_not_itself",
                violation_error_message="A company is no partner of itself.",
            ),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
