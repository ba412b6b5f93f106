"""Contact points and addresses without a foreign key to their company: their party has one."""

import django.db.models.deletion
from django.db import migrations, models

COMPANY = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    editable=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="core.company",
)


class Migration(migrations.Migration):
    """Parts of a party are lean."""

    dependencies = [
        ("core", "0020_waiting_rows"),
        ("party", "0005_lean_contact_points"),
    ]

    operations = [
        migrations.AlterField("address", "company", COMPANY),
        migrations.AlterField("contactpoint", "company", COMPANY),
    ]
