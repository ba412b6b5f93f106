"""The index of the company, with which a wider index begins, is dropped: a contact point is written in fewer places."""

import django.db.models.deletion
from django.db import migrations, models

from enfilade.core.migrating import without_index


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0019_lean_imports"),
        ("party", "0004_words_of_plain_letters"),
    ]

    operations = [
        without_index(
            "contactpoint",
            "company",
            models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company", db_index=False
            ),
            "party_contactpoint_company_id_f5245cae",
        ),
    ]
