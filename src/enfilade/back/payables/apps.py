"""Django's name for this module."""

from django.apps import AppConfig


class PayablesConfig(AppConfig):
    """Bills of suppliers, and how they are paid."""

    name = "enfilade.back.payables"
    label = "payables"
    default_auto_field = "django.db.models.BigAutoField"
