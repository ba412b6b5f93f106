"""Name and label."""

from django.apps import AppConfig


class PartyConfig(AppConfig):
    """party: every person and organisation once."""

    name = "enfilade.base.party"
    label = "party"
    default_auto_field = "django.db.models.BigAutoField"
