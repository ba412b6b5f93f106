"""Addresses, placeholders, pauses between attempts. Pure functions.

Placeholders are names in braces, nothing else: no attributes, no calls, no conditions. What is put in is never read again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# After so many minutes a message that the mail server could not take is tried again; then it is given up, a day after the first attempt.
PAUSES_MIN = (1, 5, 15, 60, 180, 360, 720)
# A hand-over that has not ended after this time was cut off: the program may have died before or after the server took the message.
CUT_OFF_AFTER = timedelta(minutes=10)
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def read_address(text: str) -> tuple[str, str]:
    """Name and address of `Ada Lovelace <ada@example.org>`; the address is "" where it is none. The domain is in small letters."""
    if any(ord(c) < 32 for c in text):
        return "", ""
    found = getaddresses([text.strip()])
    name, address = found[0] if len(found) == 1 else ("", "")
    try:
        validate_email(address)
    except ValidationError:
        return name, ""
    local, _, domain = address.rpartition("@")
    return name, f"{local}@{domain.lower()}"


def address_key(address: str) -> str:
    """What two spellings of one mailbox have in common."""
    return read_address(address)[1].lower()


def one_line(text: str) -> str:
    """A text as a header can carry it: control characters and line ends are blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def next_pause(attempts: int) -> timedelta | None:
    """How long to wait after the so-manieth attempt failed; None when it was the last."""
    return timedelta(minutes=PAUSES_MIN[attempts - 1]) if attempts <= len(PAUSES_MIN) else None


def placeholders(text: str) -> set[str]:
    """The names that a template asks for."""
    return set(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """A template with its values; a name that has none stays as it is written."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def as_html(text: str) -> str:
    """A plain text as simple HTML: paragraphs, line ends, links; everything else is escaped."""
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    return "\n".join(f"<p>{_linked(part).replace(chr(10), '<br>')}</p>" for part in parts if part.strip())


def _linked(text: str) -> str:
    found, last = [], 0
    for link in _LINK.finditer(text):
        url = html.escape(link[0])
        found += [html.escape(text[last : link.start()]), f'<a href="{url}">{url}</a>']
        last = link.end()
    return "".join([*found, html.escape(text[last:])])


def languages_for(*wanted: str) -> list[str]:
    """The languages to try, best first, each once, English last. Shape: two letters."""
    return list(dict.fromkeys([*(w[:2].lower() for w in wanted if w), "en"]))


def thread_references(references: Iterable[str], last: str) -> str:
    """The References header of an answer: the first and the last twenty of the thread, so that it stays short."""
    found = list(dict.fromkeys([*references, last]))
    return " ".join([*found[:1], *found[1:][-20:]])
