"""Loads templates with the icons that they name drawn in them, so that a page does not ask for each of them again."""

import re

from enfilade.core.language.loader import Loader as SpokenLoader

from .icons import icon

_ICON = re.compile(r'{% icon "([a-z0-9-]+)"(?: (\d+))?(?: "([^"{}]*)")? %}')


class Loader(SpokenLoader):
    """Templates of the house: their sentences marked for translation, their icons drawn."""

    def prepare(self, source: str) -> str:
        """What a template of the house says before cotton reads it."""
        return draw_icons(super().prepare(source))


def draw_icons(source: str) -> str:
    """Put the drawing in the place of each icon that a template names outright."""
    return _ICON.sub(lambda found: icon(found[1], int(found[2] or 16), found[3] or ""), source)
