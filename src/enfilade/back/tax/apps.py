"""Name and label."""

from django.apps import AppConfig


class TaxConfig(AppConfig):
    """tax: codes, rates, rounding."""

    name = "enfilade.back.tax"
    label = "tax"
    default_auto_field = "django.db.models.BigAutoField"
