"""Django's name for this module."""

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    """The doors between a promise and its execution."""

    name = "enfilade.middle.doors"
    label = "doors"
    default_auto_field = "django.db.models.BigAutoField"
