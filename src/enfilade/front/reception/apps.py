"""Django's name for reception."""

from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    """Calls, the answer book, message slips, the shield measured."""

    name = "enfilade.front.reception"
    label = "reception"
    default_auto_field = "django.db.models.BigAutoField"
