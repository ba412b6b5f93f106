"""Rows from CSV files: separators, quotes, ragged rows, physical lines, limits."""

import csv
import io
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.core import tabular
from enfilade.core.tabular import CELL_CHARS_MAX, COLUMNS_MAX, detect_separator, guard_formula, read_table, unguard_formula


def rows_of(text: str | bytes, **options: Any) -> list[tuple[int, tuple[str, ...]]]:
    table = read_table(text.encode() if isinstance(text, str) else text, **options)
    return [(row.line, row.cells) for row in table.rows]


def sentences(text: str | bytes) -> list[tuple[int, str]]:
    table = read_table(text.encode() if isinstance(text, str) else text)
    return [(problem.line, problem.sentence) for problem in table.problems]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    lines = [separator.join(cells) + "\n" for cells in (("Name", "Note", "City"), ("Meier; Anna, Dr.", "a|b", "X"))]
    lines[1] = separator.join(('"Meier; Anna, Dr."', '"a|b"', "X"))
    assert detect_separator(lines) == separator
    assert rows_of("".join(lines)) == [(2, ("Meier; Anna, Dr.", "a|b", "X"))]


def test_a_declared_separator_wins() -> None:
    table = read_table(b"sep=|\r\na,b|c\r\n1,2|3\r\n")
    assert table.header == ("a,b", "c")
    assert table.rows[0].line == 3


def test_rows_keep_the_physical_line_on_which_they_start() -> None:
    text = 'a,b\r\n1,"two\r\nlines"\r\n\r\n2,"x""y"\r3,\n'
    assert rows_of(text) == [(2, ("1", "two\r\nlines")), (5, ("2", 'x"y')), (6, ("3", ""))]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    text = 'a,b\n1,"open\n2,two\n3,three\n'
    assert rows_of(text) == [(2, ("1", "open")), (3, ("2", "two")), (4, ("3", "three"))]
    assert sentences(text)[0][0] == 2


def test_quotes_inside_a_cell_are_kept() -> None:
    text = 'a,b\n"Joe "Bob" Smith",x\nnext,y\n'
    assert rows_of(text)[1] == (3, ("next", "y"))
    assert sentences(text) == [(2, "A quotation mark in this row is not closed or stands inside a cell. The line was read as it is.")]


def test_ragged_rows_are_read_and_said() -> None:
    text = "a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n"
    assert [cells for _, cells in rows_of(text)] == [("1", "2"), ("1", "2", "3", "4"), ("1", "2", "3", "", "")]
    assert [line for line, _ in sentences(text)] == [2, 3]


def test_the_header_may_stand_below_a_title() -> None:
    table = read_table(
        b"Export of today,,\n,,\nName,Phone,City\nAnna,1,X\n", recognise=lambda cells: sum(c in ("Name", "Phone") for c in cells)
    )
    assert (table.header, table.header_line, table.rows[0].line) == (("Name", "Phone", "City"), 3, 4)
    assert "line 3" in table.problems[0].sentence


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"", 1, "empty"),
        (b"a,b\n", 1, "no rows"),
        (b"\n\n,,\n", 1, "no rows"),
        (b",".join([b"c"] * (COLUMNS_MAX + 1)) + b"\n1\n", 1, "columns"),
        (b"a" + b",a" * 1_000_000 + b"\n1\n", 1, "columns"),
        (b"a,b\n" + b"1,2\n" * (tabular.ROWS_MAX + 1), tabular.ROWS_MAX + 2, "100000 rows"),
    ],
)
def test_a_limit_refuses_the_file_with_a_sentence(data: bytes, line: int, word: str) -> None:
    table = read_table(data)
    assert not table.rows
    assert word in table.problems[-1].sentence
    assert table.problems[-1].line == line
    assert table.problems[-1].refused


def test_a_long_cell_or_a_wide_row_costs_one_row() -> None:
    text = f"a,b\n1,{'x' * (CELL_CHARS_MAX + 1)}\n2,two\n3{',3' * COLUMNS_MAX}\n4,four\n"
    assert [line for line, _ in rows_of(text)] == [3, 5]
    table = read_table(text.encode())
    assert [(problem.line, problem.field, problem.refused) for problem in table.problems] == [(2, "b", True), (4, "", True)]


def test_a_million_unmatched_quotes_end() -> None:
    started = time.process_time()
    table = read_table(b"a,b\n" + b'"x,y\n' * 300_000 + b'"')
    assert table.problems
    assert time.process_time() - started < 10


def test_numbers_in_the_first_rows_do_not_hide_the_separator() -> None:
    assert detect_separator(["Betrag;Text\n", "1,50;a\n", "2,50;b\n"]) == ";"


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\x00\ufeff", exclude_categories=["Cs"]), max_size=12), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_what_was_written_is_read(records: list[list[str]]) -> None:
    records = [[f"{cell}." for cell in record] for record in records]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["a", "b", "c"], *records])
    assert [list(cells) for _, cells in rows_of(buffer.getvalue())] == records


@given(st.text())
def test_the_guard_against_formulas_can_be_undone(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+A1", "-cmd|x", "\t=1", "'=1"])
def test_formulas_are_guarded(text: str) -> None:
    assert guard_formula(text) == "'" + text


@pytest.mark.parametrize("text", ["+49 89 123-4", "-12.50", "-1", "(089) 12", "plain", ""])
def test_numbers_and_telephones_are_not(text: str) -> None:
    assert guard_formula(text) == text


@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    read_table(data)
