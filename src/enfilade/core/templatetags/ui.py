"""Template tags of the pages: {% load ui %}."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from enfilade.core.language.words import say
from enfilade.core.minor import minor_digits
from enfilade.core.ui import avatar as faces
from enfilade.core.ui import cells as drawn
from enfilade.core.ui import charts, icons, table
from enfilade.core.ui import format as wording

register = template.Library()
FOLD_FROM = 3


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """Print a Lucide icon: {% icon "phone" 18 %}."""
    return icons.icon(str(name), size, str(css))


@register.simple_tag
def cell(value: drawn.Cell, link: bool = True) -> SafeString | str:
    """Print one cell of a row or fact: {% cell fact.cell %}; link=False where a link already surrounds it."""
    return drawn.render_cell(value if link else {**value, "url": ""})


@register.simple_tag
def cells(row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> SafeString:
    """Print the cells of a row of a table: {% cells row page.columns %}."""
    return table.render_cells(row, columns)


@register.simple_tag
def row(value: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], pick: object = None) -> SafeString:
    """Print a row of a list: {% row row page.columns page.bulk %}; pick: with a box to choose it by, where that is true."""
    return table.render_row(value, columns, pick=bool(pick))


@register.filter
def is_numeric(kind: str) -> bool:
    """Return whether values of this kind are aligned to the right."""
    return kind in drawn.NUMERIC_KINDS


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Print the disc with a person's initials: {% avatar user.name "lg" %}."""
    return faces.avatar(str(name or ""), size)


@register.filter
def amount(value: int | None, currency: str) -> str:
    """Format integer minor units: {{ invoice.total_minor|amount:"EUR" }}."""
    return "" if value is None else wording.format_amount(value, currency)


@register.filter
def digits(currency: str) -> int:
    """How many decimals amounts of a currency have, for a script that adds them up: data-digits="{{ currency|digits }}"."""
    return minor_digits(currency)


@register.filter
def symbol(currency: str) -> str:
    """Return the symbol of a currency: {{ "EUR"|symbol }}."""
    return wording.currency_symbol(currency)


@register.filter
def iban(value: str) -> str:
    """Return an IBAN in groups of four; another number as it is."""
    return wording.format_iban(value)


@register.filter
def day(value: date | None) -> str:
    """Format a date: {{ invoice.due_on|day }}."""
    return "" if value is None else wording.format_day(value)


@register.filter
def long_day(value: date | None) -> str:
    """Format a date with its weekday: {{ day|long_day }}."""
    return "" if value is None else wording.format_long_day(value)


@register.filter
def clock(value: datetime | None) -> str:
    """Format the time of day: {{ visit.arrived_at|clock }}."""
    return "" if value is None else wording.format_clock(value)


@register.filter
def instant(value: datetime | None) -> str:
    """Format date and time: {{ entry.posted_at|instant }}."""
    return "" if value is None else wording.format_instant(value)


@register.filter
def duration(value: int | None) -> str:
    """Format minutes: {{ call.duration_min|duration }}."""
    return "" if value is None else wording.format_duration(value)


@register.simple_tag
def ago(value: datetime | None) -> SafeString | str:
    """Print how long ago an instant was; the browser keeps it current: {% ago entry.at %}."""
    if value is None:
        return ""
    exact = wording.format_instant(value)
    return format_html('<relative-time datetime="{}" title="{}">{}</relative-time>', value.isoformat(), exact, exact)


@register.simple_tag
def waiting(since: datetime | None, warn_min: int = 10, bad_min: int = 20) -> SafeString | str:
    """Print minutes since an instant; the browser counts on, and colours them after two limits: {% waiting visit.arrived_at %}."""
    if since is None:
        return ""
    return format_html(
        '<wait-time since="{}" warn="{}" bad="{}" title="{}"></wait-time>',
        since.isoformat(),
        warn_min,
        bad_min,
        wording.format_instant(since),
    )


@register.filter
def is_numeric_column(column: Mapping[str, Any]) -> bool:
    """Return whether a report's column holds figures, by its kind or by the ending of an amount's name."""
    return is_numeric(column.get("kind") or ("amount" if str(column.get("name", "")).endswith("_minor") else "text"))


@register.filter
def brief(value: datetime | date | None) -> str:
    """Format an instant as short as it stays clear: 09:30 today, 2 Nov 09:30 this year: {{ step.since|brief }}."""
    return "" if value is None else wording.format_brief(value)


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for a data attribute, which the template then escapes."""
    return json.dumps(value, default=str)


@register.filter
def again_query(dialog: str, url: str) -> str:
    """Return the query that brings the answer of a dialog above another one back to the same place."""
    return "?dialog=subdialog" if dialog == "subdialog" and "dialog=" not in url else ""


@register.filter
def any_active(items: list[dict[str, Any]]) -> bool:
    """Return whether one of the views or filters is in use."""
    return any(item.get("active") for item in items or ())


@register.filter
def empty_facts(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields without a value, or with an amount of nothing, where there are enough of them to fold away."""
    empty = [fact for fact in facts or () if drawn.is_empty(fact["cell"]) or _is_zero(fact["cell"])]
    return empty if len(empty) >= FOLD_FROM else []


def _is_zero(cell: Mapping[str, Any]) -> bool:
    return cell.get("kind") == "amount" and cell.get("value") == 0


@register.filter
def has_more(options: list[dict[str, Any]]) -> bool:
    """Return whether a filter offers anything beside what is chosen already."""
    return any(not option.get("selected") for option in options or ())


@register.filter
def chosen_of(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a filter on another record holds, in the shape of core/widgets/ref_box.html."""
    return [{"id": found["value"], "label": found.get("text") or found["value"]}] if found.get("value") else []


@register.filter
def pick(mapping: dict[Any, Any] | None, key: Any) -> Any:
    """Return mapping[key], or nothing: {{ totals|pick:line.name }}."""
    return mapping.get(key) if mapping else None


@register.filter
def at(columns: list[dict[str, Any]], position: int) -> str:
    """Return the label of the column at a position, for the cards that replace the table on phones."""
    return say(str(columns[position].get("label", ""))) if position < len(columns) else ""


@register.simple_tag
def sparkline(values: list[float]) -> SafeString:
    """Print the course of a few values: {% sparkline tile.history %}."""
    return charts.sparkline(values)


@register.simple_tag
def bars(rows: list[tuple[str, float, str]]) -> SafeString:
    """Print labelled bars from (label, value, words): {% bars report.by_channel %}."""
    return charts.bars(rows)


@register.filter
def minus(value: int, other: int) -> int:
    """Subtract: {{ booking.start_min|minus:day.from_min }}."""
    return int(value) - int(other)


@register.filter
def strip(value: str) -> str:
    """Return text without the blanks around it, to tell an empty slot from a filled one."""
    return str(value).strip()


@register.filter
def hours(day: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the full hours of a day calendar with their distance from its start in minutes."""
    first = -(-int(day["from_min"]) // 60) * 60
    return [{"offset": minute - int(day["from_min"]), "label": f"{minute // 60:02}:00"} for minute in range(first, int(day["to_min"]), 60)]


@register.filter
def with_states(steps: list[dict[str, Any]], now: str) -> list[dict[str, Any]]:
    """Return steps with done, now and todo: those before the present key are done; states given already stay."""
    keys = [step.get("key") for step in steps]
    if now not in keys:
        return [{"state": "todo", **step} for step in steps]
    at_now = keys.index(now)
    return [{**step, "state": "done" if number < at_now else "now" if number == at_now else "todo"} for number, step in enumerate(steps)]
