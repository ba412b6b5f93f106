"""Templates, what recurs by them, accruals and deferrals that wait for their day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0019_lean_imports"),
        ("ledger", "0003_years_and_openings"),
        ("party", "0005_lean_contact_points"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Deferral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("from_on", models.DateField(verbose_name="from")),
                ("to_on", models.DateField(verbose_name="to")),
                ("by_day", models.BooleanField(default=False, verbose_name="by days")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                (
                    "aside",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account", verbose_name="put aside on"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("entry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry")),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="EntryTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("text", models.CharField(max_length=500, verbose_name="what for")),
                ("active", models.BooleanField(default=True)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "template of an entry",
                "verbose_name_plural": "templates of entries",
            },
        ),
        migrations.CreateModel(
            name="PlannedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("amount_minor", enfilade.core.fields.AmountField(null=True, verbose_name="amount")),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "Waiting"), ("posted", "Posted"), ("dropped", "Dropped")], default="waiting", editable=False
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "deferral",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="ledger.deferral"),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry"
                    ),
                ),
                ("reverses", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry")),
            ],
            options={
                "verbose_name": "planned entry",
                "verbose_name_plural": "planned entries",
            },
        ),
        migrations.CreateModel(
            name="RecurringEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("rule", models.CharField(max_length=300)),
                ("reverse_next", models.BooleanField(default=False, verbose_name="reversed next month")),
                ("counts_from_on", models.DateField(editable=False, verbose_name="counts from")),
                (
                    "state",
                    models.TextField(
                        choices=[("running", "Running"), ("paused", "Paused"), ("ended", "Ended")], default="running", editable=False
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "template",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="recurring", to="ledger.entrytemplate"),
                ),
            ],
            options={
                "verbose_name": "recurring entry",
                "verbose_name_plural": "recurring entries",
            },
        ),
        migrations.CreateModel(
            name="RecurringPosting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry")),
                (
                    "recurring",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="ledger.recurringentry"),
                ),
            ],
            options={
                "verbose_name": "occurrence",
            },
        ),
        migrations.CreateModel(
            name="TemplateLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("text", models.CharField(blank=True, max_length=500)),
                ("dimensions", models.CharField(blank=True, max_length=200)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("party", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="party.party")),
                (
                    "template",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="ledger.entrytemplate"),
                ),
            ],
            options={
                "verbose_name": "line of a template",
                "verbose_name_plural": "lines of templates",
            },
        ),
        migrations.AddConstraint(
            model_name="deferral",
            constraint=models.UniqueConstraint(
                fields=("entry", "account"), name="deferral_once", violation_error_message="This line is spread over months already."
            ),
        ),
        migrations.AddConstraint(
            model_name="deferral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor", 0), _negated=True),
                    ("to_on__gte", models.F("from_on")),
                    models.Q(("account", models.F("aside")), _negated=True),
                ),
                name="deferral_fits",
                violation_error_message="What is spread has an amount, a last day after its first, and two accounts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entrytemplate",
            constraint=models.UniqueConstraint(
                fields=("company", "name"), name="template_name_once", violation_error_message="There is a template with this name."
            ),
        ),
        migrations.AddConstraint(
            model_name="entrytemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("text", ""), _negated=True)),
                name="template_said",
                violation_error_message="A template has a name, and says what its entries are for.",
            ),
        ),
        migrations.AddIndex(
            model_name="plannedentry",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["company", "on"], name="planned_due"),
        ),
        migrations.AddConstraint(
            model_name="plannedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor", None), ("deferral", None), ("reverses__isnull", False)),
                    models.Q(
                        ("amount_minor__isnull", False),
                        ("deferral__isnull", False),
                        ("reverses", None),
                        models.Q(("amount_minor", 0), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="planned_one_cause",
                violation_error_message="A planned entry reverses another one, or is a part of a deferral with an amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", False), ("state", "posted")),
                    models.Q(("entry", None), ("state__in", ["waiting", "dropped"])),
                    _connector="OR",
                ),
                name="planned_posted_once",
                violation_error_message="A planned entry that is posted has its entry; one that waits or was dropped has none.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False), models.Q(("state", "dropped"), _negated=True)),
                fields=("reverses",),
                name="planned_reverses_once",
                violation_error_message="The reversal of this entry is planned already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedentry",
            constraint=models.UniqueConstraint(
                fields=("deferral", "on"), name="deferral_part_once", violation_error_message="This month has its part already."
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["running", "paused", "ended"])),
                name="recurring_state_known",
                violation_error_message="A recurring entry runs, is paused or has ended.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule", ""), _negated=True),
                name="recurring_has_rule",
                violation_error_message="Say how often it comes again.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringposting",
            constraint=models.UniqueConstraint(
                fields=("recurring", "on"), name="recurring_once", violation_error_message="This occurrence is posted already."
            ),
        ),
        migrations.AddConstraint(
            model_name="templateline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True),
                name="template_line_moves",
                violation_error_message="A line of a template has an amount.",
            ),
        ),
    ]
