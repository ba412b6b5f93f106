"""Texts of plain letters are folded by one step: the functions of core's words.sql as they are now."""

from django.db import migrations

from enfilade.core.words import words_functions


class Migration(migrations.Migration):
    """Functions only."""

    dependencies = [
        ("party", "0003_words_at_once"),
    ]

    operations = [
        words_functions(),
    ]
