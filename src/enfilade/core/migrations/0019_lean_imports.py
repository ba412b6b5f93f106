"""Row changes are written with less work; the indexes of foreign keys that a wider index covers are dropped."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from enfilade.core.migrating import without_index

CHANGES = Path(__file__).resolve().parent.parent / "sql" / "changes.sql"
COMPANY = models.ForeignKey(
    editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company", db_index=False
)
BATCH = models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="core.importbatch", db_index=False)


class Migration(migrations.Migration):
    """The function as it is now; its answers stay the same."""

    dependencies = [
        ("core", "0018_web_push"),
    ]

    operations = [
        migrations.RunSQL(CHANGES.read_text(), migrations.RunSQL.noop),
        without_index("auditsubject", "company", COMPANY, "core_auditsubject_company_id_5234a718"),
        without_index("evententry", "company", COMPANY, "core_evententry_company_id_6c6388e1"),
        without_index("importrow", "company", COMPANY, "core_importrow_company_id_7ab52985"),
        without_index("importrow", "batch", BATCH, "core_importrow_batch_id_ebabd9f9"),
    ]
