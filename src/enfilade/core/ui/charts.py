"""Small drawings that need no script: a line of the last values, bars of a few."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from enfilade.core.language.words import say

WIDTH = 96
HEIGHT = 24


def sparkline(values: Sequence[float]) -> SafeString:
    """Return the course of the last values as a thin line; decoration, the figure itself stands beside it."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    points = [(round(number * step, 1), round(HEIGHT - 2 - (value - low) / span * (HEIGHT - 4), 1)) for number, value in enumerate(values)]
    line = " ".join(f"{x},{y}" for x, y in points)
    last_x, last_y = points[-1]
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        WIDTH,
        HEIGHT,
        line,
        last_x,
        last_y,
    )


def bars(rows: Sequence[tuple[str, float, str]]) -> SafeString:
    """Return labelled horizontal bars, readable as a list. Shape: rows of (label, value, value in words)."""
    top = max((value for _, value, _ in rows), default=0) or 1
    return format_html(
        '<ul class="bars">{}</ul>',
        format_html_join(
            "",
            '<li><span class="bars-label">{}</span><span class="bars-track"><span class="bars-fill" style="width:{}%"></span></span>'
            '<span class="bars-value">{}</span></li>',
            ((say(label), round(100 * max(value, 0) / top, 1), words) for label, value, words in rows),
        ),
    )


def columns(rows: Sequence[tuple[str, float, str]]) -> SafeString:
    """Return upright bars in the order of time, readable as a list. Shape: rows of (label, value, value in words)."""
    top = max((value for _, value, _ in rows), default=0) or 1
    return format_html(
        '<ol class="bars-upright">{}</ol>',
        format_html_join(
            "",
            '<li><span class="bars-value">{}</span><span class="bars-track"><span class="bars-fill" style="height:{}%"></span></span>'
            '<span class="bars-label">{}</span></li>',
            ((words, round(100 * max(value, 0) / top, 1), say(label)) for label, value, words in rows),
        ),
    )
