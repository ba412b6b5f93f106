"""Inputs that several commands share."""

from __future__ import annotations

from typing import Annotated, TypeVar

from enfilade.core.command import Input

Row = TypeVar("Row")
# `Active[Service]`: a row that is only referred to, offered in forms while it is in use.
Active = Annotated[Row, Input(shared=True, query="active=true")]
# `Pharmacy[Party]`: the same for those to whom prescriptions are sent.
Pharmacy = Annotated[Row, Input(shared=True, query="party_roles__role=pharmacy")]
# `Practitioner[Bookable]`: a person who can be booked.
Practitioner = Annotated[Row, Input(shared=True, query="kind=person&active=true", help="Left empty, whoever is free.")]
