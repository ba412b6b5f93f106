"""A desk with somebody at it, somebody behind it, and a small book of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from enfilade.base.party.commands import add_person
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.models import Company
from enfilade.core.testing import make_company, make_ctx
from enfilade.front.reception import commands
from enfilade.front.reception.models import Answer

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # 10:00 in Berlin


@pytest.fixture
def company() -> Company:
    """A practice in Berlin."""
    return make_company(timezone="Europe/Berlin", currency="EUR", country="DE")


@pytest.fixture
def desk(company: Company) -> Context:
    """The receptionist, on a Monday at ten."""
    return make_ctx(company, "*", role="receptionist", name="Mira Castellan", now=MONDAY)


@pytest.fixture
def desk2(company: Company, desk: Context) -> Context:
    """Her colleague."""
    return make_ctx(company, "*", role="receptionist", name="Tomke Dirksen", now=MONDAY)


@pytest.fixture
def lead(company: Company) -> Context:
    """The clinical lead, who may read messages and work on cases."""
    return make_ctx(company, "work.*", "reception.read_message", role="clinical_lead", name="Jonas Brandl", now=MONDAY)


@pytest.fixture
def fees(desk: Context) -> Answer:
    """An answer with a live fee."""
    run_raw(desk, "item.add_item", {"code": "CLEAN", "name": "Cleaning", "price": "98.00", "tax_class": "exempt"})
    run_raw(
        desk,
        "tax.add_taxcode",
        {
            "tax_class": "exempt",
            "code": "DEHEAL",
            "name": "Medical",
            "category": "E",
            "rate_bp": "0",
            "country": "DE",
            "valid_from": "2007-01-01",
            "exemption_reason": "Medical care",
        },
    )
    made: Answer = commands.add_answer(desk, question="What does a cleaning cost?", text="A cleaning is {fee:CLEAN}.", topic="fees")
    return made


@pytest.fixture
def hours(desk: Context) -> Answer:
    """An answer of words only."""
    made: Answer = commands.add_answer(desk, question="When are you open?", text="From eight to six.", topic="hours", desk_key=1)
    return made


@pytest.fixture
def patient(desk: Context) -> Any:
    """Somebody whose number the house knows."""
    return add_person(desk, given_name="Ada", family_name="Lindqvist", phone="+49 30 5550102")


def at(ctx: Context, hour: int, minute: int = 0, second: int = 0) -> Context:
    """The same caller at another time of the same Monday, in Berlin."""
    return replace(ctx, now=MONDAY.replace(hour=hour - 1, minute=minute, second=second), key="")
