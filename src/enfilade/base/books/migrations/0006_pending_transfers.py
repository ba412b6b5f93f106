"""Transfers in two phases, and the limits that they count against; lines look at the limits of their accounts."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("pending.sql", "lines.sql"))
BACK = """
DROP FUNCTION books_limits_hold, books_pending, books_transfer_changes, books_transfer_reserves, books_transfer_posted,
    books_limit_changes CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0005_batches"),
        ("core", "0018_web_push"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.CharField(max_length=20)),
                (
                    "lowest_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Debit less credit, at least, in the smallest part of the unit.",
                        null=True,
                        verbose_name="lowest",
                    ),
                ),
                (
                    "highest_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Debit less credit, at most, in the smallest part of the unit.",
                        null=True,
                        verbose_name="highest",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="limits", to="books.account"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "account limit",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "unit"),
                        name="accountlimit_once",
                        violation_error_message="This account has a limit in this unit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lowest_minor__isnull", False), ("highest_minor__isnull", False), _connector="OR"),
                        name="accountlimit_bounds",
                        violation_error_message="A limit has a lowest or a highest balance.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit", ""), _negated=True),
                        name="accountlimit_has_unit",
                        violation_error_message="A limit is in a unit, for example EUR.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PendingBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.CharField(max_length=20)),
                ("slot", models.PositiveSmallIntegerField(default=0)),
                ("debit_minor", models.BigIntegerField(default=0)),
                ("credit_minor", models.BigIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="pending_balances", to="books.account"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "unit", "slot"),
                        name="pendingbalance_once",
                        violation_error_message="This balance is kept already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PendingTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.CharField(max_length=20)),
                ("quantity_minor", models.BigIntegerField(help_text="In the smallest part of the unit.", verbose_name="quantity")),
                ("text", models.TextField()),
                ("origin", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("pending", "Pending"), ("posted", "Posted"), ("voided", "Voided"), ("expired", "Expired")],
                        default="pending",
                        editable=False,
                    ),
                ),
                ("book", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.book")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("credit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                ("debit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                (
                    "entry",
                    models.OneToOneField(
                        editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="books.entry"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reserved by",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "pending")), fields=["debit", "expires_at"], name="transfer_open_debit"),
                    models.Index(condition=models.Q(("state", "pending")), fields=["credit", "expires_at"], name="transfer_open_credit"),
                    models.Index(condition=models.Q(("state", "pending")), fields=["company", "expires_at"], name="transfer_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity_minor__gt", 0)),
                        name="transfer_moves",
                        violation_error_message="A transfer moves more than nothing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="transfer_two_accounts",
                        violation_error_message="A transfer has two accounts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("text", ""), _negated=True), models.Q(("unit", ""), _negated=True)),
                        name="transfer_says",
                        violation_error_message="A transfer says what it is for and in which unit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "posted", "voided", "expired"])),
                        name="transfer_state_known",
                        violation_error_message="A transfer is pending, posted, voided or expired.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at", None), ("expires_at__gt", models.F("recorded_at")), _connector="OR"),
                        name="transfer_expires_later",
                        violation_error_message="A transfer expires after it was reserved.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entry", None), ("state", "posted"), _connector="OR"),
                        name="transfer_entry_posted",
                        violation_error_message="Only a transfer that was posted has an entry.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
