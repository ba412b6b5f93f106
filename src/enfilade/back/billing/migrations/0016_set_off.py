"""Cheques and set-offs among the ways in which an invoice is paid; both name the account on which they stand."""

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0015_agreed_discounts"),
        ("books", "0009_named_rows"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_cash_in_drawer",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_account_of_transfer",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_state_true",
        ),
        migrations.AlterField(
            model_name="payment",
            name="method",
            field=models.TextField(
                choices=[("cash", "Cash"), ("card", "Card"), ("transfer", "Bank transfer"), ("cheque", "Cheque"), ("set_off", "Set off")]
            ),
        ),
        AddConstraintNotValid(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("drawer__isnull", False), ("method", "cash")),
                    models.Q(models.Q(("method", "cash"), _negated=True), ("drawer", None)),
                    _connector="OR",
                ),
                name="payment_cash_in_drawer",
                violation_error_message="Cash goes into or out of a drawer, and nothing else does.",
            ),
        ),
        AddConstraintNotValid(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("method__in", ["cash", "card"])),
                    ("method", "transfer"),
                    models.Q(("account__isnull", False), ("method__in", ["cheque", "set_off"])),
                    _connector="OR",
                ),
                name="payment_account_of_transfer",
                violation_error_message="A cheque and a set-off name their account, a transfer may, and nothing else does.",
            ),
        ),
        AddConstraintNotValid(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refunded_minor", models.F("amount_minor")), ("state", "refunded"), ("voided_on", None)),
                    models.Q(
                        ("state", "taken"), ("voided_on", None), models.Q(("refunded_minor", models.F("amount_minor")), _negated=True)
                    ),
                    models.Q(
                        ("allocated_minor", 0),
                        ("kind", "payment"),
                        ("refunded_minor", 0),
                        ("state", "void"),
                        ("voided_on__isnull", False),
                        models.Q(("method__in", ["cash", "card"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payment_state_true",
                violation_error_message="Refunded is what was given back wholly, void is no cash, and nothing of it is used.",
            ),
        ),
        ValidateConstraint(model_name="payment", name="payment_cash_in_drawer"),
        ValidateConstraint(model_name="payment", name="payment_account_of_transfer"),
        ValidateConstraint(model_name="payment", name="payment_state_true"),
    ]
