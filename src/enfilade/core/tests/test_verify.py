"""Numbers without gaps are proven from the rows that carry them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from enfilade.core import verify
from enfilade.core.context import Context
from enfilade.core.models import Company, Counter, Role
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.core.verify import declare_series, verify_numbers

pytestmark = pytest.mark.django_db

# Roles stand in for documents: they have a company and a text column, and core has no business nouns of its own.


@pytest.fixture
def ctx(monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """A caller, and no series but those of the test."""
    monkeypatch.setattr(verify, "SERIES", [])
    made = make_ctx(make_company(), "*")
    with scope(made.company_id):
        yield made


def rows(ctx: Context, *numbers: str) -> None:
    """Roles whose name is a number."""
    for number in numbers:
        Role.objects.create(company=ctx.company, code=f"r{Role.objects.count()}", name=number)


def test_series_by_year_and_kind(ctx: Context) -> None:
    declare_series("t.inv", Role, "name", starts="INV-")
    declare_series("t.cn", Role, "name", starts="CN-")
    rows(ctx, "INV-2025-00001", "INV-2025-00002", "INV-2026-00001", "CN-2026-00001")
    for series, value in (("t.inv:2025", 2), ("t.inv:2026", 1), ("t.cn:2026", 1)):
        Counter.objects.create(company=ctx.company, series=series, value=value)
    assert verify_numbers(ctx) == []
    Role.objects.filter(name="INV-2025-00001").delete()
    assert [(f.code, f.ref, "Number 1 of" in f.sentence) for f in verify_numbers(ctx)] == [("number_gap", "t.inv:2025", True)]


@pytest.mark.parametrize(
    ("numbers", "value", "codes"),
    [
        (["P-1", "P-2", "P-3"], 3, []),
        (["P-1", "P-3"], 3, ["number_gap"]),
        (["P-1", "P-2"], 3, ["number_gap"]),
        (["P-1", "P-2", "P-02"], 2, ["number_twice"]),
        (["P-1", "P-2", "P-9"], 2, ["number_not_drawn"]),
        (["P-2"], 0, ["number_not_drawn"]),
        ([], 2, ["number_gap"]),
        (["", "P-1"], 1, []),
    ],
)
def test_gaps_doubles_and_inventions(ctx: Context, numbers: list[str], value: int, codes: list[str]) -> None:
    declare_series("t.party", Role, "name", starts="")
    Role.objects.filter(company=ctx.company).update(name="")
    rows(ctx, *numbers)
    if value:
        Counter.objects.create(company=ctx.company, series="t.party", value=value)
    assert [f.code for f in verify_numbers(ctx)] == codes


def test_another_company_does_not_count(ctx: Context) -> None:
    declare_series("t.party", Role, "name", starts="P-")
    company = Company.objects.create(slug="other", name="Other")
    other = replace(ctx, company=company)
    with scope(ctx.company_id, company.pk):
        rows(other, "P-00007")
        assert verify_numbers(ctx) == []
        assert [f.code for f in verify_numbers(other)] == ["number_not_drawn"]
