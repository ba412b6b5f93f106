"""The words of new cases are kept by one statement for all that a statement adds."""

from django.db import migrations

from enfilade.core.words import add_words_at_once


class Migration(migrations.Migration):
    """The triggers anew."""

    dependencies = [
        ("work", "0007_words"),
    ]

    operations = [
        add_words_at_once("work_case", "work_caseword", "number", "title", "topic", "description", "contact_name", "contact_phone"),
    ]
