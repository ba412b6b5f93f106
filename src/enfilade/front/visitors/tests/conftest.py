"""A house with an entrance, a host and a receptionist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.models import Company
from enfilade.core.testing import make_company, make_ctx
from enfilade.front.visitors.commands import Guest, invite_visitors
from enfilade.front.visitors.models import Entrance, Visitor

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
TWO = MONDAY + timedelta(hours=4)


@pytest.fixture
def company() -> Company:
    """A workshop in Berlin."""
    return make_company(timezone="Europe/Berlin", currency="EUR", country="DE")


@pytest.fixture
def desk(company: Company) -> Context:
    """The receptionist, on a Monday at ten."""
    return make_ctx(company, "*", role="receptionist", name="Mira Castellan", now=MONDAY)


@pytest.fixture
def host(company: Company) -> Context:
    """Whom people come to see."""
    return make_ctx(company, "visitors.*", "work.*", role="buyer", name="Jonas Brandl", now=MONDAY)


@pytest.fixture
def door(desk: Context) -> Entrance:
    """The only entrance, with two badges."""
    made: Entrance = run_raw(desk, "visitors.add_entrance", {"name": "Front door", "badges": "2", "muster_point": "Car park, lamp 3"})
    return made


@pytest.fixture
def guest(desk: Context, host: Context, door: Entrance) -> Visitor:
    """Somebody who is expected at two."""
    return invited(desk, host, "Ida Weber", organisation="Weber Tools")


def invited(ctx: Context, host: Context, name: str, *, at: datetime = TWO, **more: Any) -> Visitor:
    """Somebody who is expected."""
    made: Visitor = invite_visitors(ctx, guests=(Guest(name, **more),), expected_at=at, host=host.user.pk)
    return made
