"""A notice says when that was due which is late: the whole invoice, or an instalment of it."""

from django.db import migrations, models

# What was reminded of until now was due as a whole. What was sent never changes, but here it is told what it never said.
_MOVED = """
SELECT set_config('app.companies', (SELECT coalesce(array_agg(id), '{}')::text FROM core_company), true);
ALTER TABLE dunning_notice DISABLE TRIGGER guard_notice;
UPDATE dunning_notice n SET due_on = i.due_on FROM billing_invoice i WHERE i.id = n.invoice_id;
ALTER TABLE dunning_notice ENABLE TRIGGER guard_notice;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0013_payment_terms"),
        ("dunning", "0001_initial"),
    ]

    operations = [
        migrations.AddField(model_name="notice", name="due_on", field=models.DateField(null=True, verbose_name="due")),
        migrations.RunSQL([_MOVED, "SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"], migrations.RunSQL.noop),
        migrations.AlterField(model_name="notice", name="due_on", field=models.DateField(verbose_name="due")),
        migrations.RemoveConstraint(model_name="notice", name="notice_level_once"),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("standing", True)),
                fields=("company", "invoice", "due_on", "level_number"),
                name="notice_level_once",
                violation_error_message="This invoice has had this level already.",
            ),
        ),
    ]
