"""Commands with a door for the tests of this module; they write on a saved view, which core has."""

from decimal import Decimal
from typing import TypedDict

from enfilade.core.command import Percent, command
from enfilade.core.context import Context
from enfilade.core.models import SavedView


class SampleFacts(TypedDict):
    """What the door is told."""

    double: Decimal
    name: str


def sample_facts(*, view: SavedView, percent: Decimal, **_: object) -> SampleFacts:
    """Facts that are no inputs."""
    return {"double": percent * 2, "name": view.name}


@command(permission="doors_sample.mark_view", door=sample_facts)
def mark_view(ctx: Context, *, view: SavedView, percent: Percent, note: str = "") -> SavedView:
    """Write a percent on a saved view."""
    view.query = f"p={percent}"
    view.save(update_fields=["query"])
    return view


@command(permission="doors_sample.mark_twice")
def mark_twice(ctx: Context, *, view: SavedView, percent: Percent) -> SavedView:
    """Write a percent through the other command, two times."""
    mark_view(ctx, view=view, percent=percent)
    return mark_view(ctx, view=view, percent=percent)
