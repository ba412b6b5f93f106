"""What a command is, and the list of all of them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Protocol

from enfilade.core.context import Context, NotFound

from .inputs import Parameter, parameters_of

REGISTRY: dict[str, Command] = {}

FactsOf = Callable[..., Mapping[str, Any]]


class CommandFunction(Protocol):
    """What a decorated body is: called with a context and typed keyword inputs, it goes through the runner."""

    command: Command

    def __call__(self, ctx: Context, /, **inputs: Any) -> Any:
        """Run the command."""


@dataclass(frozen=True)
class Deprecated:
    """Something that programs should leave.

    since: the day it was said; until: the first day on which it may be gone; instead: what to use, in a sentence.
    """

    since: date
    until: date
    instead: str


@dataclass(frozen=True, eq=False)
class Command:
    """An operation written once.

    module, verb: `billing`, `issue_invoice`; together the one name it has everywhere.
    permission: what the caller must hold.
    door: None (no door), or a function of the typed inputs that gives the facts door rules look at.
    target: name of the input that is the row acted on; its record page gets the button.
    """

    module: str
    verb: str
    permission: str
    body: Callable[..., Any]
    door: FactsOf | None
    label: str
    tone: str
    hidden: bool
    own_target: str | None
    own_parameters: dict[str, Parameter] | None = None
    offered: Callable[[Any], bool] | None = None
    deprecated: Deprecated | None = None

    @property
    def name(self) -> str:
        """`billing.issue_invoice`."""
        return f"{self.module}.{self.verb}"

    @cached_property
    def doc(self) -> str:
        """The whole docstring."""
        return inspect.getdoc(self.body) or ""

    @cached_property
    def summary(self) -> str:
        """First line of the docstring."""
        return self.doc.partition("\n")[0]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Inputs by name, in order."""
        return self.own_parameters if self.own_parameters is not None else parameters_of(self.body, self.doc)

    @cached_property
    def target(self) -> str | None:
        """The first input that is a single row which is changed; None for commands that start something."""
        if self.own_target is not None:
            return self.own_target or None
        return next((n for n, p in self.parameters.items() if p.is_row and not p.many and not p.meta.shared), None)

    @property
    def target_model(self) -> Any:
        """Model of the target row, or None."""
        return self.parameters[self.target].kind if self.target else None

    @cached_property
    def result(self) -> Any:
        """The annotated type of what comes out."""
        return typing.get_type_hints(self.body).get("return")


def register(made: Command, run: Any) -> CommandFunction:
    """File a command; a name is taken once."""
    if made.name in REGISTRY and REGISTRY[made.name].body.__qualname__ != made.body.__qualname__:
        raise RuntimeError(f"two commands are called {made.name}")
    REGISTRY[made.name] = made
    run.command = made
    return typing.cast("CommandFunction", run)


def commands_on(model: Any) -> tuple[Command, ...]:
    """Commands of which a row of the model is the target, but for hidden ones, in the order in which they were filed."""
    return _on(model, len(REGISTRY))


@lru_cache(1024)
def _on(model: Any, _filed: int) -> tuple[Command, ...]:
    return tuple(c for c in REGISTRY.values() if not c.hidden and c.target_model is model)


def command_named(name: str) -> Command:
    """The command of a name, or NotFound."""
    found = REGISTRY.get(name)
    if found is None:
        raise NotFound("command", name)
    return found
