"""Headings of an exported list as people read them, and what they are called in the program when the file comes in again.

An export from a page has the headings of its reader's language, one that a program takes has the names of the columns, in every language
the same. Values stay as they are, so `issued` is `issued` in a German file, too: a file means one thing wherever it is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from enfilade.core.language.words import LANGUAGES, STATE, book_of

from .columns import public_name
from .declare import Resource
from .registry import RESOURCES

# The column by which a file is known as our own.
KEY = "id"


def exported_names(resource: Resource) -> list[str]:
    """The columns of an export, in their order."""
    return [KEY, *dict.fromkeys((*resource.fields, *resource.columns))]


def headings(resource: Resource, language: str) -> dict[str, str]:
    """The heading of each exported column; its name where two would have the same one, and in the language the house is written in."""
    return _headings(resource.label, language)


@lru_cache(512)
def _headings(label: str, language: str) -> dict[str, str]:
    resource, book = RESOURCES[label], book_of(language)
    names = {name: public_name(name) for name in exported_names(resource)}
    if book is None:
        return names
    said = {name: book.say(resource.label_of(name), STATE) for name in names}
    often = Counter(text.lower() for text in [*said.values(), *names.values()])
    # A word that is heading and name of one and the same column is counted twice for it, and means nothing else.
    own = {name: 1 + (said[name].lower() == names[name].lower()) for name in names}
    return {name: said[name] if name != KEY and often[said[name].lower()] == own[name] else names[name] for name in names}


def names_again(resource: Resource, header: Sequence[str]) -> Sequence[str]:
    """The header of a file that our own list exported, by the names of its columns; any other as it is."""
    for language in LANGUAGES:
        known = {text: public_name(name) for name, text in headings(resource, language).items()}
        if header and header[0] == KEY and all(text in known for text in header):
            return [known[text] for text in header]
    return header


@lru_cache(8192)
def said_anywhere(label: str) -> frozenset[str]:
    """A label in small letters, in every language of the house."""
    books = (book_of(language) for language in LANGUAGES)
    return frozenset({label.lower(), *(book.say(label, context).lower() for book in books if book is not None for context in ("", STATE))})
