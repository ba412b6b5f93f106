"""The words of new visits are kept by one statement for all that a statement adds."""

from django.db import migrations

from enfilade.core.words import add_words_at_once


class Migration(migrations.Migration):
    """The triggers anew."""

    dependencies = [
        ("appointments", "0002_words"),
    ]

    operations = [
        add_words_at_once("appointments_visit", "appointments_visitword", "number", "note"),
    ]
