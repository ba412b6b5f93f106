"""Name and label."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """pricing: price lists and whose they are."""

    name = "enfilade.base.pricing"
    label = "pricing"
    default_auto_field = "django.db.models.BigAutoField"
