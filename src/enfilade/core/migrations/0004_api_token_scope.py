"""API tokens get a scope and final terms; the audit says what lent the caller her power."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import enfilade.core.models.token

SQL = (Path(__file__).resolve().parent.parent / "sql" / "tokens.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_importbatch_refused_count"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="apitoken",
            options={"verbose_name": "API token"},
        ),
        migrations.AddField(
            model_name="apitoken",
            name="last_used_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last used"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="made_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="made"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="scope",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=enfilade.core.models.token.everything, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="authority",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="expires"),
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="revoked_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="revoked"),
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="user",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name="owner"
            ),
        ),
        migrations.AddIndex(
            model_name="apitoken",
            index=models.Index(fields=["company", "user", "-id"], name="token_owner"),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope", []), _negated=True),
                name="token_has_scope",
                violation_error_message="A token without scope could do nothing.",
            ),
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION core_token_is_final CASCADE"),
    ]
