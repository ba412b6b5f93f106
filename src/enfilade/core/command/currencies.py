"""In which currency the amounts of inputs are typed: a text such as 12.50 is so many minor units only in a currency.

An amount is in the currency that its inputs name as `currency`; where they name none, in that of the first row among them that has one
(the invoice that is paid, the account whose statement it is); else in the company's own. An input that is in another one says so by
`Input(currency_of=...)`: the name of the row beside it, or OWN_CURRENCY.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models

from enfilade.core.refs import key_of
from enfilade.core.scope import scope

from .inputs import OWN_CURRENCY, UNSET, Parameter

if TYPE_CHECKING:
    from enfilade.core.context import Context

_CODE = re.compile(r"^[A-Z]{3}$")


class RowCurrency(Protocol):
    """Says the currency of a row, which is given as such or by its key; "" where it has none, or there is no such row."""

    def __call__(self, model: type[models.Model], given: Any, /) -> str: ...


def none_known(_model: type[models.Model], _given: Any, /) -> str:
    """For inputs without a caller, and for those of reports: no row says a currency."""
    return ""


def currency_of_rows(ctx: Context) -> RowCurrency:
    """The currencies of rows that the caller may see. Each row is looked up once, and only when an amount beside it is read."""
    known: dict[tuple[type[models.Model], int], str] = {}

    def currency_of(model: type[models.Model], given: Any, /) -> str:
        if isinstance(given, models.Model):
            return _said_by(given)
        text = str(given)
        key = key_of(text.rpartition(":")[2])
        if key is None:
            return ""
        if (model, key) not in known:
            known[model, key] = _looked_up(ctx, model, key)
        return known[model, key]

    return currency_of


def _looked_up(ctx: Context, model: Any, key: int) -> str:
    seen = ctx.work.rows.get((model, key)) if ctx.work is not None else None
    if seen is not None:
        return _said_by(seen)
    # Inputs are read before a command has opened its transaction, and no row exists outside a scope.
    with nullcontext() if ctx.work is not None else scope(ctx.company_id, read_only=True):
        rows = model.objects.visible_to(ctx).filter(pk=key)
        if _has_column(model):
            return str(rows.values_list("currency", flat=True).first() or "")
        row = rows.first()
        return "" if row is None else _said_by(row)


def _said_by(row: models.Model) -> str:
    return str(getattr(row, "currency", "") or "") if has_currency(type(row)) else ""


@lru_cache
def has_currency(model: type[models.Model]) -> bool:
    """Whether rows of a model are in a currency: by a column, or by the record that they are a part of."""
    return _has_column(model) or isinstance(getattr(model, "currency", None), property)


@lru_cache
def _has_column(model: type[models.Model]) -> bool:
    return any(field.name == "currency" for field in model._meta.concrete_fields)


class Amounts:
    """The currencies of the amounts of one set of inputs, raw or typed.

    own: the company's currency. usual: of the inputs around them, where these are a line of others.
    """

    def __init__(self, parameters: Mapping[str, Parameter], given: Mapping[str, Any], own: str, rows: RowCurrency, usual: str = "") -> None:
        self.own, self.rows = own, rows
        self._parameters, self._given = parameters, given
        self._usual = self._named() or usual

    def of(self, parameter: Parameter) -> str:
        """In which currency an amount is."""
        named = parameter.meta.currency_of
        if named == OWN_CURRENCY:
            return self.own
        if named:
            return self._of_row(named) or self.usual
        return self.usual

    @property
    def usual(self) -> str:
        """The currency of an input that says nothing else."""
        if not self._usual:
            row = self.subject(self._parameters)
            self._usual = (self._of_row(row) if row else "") or self.own
        return self._usual

    @staticmethod
    def subject(parameters: Mapping[str, Parameter]) -> str:
        """The first input that is one row with a currency; "" where there is none."""
        return next((n for n, p in parameters.items() if p.is_row and not p.many and has_currency(p.kind)), "")

    def _of_row(self, name: str) -> str:
        given = self._given.get(name)
        return "" if given in (None, "", UNSET) else self.rows(self._parameters[name].kind, given)

    def _named(self) -> str:
        text = self._given.get("currency")
        code = text.strip().upper() if "currency" in self._parameters and isinstance(text, str) else ""
        return code if _CODE.match(code) else ""
