"""Name and label."""

from django.apps import AppConfig


class BudgetingConfig(AppConfig):
    """budgeting: plans of years, compared with what was posted."""

    name = "enfilade.back.budgeting"
    label = "budgeting"
    default_auto_field = "django.db.models.BigAutoField"
