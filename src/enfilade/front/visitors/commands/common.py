"""What several commands of visitors share."""

from __future__ import annotations

from typing import Annotated

from enfilade.core.command import Input
from enfilade.core.context import Context, Refusal
from enfilade.core.models import User
from enfilade.front.visitors.models import Entrance
from enfilade.front.visitors.queries import entrances

Name = Annotated[str, Input(max_length=200)]
Organisation = Annotated[str, Input(max_length=200)]
Purpose = Annotated[str, Input(max_length=200)]
Plate = Annotated[str, Input(label="Number plate", max_length=20, seldom=True)]
Host = Annotated[User, Input(shared=True, label="Comes to see")]
Place = Annotated[Entrance, Input(shared=True, query="active=true", seldom=True)]
Reason = Annotated[str, Input(max_length=300)]


def entrance_of(ctx: Context, chosen: Entrance | None) -> Entrance:
    """The entrance that was chosen, or the only one.

    Refuses: no_entrance, which_entrance.
    """
    if chosen is not None:
        return chosen
    found = entrances(ctx)
    if not found:
        raise Refusal("no_entrance", "Say first where visitors come in: add an entrance.", field="entrance")
    if len(found) > 1:
        raise Refusal("which_entrance", "There are several entrances: choose one.", field="entrance")
    return found[0]
