"""Django's name for this module."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    """Reminding customers who are late."""

    name = "enfilade.back.dunning"
    label = "dunning"
    default_auto_field = "django.db.models.BigAutoField"
