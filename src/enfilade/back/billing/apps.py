"""Django's name for this module."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Charges, invoices, payments, cash drawers."""

    name = "enfilade.back.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"
