"""Initials and a steady colour for a person who has no picture."""

from hashlib import blake2b

from django.utils.html import format_html
from django.utils.safestring import SafeString

HUES = (20, 45, 75, 120, 155, 190, 220, 250, 285, 320, 350)


def initials(name: str) -> str:
    """Return up to two letters: of the first and of the last word of a name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def hue(name: str) -> int:
    """Return a hue in degrees that stays the same for one name on every machine."""
    digest = blake2b(name.casefold().encode(), digest_size=2).digest()
    return HUES[int.from_bytes(digest, "big") % len(HUES)]


def avatar(name: str, size: str = "") -> SafeString:
    """Return a decorative disc with the initials; the name itself belongs beside it as text.

    size: "" is 24 px, "sm" 20 px, "lg" 32 px, "xl" 44 px.
    """
    return format_html(
        '<span class="face" data-size="{}" style="--hue:{}" aria-hidden="true">{}</span>', size, hue(name or "?"), initials(name or "?")
    )
