"""Inputs of a command: the signature becomes one Django form, and everything that comes in binds to it.

Owns what an input is (Input, Parameter) and how a signature is understood; `fields` has the form fields, `reading` the ways in and out.
"""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, reduce
from typing import Annotated, Any, TypeVar

from django import forms
from django.db import models

from .fields import LONG_TEXT_MAX, TEXT_MAX, form_field

# An amount that is in the company's own currency, whatever it belongs to.
OWN_CURRENCY = "company"


@dataclass(frozen=True)
class Input:
    """What `Annotated[...]` may add to an input of a command.

    label, help: for people; help falls back to the docstring's line about the argument.
    widget: name of the widget template (text, textarea, radio, phone, repeats, search ...).
    choices: fixed (value, label) pairs for a text input.
    shared: a row that is only referred to; it is read, not locked.
    amount: the integer is an amount in minor units.
    summed: a page says below the lines what this column comes to.
    currency_of: the row among the same inputs in whose currency an amount is, or OWN_CURRENCY; see `currencies` for what holds without it.
    prefill: where a new form takes its first value from (`ctx.today`, or an attribute of the target row).
    query: extra filter of the search that offers rows, as a query string.
    codes_of: label of the model whose rows the text names by what its resource imports by (`books.account`): the page offers them.
    several: several codes, with blanks between.
    seldom: a form keeps it folded away until somebody wants it, or it holds something.
    """

    label: str = ""
    help: str = ""
    widget: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    shared: bool = False
    amount: bool = False
    summed: bool = False
    currency_of: str = ""
    signed: bool = False
    max_length: int = TEXT_MAX
    min_value: int | None = None
    max_value: int | None = None
    decimals: int = 6
    prefill: str = ""
    query: str = ""
    codes_of: str = ""
    several: bool = False
    secret: bool = False
    seldom: bool = False


Amount = Annotated[int, Input(amount=True)]
SummedAmount = Annotated[int, Input(amount=True, summed=True)]
Percent = Annotated[Decimal, Input(min_value=0, max_value=100, decimals=4)]
Today = Annotated[date, Input(prefill="ctx.today")]
LongText = Annotated[str, Input(widget="textarea", max_length=LONG_TEXT_MAX)]


Row = TypeVar("Row")
# `Ref[Party]`: a row that the command refers to but does not change; visible to the caller, not locked.
Ref = Annotated[Row, Input(shared=True)]


def Choice(*pairs: tuple[str, str], **more: Any) -> Input:  # noqa: N802 - reads as a type in a signature
    """Metadata for a text input with fixed choices."""
    return Input(choices=pairs, **more)


class _Unset:
    """Not given: a change leaves the field as it is."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET = _Unset()


@dataclass(frozen=True, eq=False)
class Parameter:
    """One input of a command, understood.

    required: an empty value is refused; default: what a value that was not given counts as.
    empty: what an empty value of an optional input counts as.
    partial: the input may be left out although it is required (a change of one field of a record).
    own_field: the form field of a model's column, where the input is one.
    """

    name: str
    kind: Any
    many: bool
    required: bool
    default: Any
    meta: Input
    help: str
    empty: Any = None
    partial: bool = False
    own_field: forms.Field | None = None

    @property
    def label(self) -> str:
        """Words for the name: `duration_min` is `Duration (min)`."""
        if self.meta.label:
            return self.meta.label
        stem, _, unit = self.name.rpartition("_")
        if unit in {"min", "bp", "kg", "h"} and stem:
            return f"{stem.replace('_', ' ').capitalize()} ({unit})"
        text = self.name.removesuffix("_minor").removesuffix("_on").removesuffix("_at") or self.name
        return text.replace("_", " ").capitalize()

    @property
    def is_row(self) -> bool:
        """Whether the value is a row of a model (or several)."""
        return inspect.isclass(self.kind) and issubclass(self.kind, models.Model)

    @property
    def is_lines(self) -> bool:
        """Whether the value is a list of lines, each an instance of a dataclass."""
        return self.many and is_dataclass(self.kind)

    @cached_property
    def field(self) -> forms.Field:
        """The form field that reads this input; it keeps no state, so one serves every call."""
        made = self.own_field or form_field(self)
        made.error_messages = {**made.error_messages, "required": f"{self.label} is required."}
        return made

    @cached_property
    def line_parameters(self) -> dict[str, Parameter]:
        """The columns of a lines input."""
        return parameters_of(self.kind)


def parameters_of(target: Any, doc: str = "") -> dict[str, Parameter]:
    """The inputs of a command body (keyword-only arguments) or the fields of a line dataclass, in order."""
    hints = typing.get_type_hints(target, include_extras=True)
    helps = _argument_lines(doc or inspect.getdoc(target) or "")
    found = {}
    if is_dataclass(target):
        for column in fields(target):
            default = column.default if column.default_factory is MISSING else column.default_factory()
            found[column.name] = _parameter(column.name, hints[column.name], default, helps)
        return found
    for item in inspect.signature(target).parameters.values():
        if item.kind is item.KEYWORD_ONLY:
            default = MISSING if item.default is item.empty else item.default
            found[item.name] = _parameter(item.name, hints[item.name], default, helps)
    return found


def _parameter(name: str, hint: Any, default: Any, helps: dict[str, str]) -> Parameter:
    hint, meta = _peel(hint)
    many = typing.get_origin(hint) in {list, tuple}
    if many:
        hint, inner = _peel(typing.get_args(hint)[0])
        meta = inner or meta
    meta = meta or Input()
    return Parameter(
        name, hint, many, default is MISSING, None if default is MISSING else default, meta, _sentence(meta.help or helps.get(name, ""))
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _peel(hint: Any) -> tuple[Any, Input | None]:
    """Strip Annotated and `| None`, keep the metadata: what is said around a type adds to what the type says of itself."""
    said: list[Input] = []
    while True:
        if typing.get_origin(hint) is Annotated:
            hint, *extra = typing.get_args(hint)
            said = [*(one for one in extra if isinstance(one, Input)), *said]
        elif typing.get_origin(hint) in {typing.Union, types.UnionType}:
            hint = next(a for a in typing.get_args(hint) if a is not type(None))
        else:
            return hint, reduce(_added, said) if said else None


def _added(inner: Input, outer: Input) -> Input:
    """Both together; where both say something, the outer one counts."""
    return replace(inner, **{f.name: getattr(outer, f.name) for f in fields(Input) if getattr(outer, f.name) != f.default})


def _argument_lines(doc: str) -> dict[str, str]:
    """`name: meaning` lines of a docstring."""
    found: dict[str, str] = {}
    last = ""
    for line in doc.splitlines()[1:]:
        head, colon, rest = line.partition(": ")
        if colon and head.isidentifier() and head == head.lower() and not line.startswith(" "):
            last = head
            found[head] = rest.strip()
        elif line.startswith("    ") and last:
            found[last] += " " + line.strip()
        else:
            last = ""
    return found
