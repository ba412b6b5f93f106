"""Name and label."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """access: explain, compare, simulate, review, segregation of duties."""

    name = "enfilade.base.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
