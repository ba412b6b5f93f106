"""Name and label."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """work: cases, queues, hand-overs."""

    name = "enfilade.base.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"
