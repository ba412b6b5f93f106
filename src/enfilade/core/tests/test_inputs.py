"""Reading inputs: one validator for pages, JSON, command line and files."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enfilade.core.command.inputs import Amount, Choice, Input, LongText, Today, parameters_of
from enfilade.core.command.reading import plain_all, read, unflatten
from enfilade.core.context import Invalid
from enfilade.core.fields import to_major, to_minor
from enfilade.core.models import Role


@dataclass(frozen=True)
class LineIn:
    """One line of a sample document."""

    text: str
    quantity: Decimal = Decimal(1)
    price: Amount = 0


def body(
    ctx: Any,
    *,
    name: str,
    on: date,
    price: Amount,
    role: Role | None = None,
    lines: list[LineIn],
    urgent: bool = False,
    note: LongText = "",
    kind: Annotated[str, Choice(("a", "A"), ("b", "B"))] = "a",
    at: datetime | None = None,
    count: Annotated[int, Input(min_value=0)] = 0,
) -> None:
    """Do something.

    name: what it is called.
    on: accounting date, no time zone.
    """


PARAMETERS = parameters_of(body)
GOOD = {"name": "Ann", "on": "2026-11-02", "price": "120.50", "lines": [{"text": "x", "quantity": "2", "price": "1.05"}]}


def test_values_become_typed() -> None:
    """Text in, dates, minor units and line objects out."""
    values = read(PARAMETERS, GOOD, "EUR")
    assert values["on"] == date(2026, 11, 2)
    assert values["price"] == 12050
    assert values["lines"] == [LineIn("x", Decimal(2), 105)]
    assert (values["urgent"], values["note"], values["kind"], values["role"]) == (False, "", "a", None)


def test_docstring_gives_help() -> None:
    """The meaning is said once."""
    assert PARAMETERS["on"].help == "Accounting date, no time zone."


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x\x00y"}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "tomorrow"}, "on"),
        ({"price": "-1"}, "price"),
        ({"price": "1.005"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1e30"}, "price"),
        ({"price": True}, "price"),
        ({"lines": []}, "lines"),
        ({"lines": "x"}, "lines"),
        ({"lines": [{"text": ""}]}, "lines[0].text"),
        ({"lines": [{"text": "a"}, {"text": "b", "quantity": "1e400"}]}, "lines[1].quantity"),
        ({"lines": [{"text": "a", "colour": "red"}]}, "lines[0].colour"),
        ({"lines": [5]}, "lines[0]"),
        ({"kind": "c"}, "kind"),
        ({"role": "x"}, "role"),
        ({"role": -1}, "role"),
        ({"role": 10**30}, "role"),
        ({"at": "25:00"}, "at"),
        ({"colour": "red"}, "colour"),
        ({"count": -1}, "count"),
        ({"count": "9" * 40}, "count"),
        ({"count": 1.5}, "count"),
        ({"price": float("nan")}, "price"),
    ],
)
def test_bad_input_names_its_path(change: dict[str, Any], path: str) -> None:
    """Each bad value is refused at its own path, with a sentence."""
    with pytest.raises(Invalid) as refused:
        read(PARAMETERS, GOOD | change, "EUR")
    assert list(refused.value.errors) == [path]
    assert all(s.strip() and s[0].isupper() for s in refused.value.errors[path])


def test_every_fault_is_named_at_once() -> None:
    """People mend all of them in one go."""
    with pytest.raises(Invalid) as refused:
        read(PARAMETERS, {"name": "", "on": "x", "price": "y", "lines": [{"text": ""}]}, "EUR")
    assert set(refused.value.errors) == {"name", "on", "price", "lines[0].text"}


def test_post_and_json_are_the_same() -> None:
    """A formset of a page is an array in JSON; rows left empty do not count."""
    post = QueryDict(
        "name=Ann&on=2026-11-02&price=120.50&lines-0-text=x&lines-0-quantity=2&lines-0-price=1.05&lines-1-text=&lines-1-quantity="
    )
    assert read(PARAMETERS, unflatten(post, PARAMETERS), "EUR") == read(PARAMETERS, GOOD, "EUR")


def test_plain_is_the_way_back() -> None:
    """What the audit keeps can be read again to the same values."""
    values = read(PARAMETERS, GOOD, "EUR")
    sent = plain_all(PARAMETERS, values, "EUR")
    assert read(PARAMETERS, sent, "EUR") == values


def test_a_time_that_clocks_skip_is_refused() -> None:
    """02:30 on the night of the change does not exist in Berlin."""
    with timezone.override("Europe/Berlin"):
        with pytest.raises(Invalid):
            read(PARAMETERS, GOOD | {"at": "2026-03-29T02:30"}, "EUR")
        assert read(PARAMETERS, GOOD | {"at": "2026-03-29T03:30"}, "EUR")["at"] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(st.integers(min_value=-(10**14), max_value=10**14), st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_amounts_survive_both_ways(minor: int, currency: str) -> None:
    """No float, no rounding, any number of decimals."""
    assert to_minor(str(to_major(minor, currency)), currency) == minor


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=3),
        max_leaves=8,
    )
)
def test_nothing_crashes_the_reader(value: Any) -> None:
    """Whatever JSON holds, it is read or refused."""
    for raw in (value, *(GOOD | {name: value} for name in PARAMETERS)):
        with contextlib.suppress(Invalid):
            read(PARAMETERS, raw, "EUR")


def test_what_is_said_around_a_type_adds_to_what_the_type_says() -> None:
    """Widget and length of the type stay; a label, a first value or a help from around it are added, and go before the type's own."""

    def noted(ctx: Any, *, note: Annotated[LongText | None, Input(label="Remark", prefill="row.note")] = None, on: Today) -> None:
        """Take a note."""

    note = parameters_of(noted)["note"].meta
    assert (note.widget, note.max_length, note.label, note.prefill) == ("textarea", 20_000, "Remark", "row.note")
    assert parameters_of(noted)["on"].meta.prefill == "ctx.today"
