"""Name and label."""

from django.apps import AppConfig


class AuditingConfig(AppConfig):
    """auditing: the books as files for auditors and authorities."""

    name = "enfilade.back.auditing"
    label = "auditing"
    default_auto_field = "django.db.models.BigAutoField"
