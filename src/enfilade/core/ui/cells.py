"""One value of a record as HTML, the same in lists, facts and panels.

A cell is a mapping: kind, value, and where they apply text (already formatted), url, tone, currency. Tables print
thousands of them, which is why this is Python and not a template per cell.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from enfilade.core.language.words import ORIGIN, STATE, direction, say
from enfilade.core.ui.avatar import avatar
from enfilade.core.ui.format import format_amount, format_brief, format_clock, format_day, format_duration, format_instant, format_number
from enfilade.core.ui.icons import icon

Cell = Mapping[str, Any]
NUMERIC_KINDS = frozenset({"number", "amount", "duration"})


def nothing() -> SafeString:
    """Return a quiet dash, with a word for screen readers."""
    return format_html('<span class="void" aria-label="{}">–</span>', say("nothing"))


def plain_text(cell: Cell) -> str:
    """Return the words of a cell: its text, or its value formatted by kind."""
    text = cell.get("text")
    if text not in (None, ""):
        return str(text)
    value = cell.get("value")
    kind = cell.get("kind", "text")
    if value is None or value == "":
        return ""
    if kind == "amount" and isinstance(value, int):
        return format_amount(value, cell["currency"]) if cell.get("currency") else format_number(value)
    if kind == "duration" and isinstance(value, int | float):
        return format_duration(value)
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, time):
        return format_clock(value)
    if kind == "number" and isinstance(value, int | float | Decimal):
        return format_number(value)
    return str(value)


def is_empty(cell: Cell) -> bool:
    """Return whether there is nothing to read; a no is something."""
    if cell.get("kind") == "bool":
        return False
    if cell.get("kind") in ("html", "list") and cell.get("value"):
        return False
    return not plain_text(cell)


def render_badge(cell: Cell) -> SafeString:
    """Return a state as a small coloured word."""
    return format_html('<span class="tag" data-tone="{}">{}</span>', cell.get("tone") or "neutral", say(plain_text(cell), STATE))


def render_bool(cell: Cell) -> SafeString:
    """Return yes as a tick and no as a quiet dash, both with a word for screen readers."""
    if cell.get("value"):
        return format_html('<span class="yes">{}<span class="sr-only">{}</span></span>', icon("check"), say(cell.get("text") or "Yes"))
    words = say(cell.get("text") or "No")
    return format_html('<span class="void"><span aria-hidden="true">–</span><span class="sr-only">{}</span></span>', words)


def render_ref(cell: Cell) -> SafeString | str:
    """Return the other record's name, as a link where the reader may open it."""
    if cell.get("url"):
        return format_html('<a class="ref" href="{}">{}</a>', cell["url"], plain_text(cell))
    return plain_text(cell)


def render_person(cell: Cell) -> SafeString:
    """Return a person with the disc of initials."""
    name = plain_text(cell)
    return format_html('<span class="person">{}{}</span>', avatar(name), render_ref(cell))


def render_instant(cell: Cell) -> SafeString | str:
    """Return an instant that machines can read too."""
    value = cell.get("value")
    if isinstance(value, datetime):
        words = cell.get("text") or format_brief(value)
        return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), format_instant(value), words)
    if isinstance(value, date):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), plain_text(cell))
    return plain_text(cell)


def render_list(cell: Cell) -> SafeString | str:
    """Return several small words one after the other."""
    values = cell.get("value")
    if not isinstance(values, list | tuple) or not values:
        return plain_text(cell) if cell.get("text") else nothing()
    return format_html_join(" ", '<span class="tag" data-tone="neutral">{}</span>', ((say(str(value)),) for value in values))


RENDERERS: dict[str, Callable[[Cell], SafeString | str]] = {
    "badge": render_badge,
    "bool": render_bool,
    "ref": render_ref,
    "person": render_person,
    "date": render_instant,
    "datetime": render_instant,
    "list": render_list,
}


def render_cell(cell: Cell) -> SafeString | str:
    """Return one cell as HTML; an empty one is a quiet dash.

    Kinds: text, number, amount, duration, date, datetime, bool, badge, ref, person, list, html (a SafeString).
    """
    kind = cell.get("kind", "text")
    if kind == "html":
        return cell.get("value") or nothing()
    if kind in ("bool", "list"):
        return RENDERERS[kind](cell)
    words = plain_text(cell)
    if not words:
        return nothing()
    renderer = RENDERERS.get(kind)
    if renderer is None:
        return format_html('<a class="ref" href="{}">{}</a>', cell["url"], words) if cell.get("url") else _isolated(words)
    return renderer(cell)


def _isolated(words: str) -> SafeString | str:
    """Figures and names from elsewhere keep their own direction on a page that is written from right to left."""
    return format_html("<bdi>{}</bdi>", words) if direction(get_language() or ORIGIN) == "rtl" else words
