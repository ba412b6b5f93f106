"""The words of new parties are kept by one statement for all that a statement adds."""

from django.db import migrations

from enfilade.core.words import add_words_at_once


class Migration(migrations.Migration):
    """The triggers anew."""

    dependencies = [
        ("party", "0002_words"),
    ]

    operations = [
        add_words_at_once("party_party", "party_partyword", "name", "name_key", "number", "organisation_name", "search_text"),
    ]
