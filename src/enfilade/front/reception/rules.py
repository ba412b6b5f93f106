"""Pure functions of the desk: lengths, costs, shares, words and the placeholders of answers. No database, no clock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
FIGURES_MIN = 3

_PLACEHOLDER = re.compile(r"\{([a-z][a-z_]{0,40})(?::([^{}\s]{1,60}))?\}")
_WORD = re.compile(r"[^\W_]+")
# Words that say nothing about the matter; they neither help nor hurt a search.
_FILLERS = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "at",
        "be",
        "can",
        "do",
        "does",
        "for",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "may",
        "my",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "what",
        "when",
        "where",
        "which",
        "who",
        "with",
        "you",
        "your",
    )
)


def begun_minutes(start: datetime, end: datetime) -> int:
    """Minutes from start to end, each begun minute counted whole; 0 when they are the same instant or the order is wrong."""
    return max(0, -((start - end) // MINUTE))


def interruption_cost_minor(minutes: int, recovery_min: int, hourly_minor: int) -> int:
    """What an interruption cost: its length and the assumed recovery at the hourly rate, rounded half up to minor units.

    Formula: (minutes + recovery_min) * hourly_minor / 60.
    """
    return (2 * (minutes + recovery_min) * hourly_minor + 60) // 120


def share_bp(numerator: int, denominator: int) -> int | None:
    """A share in basis points, rounded half up; None where there is nothing to share."""
    return None if denominator == 0 else (20_000 * numerator + denominator) // (2 * denominator)


def looks_like_number(text: str) -> bool:
    """Whether somebody typed a telephone number and not a name: three figures or more, and no letter."""
    return sum(c.isdecimal() for c in text) >= FIGURES_MIN and not any(c.isalpha() for c in text)


def fold(text: str) -> str:
    """A text without case, accents and punctuation, its words apart by one space."""
    # Letters of other styles become plain ones first, and only then small ones.
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in small if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain))


def relevance(query: str, question: str, keywords: str, text: str) -> int:
    """How well an answer fits what was typed; 0 when a word with meaning occurs nowhere in it.

    A word counts where a word of the answer begins with it: most in the question and the keywords, least in the text.
    """
    words = [w for w in fold(query).split() if w not in _FILLERS] or fold(query).split()
    places = ((fold(question).split(), 4), (fold(keywords).split(), 4), (fold(text).split(), 1))
    total = 0
    for word in words:
        best = max((weight + (other == word) for found, weight in places for other in found if other.startswith(word)), default=0)
        if best == 0:
            return 0
        total += best
    return total


@dataclass(frozen=True)
class Piece:
    """Part of an answer: plain text, or a placeholder with its argument."""

    text: str
    name: str = ""
    argument: str = ""


def pieces_of(text: str) -> list[Piece]:
    """An answer taken apart into text and placeholders, in order."""
    found, at = [], 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > at:
            found.append(Piece(text[at : match.start()]))
        found.append(Piece(match.group(), match.group(1), match.group(2) or ""))
        at = match.end()
    if at < len(text):
        found.append(Piece(text[at:]))
    return found


def stray_braces(text: str) -> str:
    """The first brace of a text that belongs to no placeholder, with what follows it; empty when there is none."""
    rest = _PLACEHOLDER.sub("", text)
    at = min((rest.index(b) for b in "{}" if b in rest), default=-1)
    return "" if at < 0 else rest[at : at + 30]


def digits_for(pinned: dict[int, int], by_use: Iterable[int]) -> dict[int, int]:
    """Which answer each digit 1 to 9 opens: pinned ones keep theirs, free digits go to the answers used most.

    pinned: digit -> answer; by_use: answers, the most used first.
    """
    free = [d for d in range(1, 10) if d not in pinned]
    others = [a for a in by_use if a not in set(pinned.values())]
    return dict(sorted({**pinned, **dict(zip(free, others, strict=False))}.items()))


def kept_away_minor(alone_count: int, cost_minor: int, priced_count: int) -> int | None:
    """What the contacts settled at the desk would have cost, had each interrupted somebody as the others did on average.

    Formula: alone_count * cost_minor / priced_count, rounded half up; None without a priced interruption to compare with.
    """
    return None if priced_count == 0 else (2 * alone_count * cost_minor + priced_count) // (2 * priced_count)
