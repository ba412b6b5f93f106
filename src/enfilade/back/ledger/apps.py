"""Name and label."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """ledger: the money book."""

    name = "enfilade.back.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
