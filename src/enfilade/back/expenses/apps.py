"""Django's name for this module."""

from django.apps import AppConfig


class ExpensesConfig(AppConfig):
    """Expenses of employees, and how they are paid back."""

    name = "enfilade.back.expenses"
    label = "expenses"
    default_auto_field = "django.db.models.BigAutoField"
