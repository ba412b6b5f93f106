"""Name and label."""

from django.apps import AppConfig


class DocumentConfig(AppConfig):
    """document: required and received papers, PDF."""

    name = "enfilade.base.document"
    label = "document"
    default_auto_field = "django.db.models.BigAutoField"
