"""Django's name for this module."""

from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    """Entrances, visitors, the watch list."""

    name = "enfilade.front.visitors"
    label = "visitors"
    default_auto_field = "django.db.models.BigAutoField"
