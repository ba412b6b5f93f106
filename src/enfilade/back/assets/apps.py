"""Django's name for this module."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """Fixed assets and their depreciation."""

    name = "enfilade.back.assets"
    label = "assets"
    default_auto_field = "django.db.models.BigAutoField"
