"""Tables of access: conflict rules, accepted conflicts, decisions of reviews."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.base.access.models
import enfilade.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0007_departments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConflictRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(help_text="Short, for example discount_and_release.", max_length=60)),
                (
                    "first",
                    models.TextField(
                        help_text="For example billing.give_discount.",
                        validators=[enfilade.base.access.models.validate_permission],
                        verbose_name="one permission",
                    ),
                ),
                (
                    "second",
                    models.TextField(
                        help_text="For example doors.release_held.",
                        validators=[enfilade.base.access.models.validate_permission],
                        verbose_name="the other",
                    ),
                ),
                ("sentence", models.TextField(help_text="Why the two don't go together, for people.")),
                ("verdict", models.TextField(choices=[("refuse", "Refuse"), ("hold", "Hold"), ("list", "Only list")], default="hold")),
                ("release_role", models.SlugField(blank=True, help_text="Code of the role that may let it pass; needed where it is held.")),
                ("active", models.BooleanField(default=True)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "conflict rule",
            },
        ),
        migrations.CreateModel(
            name="AcceptedConflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", enfilade.core.fields.LongTextField()),
                ("until_on", models.DateField(verbose_name="until")),
                ("at", models.DateTimeField()),
                (
                    "accepted_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "rule",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acceptances", to="access.conflictrule"),
                ),
            ],
            options={
                "verbose_name": "accepted conflict",
            },
        ),
        migrations.CreateModel(
            name="AccessDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verdict", models.TextField(choices=[("confirmed", "Confirmed"), ("withdrawn", "Withdrawn")])),
                ("at", models.DateTimeField()),
                ("note", enfilade.core.fields.LongTextField(blank=True)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="core.membership"),
                ),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("role", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.role")),
            ],
            options={
                "verbose_name": "access decision",
                "indexes": [models.Index(fields=["company", "membership", "role", "-id"], name="decision_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("by", models.F("person")), _negated=True),
                        name="decision_four_eyes",
                        violation_error_message="Nobody reviews her own access.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "confirmed"),
                            models.Q(("verdict", "withdrawn"), models.Q(("note", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="decision_withdrawn_with_reason",
                        violation_error_message="Say why the role is withdrawn.",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="conflictrule",
            constraint=models.UniqueConstraint(
                fields=("company", "code"), name="conflict_code_once", violation_error_message="This rule exists."
            ),
        ),
        migrations.AddConstraint(
            model_name="conflictrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first", models.F("second")), _negated=True),
                    models.Q(("sentence", ""), _negated=True),
                    models.Q(("first", ""), _negated=True),
                    models.Q(("second", ""), _negated=True),
                ),
                name="conflict_complete",
                violation_error_message="A conflict is between two different permissions and has a sentence.",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflictrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["refuse", "list"]),
                    models.Q(("verdict", "hold"), models.Q(("release_role", ""), _negated=True)),
                    _connector="OR",
                ),
                name="conflict_hold_has_role",
                violation_error_message="A rule that holds names the role that may let it pass.",
            ),
        ),
        migrations.AddIndex(
            model_name="acceptedconflict",
            index=models.Index(fields=["company", "rule", "person", "until_on"], name="acceptance_of_person"),
        ),
        migrations.AddConstraint(
            model_name="acceptedconflict",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_by", models.F("person")), _negated=True),
                name="acceptance_four_eyes",
                violation_error_message="Nobody accepts a conflict of her own.",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptedconflict",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="acceptance_reasoned",
                violation_error_message="Say why this is acceptable.",
            ),
        ),
    ]
