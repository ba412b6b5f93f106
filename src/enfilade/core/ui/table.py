"""Rows of tables as HTML. A list prints hundreds of cells, which is why this is Python and no template for each."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from enfilade.core.language.words import say
from enfilade.core.ui.cells import NUMERIC_KINDS, render_cell


def render_row(row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], *, pick: bool) -> SafeString:
    """Return a row of a list. row: {pk, url, label, cells, tone, editable}; pick: with a box to choose it by."""
    label = escape(say(f"Select {row.get('label') or row['pk']}"))
    tone = f' data-tone="{escape(row["tone"])}"' if row.get("tone") else ""
    box = f'<td class="pick"><input type="checkbox" class="input" name="pk" value="{row["pk"]}" aria-label="{label}"></td>' if pick else ""
    return SafeString(f'<tr id="row-{row["pk"]}" data-url="{escape(row["url"])}"{tone}>{box}{render_cells(row, columns)}</tr>')


def render_cells(row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> SafeString:
    """Return the cells of a row: the first leads to the record, and each has the heading of its column, for the cards on phones.

    row: {cells, url, label, editable}; columns: [{label, edit}]. edit: under which name a cell of an editable row is changed in place.
    """
    made, url, edited = [], row.get("url"), row.get("editable")
    for number, value in enumerate(row["cells"]):
        column = columns[number] if number < len(columns) else {}
        leads = number == 0 and url
        words = render_cell({**value, "url": ""} if leads else value)
        words = words if isinstance(words, SafeString) else escape(words)
        if leads:
            words = f'<a class="row-link" href="{escape(str(url))}">{words}</a>'
        if edited and column.get("edit"):
            words += _pencil(row, column)
        made.append(f"{_begin(value.get('kind') in NUMERIC_KINDS, say(str(column.get('label', ''))))}{words}</td>")
    return SafeString("".join(made))


@lru_cache(8192)
def _begin(numeric: bool, label: str) -> str:
    kind = ' class="num"' if numeric else ""
    return f'<td{kind} data-label="{escape(label)}">'


def _pencil(row: Mapping[str, Any], column: Mapping[str, Any]) -> str:
    """The button that opens a cell: seen under the pointer, on the cell that the arrow keys have reached, and always by touch."""
    words = escape(say(f"Edit {column['label']} of {row.get('label') or 'this row'}"))
    return f'<button class="cell-edit" type="button" tabindex="-1" data-cell="{column["edit"]}" aria-label="{words}"></button>'
