"""Lucide icons as inline SVG, rendered once per name, size and class."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from django.utils.html import format_html
from django.utils.safestring import SafeString

ET.register_namespace("", "http://www.w3.org/2000/svg")


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """Return the icon as decorative SVG, hidden from screen readers.

    name: a Lucide icon name such as "phone", or "enfilade" for our own mark of three doors in one line.
    size: width and height in CSS pixels.
    """
    classes = f"icon {css}".strip()
    if name == "enfilade":
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            'stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" class="{}" aria-hidden="true">'
            '<path d="M3 21V8.5a9 9 0 0 1 18 0V21"/><path d="M7.2 21V10.4a4.8 4.8 0 0 1 9.6 0V21" opacity=".72"/>'
            '<path d="M10.6 21v-8.2a1.4 1.4 0 0 1 2.8 0V21" opacity=".5"/></svg>',
            size,
            size,
            classes,
        )
    drawn = ET.fromstring(_drawings().read(f"{name}.svg"))  # noqa: S314 - a file of the package, not of a stranger
    drawn.attrib |= {"width": str(size), "height": str(size), "class": classes, "aria-hidden": "true"}
    # A page needs neither the name space nor the line ends.
    return SafeString(re.sub(r'\s*\n\s*| xmlns="[^"]*"', "", ET.tostring(drawn, encoding="unicode")))


@cache
def _drawings() -> ZipFile:
    """The drawings of the package `lucide`. Opened once: its own tag reads the list of all drawings again for each."""
    return ZipFile(files("lucide").joinpath("lucide.zip").open("rb"))
