"""Files of the European Central Bank, and rates that follow from them."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.money.commands import import_rates
from enfilade.base.money.formats.ecb import read, read_rates
from enfilade.base.money.models import Rate
from enfilade.base.money.queries import convert, rate_on, rates_on
from enfilade.base.money.reports import rates
from enfilade.base.money.rules import RateOn
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.files import store
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

DAILY = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
    <gesmes:subject>Reference rates</gesmes:subject>
    <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
    <Cube>
        <Cube time='2026-11-27'>
            <Cube currency='USD' rate='1.0850'/>
            <Cube currency='JPY' rate='160.25'/>
        </Cube>
        <Cube time='2026-11-26'>
            <Cube currency='USD' rate='1.0800'/>
        </Cube>
    </Cube>
</gesmes:Envelope>
"""
HISTORY = "Date,USD,JPY,CYP,\n2026-11-27,1.0850,160.25,N/A,\n2026-11-26,1.0800,N/A,N/A,\n"
ONE_DAY = "Date, USD, JPY, \n27 November 2026, 1.0850, 160.25, \n"
FOUND = [("2026-11-26", "USD", "1.0800"), ("2026-11-27", "JPY", "160.25"), ("2026-11-27", "USD", "1.0850")]


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def taken(ctx: Context, text: str | bytes, **more: Any) -> Rate:
    """A file that was put in and taken."""
    with scope(ctx.company_id):
        file = store(ctx, "eurofxref.xml", io.BytesIO(text if isinstance(text, bytes) else text.encode()))
    return import_rates(ctx, file=file, **more)


def packed(text: str) -> bytes:
    """A zip archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return out.getvalue()


@pytest.mark.parametrize("data", [DAILY.encode(), HISTORY.encode(), packed(HISTORY)])
def test_every_form_of_the_file_says_the_same(data: bytes) -> None:
    found = read_rates(data)
    assert sorted((r.on, r.currency, r.rate) for r in found.rates) == FOUND
    assert not found.problems
    assert sorted((r["on"], r["rate"]) for r in read(ONE_DAY.encode())["rates"]) == [("2026-11-27", "1.0850"), ("2026-11-27", "160.25")]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (DAILY.replace("1.0850", "1,085"), 7, "is no rate"),
        (DAILY.replace("1.0850", "-1"), 7, "is no rate"),
        (DAILY.replace("'JPY'", "'yen'"), 8, "is no currency"),
        (DAILY.replace("'JPY'", "'USD'"), 8, "two rates of USD"),
        (DAILY.replace("2026-11-26", "2026-13-26"), 10, "is no date"),
        (DAILY[:500], 11, "broken"),
        (DAILY.replace("<gesmes:Envelope", "<!DOCTYPE x><gesmes:Envelope", 1), 2, "document type"),
        (DAILY.replace("time=", "day="), 1, "no Cube with a time"),
        (HISTORY.replace("1.0800", "abc"), 3, "is no rate"),
        (HISTORY.replace("Date", "Tag"), 1, "its first column is Date"),
        ("Date,USD\n", 1, "no rows"),
        ("", 1, "empty"),
        (ONE_DAY.replace("27 November", "31 November"), 2, "is no date"),
    ],
)
def test_a_broken_file_says_where(text: str, line: int, sentence: str) -> None:
    problems = [p for p in read_rates(text.encode()).problems if p["refused"]]
    assert sentence in problems[0]["sentence"]
    assert problems[0]["line"] == line


def test_mutated_files_never_raise() -> None:
    """Some bytes anywhere are other ones, or gone: an answer all the same."""
    chance = random.Random(7)
    for number in range(300):
        data = bytearray((DAILY.encode(), HISTORY.encode(), packed(HISTORY))[number % 3])
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1, 5))] = bytes(chance.randrange(256) for _ in range(chance.choice((0, 1, 3))))
        assert set(read(bytes(data))) == {"rates", "problems"}


@pytest.mark.django_db(transaction=True)
def test_rates_are_taken_once_and_never_changed(ctx: Context) -> None:
    """Given the rates of a day, when the history comes, then only what is new; when a file says otherwise, nothing of it."""
    assert taken(ctx, DAILY).rate == Decimal("1.0850")
    with pytest.raises(Refusal) as no:
        taken(ctx, HISTORY)
    assert no.value.code == "nothing_new"
    with pytest.raises(Invalid) as differs:
        taken(ctx, HISTORY.replace("1.0800", "1.0801") + "2026-11-25,1.07,,,\n")
    assert "1.0801" in str(differs.value.errors["file"])
    taken(ctx, HISTORY + "2024-12-31,1.03,,,\n2026-11-25,1.07,,,\n")
    with pytest.raises(Invalid) as before:
        taken(ctx, HISTORY, from_on=date(2026, 12, 1))
    assert "from_on" in before.value.errors
    with scope(ctx.company_id):
        assert Rate.objects.count() == 4
        report = rates(ctx, on=date(2026, 12, 10))
    assert [(r["quote"], r["rate"], r["age_days"], r["source"]) for r in report["rows"]] == [
        ("JPY", "160.25", 13, "ECB"),
        ("USD", "1.085", 13, "ECB"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_rate_is_found_either_way_or_across(ctx: Context) -> None:
    taken(ctx, DAILY)
    with scope(ctx.company_id):
        found = rate_on(ctx, "USD", "JPY", date(2026, 11, 30))
        assert round(found.rate, 6) == round(Decimal("160.25") / Decimal("1.0850"), 6)
        assert (found.on, found.age_days, found.source) == (date(2026, 11, 27), 3, "ECB")
        assert convert(ctx, 108_500, "USD", "JPY", date(2026, 11, 30)) == 160_250
        assert set(rates_on(ctx, ["USD", "EUR", "CHF"], "EUR", date(2026, 11, 27))) == {"USD", "EUR"}
        Rate.objects.create(company=ctx.company, base="USD", quote="EUR", on=date(2026, 11, 28), rate=Decimal("0.9"), source="Bank")
        assert rate_on(ctx, "EUR", "USD", date(2026, 11, 28)).source == "Bank"


@given(st.integers(-(10**15), 10**15), st.decimals("0.0001", "100000", places=4))
def test_an_amount_goes_half_up_whichever_way_the_rate_was_recorded(amount: int, rate: Decimal) -> None:
    """The nearest minor unit, a half away from zero, by whole numbers."""
    day, units = date(2026, 1, 1), int(rate * 10_000)
    inverse = RateOn("USD", "EUR", Decimal(1), rate, day, day).worth_of(amount)
    assert abs(inverse) == (2 * abs(amount) * 10_000 + units) // (2 * units)
    straight = RateOn("USD", "EUR", rate, Decimal(1), day, day).worth_of(amount)
    assert abs(straight) == (2 * abs(amount) * units + 10_000) // 20_000
