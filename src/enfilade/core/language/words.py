"""What somebody reads, in the language of the moment.

Sentences are written in English where they arise, also in f-strings, in SQL and in rows that keep them (a notification, a reason), and
translated where they are read. A finished sentence is found by its pattern: `Invoice {number} is paid.` knows "Invoice 7 is paid.".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from gettext import c2py
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils import timezone
from django.utils.translation import get_language

from .values import written

if TYPE_CHECKING:
    from django.db.models import Model

SOURCE = Path(__file__).resolve().parents[2]
ORIGIN = "en"
# The context of a word that says how something is, and not what a button does.
STATE = "state"
# Whoever can't read the language of the company chooses among these; each has a catalogue in every module.
LANGUAGES = {"en": "English", "de": "Deutsch"}
SENTENCES_MAX = 8192
_VALUE = re.compile(r"{(\w+)}")
_WORD = re.compile(r"\S+")


@dataclass
class Words:
    """Texts of one language, by their English: what is said word for word, and sentences that are said with values in them."""

    exact: dict[str, str] = field(default_factory=dict)

    @cached_property
    def patterns(self) -> dict[str, list[tuple[re.Pattern[str], str]]]:
        """Sentences with values in them, by their first word ("" where that is a value); those that say most come first."""
        found: dict[str, list[tuple[int, re.Pattern[str], str]]] = {}
        for text, said in self.exact.items():
            if not _VALUE.search(text):
                continue
            pieces = _VALUE.split(text)
            source = "".join(f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(_once(pieces)))
            word = _WORD.match(pieces[0])
            first = word[0] if word and word.end() < len(pieces[0]) else ""
            found.setdefault(first, []).append((sum(map(len, pieces[::2])), re.compile(source, re.DOTALL), said))
        return {word: [(pattern, said) for _, pattern, said in sorted(rows, key=lambda row: -row[0])] for word, rows in found.items()}

    def matched(self, text: str, *, surely: bool = False) -> tuple[str, dict[str, str]] | None:
        """The translation of the sentence that a text is, and the values in the text. surely: it begins with a word of the sentence."""
        word = _WORD.match(text)
        for first in (word[0], "")[: 1 if surely else 2] if word else ():
            for pattern, wanted in self.patterns.get(first, ()):
                if found := pattern.fullmatch(text):
                    return wanted, found.groupdict()
        return None


@dataclass
class Book(Words):
    """The catalogues of all modules in one language.

    states: words for how something is. names: what records are called, by the label of their model (`books.entry`).
    """

    forms: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    names: dict[str, Words] = field(default_factory=dict)
    form_of: Callable[[int], int] = field(default=lambda number: int(number != 1))

    def say(self, text: str, context: str = "") -> str:
        """The text in this language; as it is, where the language has no words for it."""
        said = (_found(self.states, text) if context else None) or _found(self.exact, text)
        if said is not None:
            return said
        found = self.matched(text)
        return self._filled(*found) if found else text

    def say_finished(self, text: str) -> str:
        """A text that people write too: said where it is a sentence with values that the house made."""
        found = self.matched(text, surely=True)
        return self._filled(*found) if found else text

    def name(self, text: str, label: str) -> str:
        """What a record of a model is called, made of words and values; as it is, where it is made of values alone."""
        words = self.names.get(label)
        if words is None:
            return text
        if text in words.exact:
            return words.exact[text]
        found = words.matched(text)
        return self._filled(*found, words.exact) if found else text

    def _filled(self, wanted: str, values: dict[str, str], of_name: dict[str, str] | None = None) -> str:
        """A sentence with its values; a word of the house is translated as well, and a day is written as the language does.

        of_name: words that only names of this model have in them.
        """

        def value(hole: re.Match[str]) -> str:
            text = values.get(hole[1], "")
            said = _found(of_name or {}, text) or _found(self.exact, text)
            return said or written(text, kept_in_utc=of_name is not None and hole[1].endswith("at"))

        return _VALUE.sub(value, wanted)

    def plural(self, one: str, many: str, number: int) -> str:
        """One of the forms of a sentence with a number in it."""
        forms = self.forms.get((one, many))
        return forms[min(self.form_of(number), len(forms) - 1)] if forms else (one if number == 1 else many)


def _found(words: dict[str, str], text: str) -> str | None:
    """The translation of a word or sentence, also where it was written with another first letter: `Visit` for `visit`."""
    said = words.get(text)
    if said is None and text and (other := words.get(text[0].swapcase() + text[1:])):
        return other[0].upper() + other[1:] if text[0].isupper() else other
    return said


def _once(pieces: list[str]) -> Iterator[str]:
    """The pieces of a pattern; a value that occurs again gets a name of its own, as a group of a pattern has to."""
    seen: set[str] = set()
    for number, piece in enumerate(pieces):
        while number % 2 and piece in seen:
            piece += "_"
        seen.add(piece if number % 2 else "")
        yield piece


def catalogues(language: str) -> Iterator[Catalog]:
    """The catalogues of a language, one a module."""
    for file in sorted(SOURCE.rglob(f"locale/{language}.po")):
        with file.open("rb") as stream:
            yield read_po(stream, locale=language, charset="utf-8")


@lru_cache
def book_of(language: str) -> Book | None:
    """The book of a language, or None for the language the house is written in and for those it does not know."""
    name = language.partition("-")[0].lower()
    if name == ORIGIN or name not in LANGUAGES:
        return None
    book = Book()
    for catalogue in catalogues(name):
        book.form_of = c2py(catalogue.plural_expr)
        for message in catalogue:
            if isinstance(message.id, tuple | list):
                book.forms[message.id[0], message.id[1]] = tuple(message.string or ())
            elif message.id and message.string:
                _words_of(book, message.context or "").setdefault(message.id, str(message.string))
    return book


def _words_of(book: Book, context: str) -> dict[str, str]:
    if context == STATE:
        return book.states
    return book.names.setdefault(context, Words()).exact if context else book.exact


def say(text: str, context: str = "") -> str:
    """Return a text in the language of whoever reads it: a label, a sentence, or a finished sentence with values in it.

    context: STATE, where a word says how something is.
    """
    language = get_language()
    if not language or language[:2] == ORIGIN or not text:
        return str(text)
    return _said(str(text), language, context)


def say_finished(text: str) -> str:
    """Return a note as it was written, or, where the house wrote it, in the language of whoever reads it."""
    book = book_of(get_language() or ORIGIN)
    return book.say_finished(text) if book else text


def name_of(row: Model) -> str:
    """Return what a record is called, in the language of whoever reads it.

    Why: `str(row)` is the one name by which audit, books, files and programs know it, whoever asks.
    """
    text, language = str(row), get_language()
    if not language or language[:2] == ORIGIN:
        return text
    label = (row._meta.concrete_model or type(row))._meta.label_lower
    return _named(text, label, language, timezone.get_current_timezone_name())


@lru_cache(SENTENCES_MAX)
def _named(text: str, label: str, language: str, _zone: str) -> str:
    """_zone: an instant in a name is that of the reader's clock."""
    book = book_of(language)
    return book.name(text, label) if book else text


def say_plural(one: str, many: str, number: int) -> str:
    """Return the form of a sentence that fits a number, in the language of whoever reads it; values stay in braces."""
    book = book_of(get_language() or ORIGIN)
    return book.plural(one, many, number) if book else one if number == 1 else many


@lru_cache(SENTENCES_MAX)
def _said(text: str, language: str, context: str) -> str:
    book = book_of(language)
    return book.say(text, context) if book else text


@lru_cache
def direction(language: str) -> str:
    """Return `rtl` where a language is written from right to left, else `ltr`."""
    try:
        return str(Locale.parse(language, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"
