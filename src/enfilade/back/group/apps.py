"""Name and label."""

from django.apps import AppConfig


class GroupConfig(AppConfig):
    """group: consolidated statements, balances between companies."""

    name = "enfilade.back.group"
    label = "group"
    default_auto_field = "django.db.models.BigAutoField"
