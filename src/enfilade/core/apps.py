"""Django's name for core, and the wiring of its infrastructure."""

import gc

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """core: command resource context audit events jobs files search ui api."""

    name = "enfilade.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Database housekeeping: not business, so Django's own hooks are the right place."""
        from .live import watch_notices
        from .secure import secure_tables

        connection_created.connect(watch_notices, dispatch_uid="enfilade.notices")
        post_migrate.connect(_secure, sender=self, dispatch_uid="enfilade.secure")
        self.secure = secure_tables
        # What is there when a process begins stays as long as it does: the collector need not walk through it again and again.
        gc.freeze()


def _secure(sender: object, using: str = "default", **_: object) -> None:
    from .secure import secure_tables

    secure_tables(using)
