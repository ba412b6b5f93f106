"""Name and label."""

from django.apps import AppConfig


class EinvoiceConfig(AppConfig):
    """einvoice: EN 16931 out and in."""

    name = "enfilade.back.einvoice"
    label = "einvoice"
    default_auto_field = "django.db.models.BigAutoField"
