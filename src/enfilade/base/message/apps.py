"""Name and label."""

from django.apps import AppConfig


class MessageConfig(AppConfig):
    """message: the outbox, threads, templates, blocked addresses."""

    name = "enfilade.base.message"
    label = "message"
    default_auto_field = "django.db.models.BigAutoField"
