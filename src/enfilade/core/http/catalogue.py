"""All codes with which the house refuses, found where they are said: in the code, in constraints, in triggers.

The `type` of each problem document leads to the page of its code; `docs/reference/problems.md` is written from the same list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.apps import apps

import enfilade
from enfilade.core.command import REGISTRY
from enfilade.core.command.sentences import constraint_sentences
from enfilade.core.states import States

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_TRIGGER = re.compile(r"RAISE EXCEPTION '((?:[^']|'')*)'[^;]*?CONSTRAINT = '(\w+)'", re.DOTALL)
# Where code and sentence stand among the arguments of what says no.
_SAID_BY = {"Refusal": 0, "super": 0, "problem": 1, "described": 1}
OF_THE_PROTOCOL = {
    "held": "A rule of the middle office holds this until somebody releases it.",
    "outcome_unknown": "The database could not say whether this was saved. Send the same again: it will not happen twice.",
    "not_understood": "This request could not be understood.",
    "not_that_way": "This address does not answer that method.",
    "deprecated": "This works until the day in the header Sunset; the documentation says what to use instead.",
}


@dataclass(frozen=True)
class Problem:
    """code: what programs test for; sentence: what people read, with … for what differs; where: what says it; commands: by name."""

    code: str
    sentence: str
    where: str
    commands: tuple[str, ...] = ()


@lru_cache
def problems() -> dict[str, Problem]:
    """Every problem by its code, in order."""
    found = {code: ("the protocol", sentence) for code, sentence in OF_THE_PROTOCOL.items()}
    root = Path(enfilade.__file__).parent
    for file in sorted(root.rglob("*.py")):
        if not {"tests", "migrations"} & set(file.parts):
            found |= {code: ("the code", sentence) for code, sentence in _said_in(file.read_text(encoding="utf-8"))}
    for file in sorted(root.rglob("*.sql")):
        found |= {
            name: ("a trigger", text.replace("''", "'").replace("%", "…"))
            for text, name in _TRIGGER.findall(file.read_text(encoding="utf-8"))
        }
    found |= {code: ("a state table", sentence) for code, sentence in _of_states()}
    found |= {name: ("a constraint", sentence) for name, sentence in constraint_sentences().items()}
    return {c: Problem(c, sentence, where, _commands(c)) for c, (where, sentence) in sorted(found.items())}


def _of_states() -> Iterator[tuple[str, str]]:
    """What a record in the wrong state answers to a command."""
    for model in apps.get_models():
        states: States | None = getattr(model, "states", None)
        if states is not None:
            yield from states.said.values()
            for starts, _ in states.moves.values():
                yield "not_" + "_or_".join(starts), f"This {model._meta.verbose_name} is …; it has to be {' or '.join(starts)} for that."


def _said_in(text: str) -> Iterator[tuple[str, str]]:
    if not any(f"{name}(" in text for name in _SAID_BY):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (at := _SAID_BY.get(_name(node.func))) is not None and len(node.args) > at + 1:
            code, sentence = node.args[at], _text(node.args[at + 1])
            if isinstance(code, ast.Constant) and isinstance(code.value, str) and _CODE.fullmatch(code.value) and sentence:
                yield code.value, sentence


def _name(function: ast.expr) -> str:
    """`Refusal` of Refusal(...), `super` of super().__init__(...)."""
    if isinstance(function, ast.Name):
        return function.id
    inner = function.value if isinstance(function, ast.Attribute) and function.attr == "__init__" else None
    return inner.func.id if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) else ""


def _text(node: ast.expr) -> str:
    """A sentence, with … where it is filled in; "" when it is made elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
    return ""


def _commands(code: str) -> tuple[str, ...]:
    """Commands whose docstring names the code among what they refuse."""
    named = re.compile(rf"\b{re.escape(code)}\b")
    refusals = {n: c.doc.partition("Refuses:")[2] for n, c in REGISTRY.items()}
    return tuple(n for n in sorted(REGISTRY) if named.search(refusals[n]))
