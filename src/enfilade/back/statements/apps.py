"""Name and label."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """statements: cash flow, changes in equity, ratios, proofs."""

    name = "enfilade.back.statements"
    label = "statements"
    default_auto_field = "django.db.models.BigAutoField"
