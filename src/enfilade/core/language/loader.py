"""Loads templates with their sentences marked for translation; before cotton makes its elements of them."""

from pathlib import Path

from django_cotton.cotton_loader import Loader as CottonLoader

from .markup import translate_source
from .words import SOURCE


class Loader(CottonLoader):
    """Templates of the house; what other packages bring has its own translations."""

    def _get_template_string(self, template_name: str) -> str:
        source: str = super()._get_template_string(template_name)
        file = Path(template_name)
        return self.prepare(source) if file.is_relative_to(SOURCE) and "gallery" not in file.parts else source

    def prepare(self, source: str) -> str:
        """What a template of the house says before cotton reads it."""
        return translate_source(source)[0]
