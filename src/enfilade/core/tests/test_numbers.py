"""Gap-free numbers under a race, a third of it rolled back."""

from dataclasses import replace

import pytest

from enfilade.core.command.work import Work
from enfilade.core.context import Refusal
from enfilade.core.models import Counter
from enfilade.core.numbers import draw
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hundred_draw_and_a_third_gives_back() -> None:
    """Exactly 1..n, each once."""
    ctx = make_ctx(make_company(), "*")

    def run(i: int) -> int:
        with scope(ctx.company_id):
            number = draw(replace(ctx, work=Work()), "test.document:2026")
            if i % 3 == 0:
                raise Refusal("changed_mind", "Never mind.")
            return number

    found = race(100, run)
    kept = sorted(n for n in found if isinstance(n, int))
    assert len(kept) == 66
    assert kept == list(range(1, 67))
    assert sum(isinstance(n, Refusal) for n in found) == 34


def test_each_company_and_series_counts_by_itself() -> None:
    """And nobody sees another's counters."""
    first, second = make_ctx(make_company(), "*"), make_ctx(make_company("Other"), "*")
    for ctx in (first, first, second):
        with scope(ctx.company_id):
            draw(replace(ctx, work=Work()), "a")
    with scope(second.company_id):
        assert list(Counter.objects.values_list("series", "value")) == [("a", 1)]


def test_numbers_are_drawn_inside_commands_only() -> None:
    """A page can't use one up."""
    with pytest.raises(RuntimeError):
        draw(make_ctx(make_company(), "*"), "a")
