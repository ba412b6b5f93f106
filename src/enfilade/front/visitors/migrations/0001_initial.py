"""Entrances, visitors, the watch list."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("calendar", "0007_calendar_files_come_by_the_wizard"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Entrance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "badges",
                    models.PositiveIntegerField(default=0, help_text="How many numbered badges there are; 0: none.", verbose_name="badges"),
                ),
                (
                    "muster_point",
                    models.CharField(blank=True, help_text="Where everybody meets when the house has to be left.", max_length=200),
                ),
                ("network", models.CharField(blank=True, max_length=60, verbose_name="guest network")),
                (
                    "network_password",
                    models.CharField(blank=True, help_text="Shown to who receives visitors.", max_length=63, verbose_name="its password"),
                ),
                ("parking", models.CharField(blank=True, help_text="Where visitors may park.", max_length=200)),
                ("active", models.BooleanField(default=True)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calendar.site"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WatchedPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.TextField(editable=False)),
                ("organisation", models.CharField(blank=True, max_length=200)),
                (
                    "what",
                    models.CharField(
                        choices=[("tell", "Let in and tell the owner"), ("refuse", "Do not let in")],
                        default="refuse",
                        max_length=20,
                        verbose_name="what to do",
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("until_on", models.DateField(blank=True, help_text="Empty: until it is ended.", null=True, verbose_name="until")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="Who is told when she comes.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "watched person",
            },
        ),
        migrations.CreateModel(
            name="Visitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.TextField(editable=False)),
                ("organisation", models.CharField(blank=True, max_length=200)),
                ("purpose", models.CharField(blank=True, max_length=200)),
                ("group", models.CharField(blank=True, help_text="Visitors with the same words here come together.", max_length=120)),
                ("plate", models.CharField(blank=True, max_length=20, verbose_name="number plate")),
                ("expected_at", models.DateTimeField(verbose_name="expected")),
                ("expected_until", models.DateTimeField(null=True, verbose_name="until")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("waiting", "Waiting"),
                            ("inside", "In the house"),
                            ("left", "Left"),
                            ("cancelled", "Cancelled"),
                            ("turned_away", "Turned away"),
                            ("missed", "Did not come"),
                        ],
                        default="expected",
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("badge", models.PositiveIntegerField(editable=False, null=True)),
                ("arrived_at", models.DateTimeField(editable=False, null=True, verbose_name="came in")),
                ("fetched_at", models.DateTimeField(editable=False, null=True, verbose_name="fetched")),
                ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="host reminded")),
                ("left_at", models.DateTimeField(editable=False, null=True, verbose_name="left")),
                ("let_in_because", models.CharField(blank=True, editable=False, max_length=300)),
                ("reason", models.CharField(blank=True, editable=False, max_length=300)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "entrance",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visitors", to="visitors.entrance"),
                ),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="comes to see",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits_to_us", to="party.party"
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "watched",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visitors.watchedperson",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="entrance",
            constraint=models.UniqueConstraint(
                fields=("company", "name"), name="entrance_name_once", violation_error_message="Another entrance has this name."
            ),
        ),
        migrations.AddConstraint(
            model_name="entrance",
            constraint=models.CheckConstraint(
                condition=models.Q(("badges__lte", 9999)),
                name="entrance_badges",
                violation_error_message="An entrance has at most 9,999 badges.",
            ),
        ),
        migrations.AddIndex(
            model_name="watchedperson",
            index=models.Index(fields=["company", "name_key"], name="watched_name"),
        ),
        migrations.AddConstraint(
            model_name="watchedperson",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name_key", ""), _negated=True), models.Q(("reason", ""), _negated=True)),
                name="watched_person_why",
                violation_error_message="Give the name, and why this person is watched.",
            ),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(fields=["company", "expected_at"], name="visitor_expected"),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "inside"))), fields=["company", "entrance"], name="visitor_in_house"
            ),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(condition=models.Q(("state", "expected")), fields=["company", "name_key"], name="visitor_name"),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(fields=["company", "host", "-expected_at"], name="visitor_of_host"),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "inside"))),
                fields=("entrance", "badge"),
                name="badge_worn_once",
                violation_error_message="Somebody in the house wears this badge.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(("name_key", ""), _negated=True),
                name="visitor_named",
                violation_error_message="Give the name of the visitor.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(("expected_until", None), ("expected_until__gt", models.F("expected_at")), _connector="OR"),
                name="visitor_until_after",
                violation_error_message="A visit ends after it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("arrived_at", None),
                        ("badge", None),
                        ("fetched_at", None),
                        ("left_at", None),
                        ("state__in", ["expected", "cancelled", "missed"]),
                    ),
                    models.Q(("fetched_at", None), ("left_at", None), ("state", "turned_away")),
                    models.Q(("arrived_at__isnull", False), ("fetched_at", None), ("left_at", None), ("state", "waiting")),
                    models.Q(
                        ("arrived_at__isnull", False),
                        ("fetched_at__gte", models.F("arrived_at")),
                        ("fetched_at__isnull", False),
                        ("left_at", None),
                        ("state", "inside"),
                    ),
                    models.Q(
                        ("arrived_at__isnull", False),
                        ("left_at__gte", models.F("arrived_at")),
                        ("left_at__isnull", False),
                        ("state", "left"),
                    ),
                    _connector="OR",
                ),
                name="visitor_times_fit_state",
                violation_error_message="The times of a visitor do not fit where she is.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["cancelled", "turned_away"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="visitor_ended_why",
                violation_error_message="Say why the visitor does not come in.",
            ),
        ),
    ]
