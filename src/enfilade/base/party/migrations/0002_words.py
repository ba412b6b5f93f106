"""The words under which parties are found, and an index for every filter and sort of their list."""

import django.db.models.deletion
from django.db import migrations, models

from enfilade.core.words import keep_words


class Migration(migrations.Migration):
    """Tables and indexes; then the trigger, and the words of the parties that are there."""

    dependencies = [
        ("party", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PartyWord",
            fields=[
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                ("word", models.TextField(db_collation="C")),
                ("label", models.TextField()),
                (
                    "row",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="words",
                        to="party.party",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "company_id", "row_id", "word", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="partyword",
            index=models.Index(fields=["company", "word"], include=["row", "label"], name="party_by_word"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["company", "kind", "name"], name="party_by_kind"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["company", "birth_on"], name="party_by_birth"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["company", "organisation_name"], name="party_by_employer"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["company", "language"], name="party_by_language"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(condition=models.Q(archived_at__isnull=False), fields=["company", "archived_at"], name="party_by_archive"),
        ),
        keep_words("party_party", "party_partyword", "name", "name_key", "number", "organisation_name", "search_text"),
    ]
