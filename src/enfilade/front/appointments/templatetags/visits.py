"""Template filters of appointments: {% load visits %}."""

from decimal import Decimal

from django import template

from enfilade.core.resource.cells import tone_of

register = template.Library()


@register.filter
def tone(state: str) -> str:
    """Return the colour family of a state: {{ visit.state|tone }}."""
    return tone_of(state)


@register.filter
def plain(value: Decimal | None) -> str:
    """Return a quantity without idle noughts: {{ charge.quantity|plain }}."""
    return "" if value is None else f"{value.normalize():f}"


@register.filter
def human(code: str) -> str:
    """Return a code as words: {{ held.release_role|human }}."""
    return code.replace("_", " ").capitalize()
