"""Name and label."""

from django.apps import AppConfig


class WebhookConfig(AppConfig):
    """webhook: events for other programs."""

    name = "enfilade.base.webhook"
    label = "webhook"
    default_auto_field = "django.db.models.BigAutoField"
