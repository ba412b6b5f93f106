"""Name and label."""

from django.apps import AppConfig


class ItemConfig(AppConfig):
    """item: what is sold, with its prices."""

    name = "enfilade.base.item"
    label = "item"
    default_auto_field = "django.db.models.BigAutoField"
