"""Django's name for this module."""

from django.apps import AppConfig


class ChequesConfig(AppConfig):
    """Cheques that we write, and cheques that we are given."""

    name = "enfilade.back.cheques"
    label = "cheques"
    default_auto_field = "django.db.models.BigAutoField"
