"""What a rule says about the facts of a command: typed comparison and a closed language of sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
SHOWN_MAX = 120
ORDERED = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def number(value: object) -> Decimal | None:
    """A number, or the decimal text of one; None for anything else. Booleans and exponents are no numbers here."""
    if isinstance(value, bool):
        return None
    text = f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value).strip()
    return Decimal(text) if NUMBER.fullmatch(text) else None


def compare(fact: object, op: str, value: str) -> bool | None:
    """Whether `fact op value`; None when the two can't be compared.

    Numbers compare as Decimal (amounts are decimal text in major units), ISO dates as dates, the rest only for equality,
    without regard to case. `in` takes a comma-separated list.
    """
    if op == "in":
        return any(_same(fact, part.strip()) for part in value.split(","))
    if op == "=":
        return _same(fact, value.strip())
    low, high = number(fact), number(value)
    if low is not None and high is not None:
        return bool(ORDERED[op](low, high))
    if DAY.match(str(fact)) and DAY.fullmatch(value.strip()):
        return bool(ORDERED[op](str(fact)[:10], value.strip()))
    return None


def _same(fact: object, value: str) -> bool:
    if isinstance(fact, bool):
        return value.casefold() in ({"true", "yes"} if fact else {"false", "no"})
    low, high = number(fact), number(value)
    if low is not None and high is not None:
        return low == high
    return str(fact).strip().casefold() == value.casefold()


def value_problem(op: str, value: str) -> str:
    """What is wrong with the value of a rule; "" when it can be compared."""
    if op in ORDERED and number(value) is None and not DAY.fullmatch(value.strip()):
        return "Give a number such as 20 or 120.50, or a date such as 2026-11-02."
    if op == "in" and not all(part.strip() for part in value.split(",")):
        return "Give values separated by commas, none of them empty."
    return ""


def placeholders(sentence: str) -> set[str]:
    """Names between braces."""
    return set(PLACEHOLDER.findall(sentence))


def sentence_problem(sentence: str) -> str:
    """What is wrong with a sentence: every brace belongs to a placeholder such as {percent}."""
    rest = PLACEHOLDER.sub("", sentence)
    return "Braces only stand around the name of a fact, for example {percent}." if "{" in rest or "}" in rest else ""


def fill(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with facts in place of their names, in one pass: what a fact says is never read as a placeholder."""
    return PLACEHOLDER.sub(lambda found: shown(facts.get(found[1])), sentence)


def shown(value: object) -> str:
    """A fact as people read it: numbers without idle zeros, texts at most 120 characters, nothing as a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.normalize():f}"
    text = str(value)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"
