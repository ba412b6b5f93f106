"""Django's name for this module."""

from django.apps import AppConfig


class DirectDebitsConfig(AppConfig):
    """Money that customers let us take from their accounts."""

    name = "enfilade.back.direct_debits"
    label = "direct_debits"
    default_auto_field = "django.db.models.BigAutoField"
