"""Inputs of commands that name accounts and values of dimensions by their codes, as people who keep books know them by heart.

A form finds them by their names as well.
"""

from __future__ import annotations

from typing import Annotated, Any

from enfilade.core.command import Input


def account_code(label: str = "Account", **more: Any) -> Input:
    """The number of an account on which entries may stand."""
    return Input(label=label, max_length=20, codes_of="books.account", query="heading=false&active=true", **more)


def dimension_codes(**more: Any) -> Input:
    """Codes of values of dimensions, at most one of each, with blanks between: K100 P7."""
    return Input(max_length=200, codes_of="books.dimensionvalue", query="active=true", several=True, **more)


AccountCode = Annotated[str, account_code()]
DimensionCodes = Annotated[str, dimension_codes()]
