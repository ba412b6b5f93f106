"""Name and label."""

from django.apps import AppConfig


class MoneyConfig(AppConfig):
    """money: amounts, currencies, rates."""

    name = "enfilade.base.money"
    label = "money"
    default_auto_field = "django.db.models.BigAutoField"
