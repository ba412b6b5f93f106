"""Django's name for this module."""

from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    """What is ordered from suppliers, and what came of it."""

    name = "enfilade.back.purchasing"
    label = "purchasing"
    default_auto_field = "django.db.models.BigAutoField"
