"""Name and label."""

from django.apps import AppConfig


class BankingConfig(AppConfig):
    """banking: statements and their matching."""

    name = "enfilade.back.banking"
    label = "banking"
    default_auto_field = "django.db.models.BigAutoField"
