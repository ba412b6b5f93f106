"""A line may stay on account of a party, and a customer may have kept a discount."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0003_layouts_and_proof"),
        ("billing", "0009_open_items_and_allocation"),
        ("books", "0006_pending_transfers"),
        ("core", "0019_lean_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="linematch",
            name="match_names_invoice",
        ),
        migrations.AddField(
            model_name="linematch",
            name="write_off",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.writeoff"
            ),
        ),
        migrations.AlterField(
            model_name="linematch",
            name="kind",
            field=models.TextField(
                choices=[
                    ("invoice", "Invoice"),
                    ("party", "On account of a party"),
                    ("account", "Account"),
                    ("entry", "Entry that was there"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="linematch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice__isnull", False), ("kind", "invoice"), ("payment__isnull", False)),
                    models.Q(("invoice", None), ("kind", "party"), ("payment__isnull", False), ("write_off", None)),
                    models.Q(("invoice", None), ("kind__in", ["account", "entry"]), ("payment", None), ("write_off", None)),
                    _connector="OR",
                ),
                name="match_names_invoice",
                violation_error_message="A match with an invoice names it and its payment, one with a party its payment only.",
            ),
        ),
    ]
