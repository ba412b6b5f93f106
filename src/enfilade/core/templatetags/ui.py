"""Template tags of the pages: {% load ui %}."""

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from enfilade.core.ui import avatar as faces
from enfilade.core.ui import cells, format, icons

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """Print a Lucide icon: {% icon "phone" 18 %}."""
    return icons.icon(str(name), size, str(css))


@register.simple_tag
def cell(value: cells.Cell, link: bool = True) -> SafeString | str:
    """Print one cell of a row or fact: {% cell fact.cell %}; link=False where a link already surrounds it."""
    return cells.render_cell(value if link else {**value, "url": ""})


@register.filter
def is_numeric(kind: str) -> bool:
    """Return whether values of this kind are aligned to the right."""
    return kind in cells.NUMERIC_KINDS


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Print the disc with a person's initials: {% avatar user.name "lg" %}."""
    return faces.avatar(str(name or ""), size)


@register.filter
def amount(value: int | None, currency: str) -> str:
    """Format integer minor units: {{ invoice.total_minor|amount:"EUR" }}."""
    return "" if value is None else format.format_amount(value, currency)


@register.filter
def symbol(currency: str) -> str:
    """Return the symbol of a currency: {{ "EUR"|symbol }}."""
    return format.currency_symbol(currency)


@register.filter
def day(value: date | None) -> str:
    """Format a date: {{ invoice.due_on|day }}."""
    return "" if value is None else format.format_day(value)


@register.filter
def long_day(value: date | None) -> str:
    """Format a date with its weekday: {{ day|long_day }}."""
    return "" if value is None else format.format_long_day(value)


@register.filter
def clock(value: datetime | None) -> str:
    """Format the time of day: {{ visit.arrived_at|clock }}."""
    return "" if value is None else format.format_clock(value)


@register.filter
def instant(value: datetime | None) -> str:
    """Format date and time: {{ entry.posted_at|instant }}."""
    return "" if value is None else format.format_instant(value)


@register.filter
def duration(value: int | None) -> str:
    """Format minutes: {{ call.duration_min|duration }}."""
    return "" if value is None else format.format_duration(value)


@register.simple_tag
def ago(value: datetime | None) -> SafeString | str:
    """Print how long ago an instant was; the browser keeps it current: {% ago entry.at %}."""
    if value is None:
        return ""
    exact = format.format_instant(value)
    return format_html('<relative-time datetime="{}" title="{}">{}</relative-time>', value.isoformat(), exact, exact)


@register.simple_tag
def waiting(since: datetime | None, warn_min: int = 10, bad_min: int = 20) -> SafeString | str:
    """Print minutes since an instant, counted on by the browser and coloured after two limits: {% waiting visit.arrived_at %}."""
    if since is None:
        return ""
    return format_html(
        '<wait-time since="{}" warn="{}" bad="{}" title="{}"></wait-time>', since.isoformat(), warn_min, bad_min, format.format_instant(since)
    )


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for a data attribute, which the template then escapes."""
    return json.dumps(value, default=str)


@register.filter
def pick(mapping: dict[str, Any], key: str) -> Any:
    """Return mapping[key], or nothing: {{ totals|pick:line.name }}."""
    return mapping.get(key)


@register.filter
def at(columns: list[dict[str, Any]], position: int) -> str:
    """Return the label of the column at a position, for the cards that replace the table on phones."""
    return str(columns[position].get("label", "")) if position < len(columns) else ""
