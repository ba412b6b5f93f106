"""Composition: when Django is ready, every module's declarations are loaded, from the bottom of the house up."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

from .modules import MODULES

DECLARATIONS = ("events", "commands", "reactions", "resources", "jobs", "doors", "reports")


class SiteConfig(AppConfig):
    """site: settings, urls, navigation, the command line."""

    name = "enfilade.site"
    label = "site"

    def ready(self) -> None:
        """Import what registers itself. A module's file that is absent stays absent."""
        for module in ("enfilade.core", *MODULES):
            for part in DECLARATIONS:
                if find_spec(f"{module}.{part}") is not None:
                    import_module(f"{module}.{part}")
