"""Lists, record pages, forms and API of visitors."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import pages, panels
from .models import Entrance, Visitor, WatchedPerson

department("visitors", "Visitors", "door-open", 11)
__all__ = ["EntranceResource", "VisitorResource", "WatchedPersonResource", "pages", "panels"]


class VisitorResource(Resource):
    """Everybody who came, comes or was to come."""

    model = Visitor
    columns = ("name", "organisation", "host", "expected_at", "arrived_at", "left_at", "badge", "state")
    filters = ("state", "host", "entrance", "expected_at", "arrived_at", "group", "party", "watched")
    search = ("name", "organisation", "group", "plate", "purpose", "host__name")
    facts = (
        "organisation", "party", "host", "entrance", "purpose", "group", "plate", "expected_at", "expected_until", "invited_by", "badge",
        "arrived_at", "received_by", "fetched_at", "reminded_at", "left_at", "watched", "let_in_because", "reason",
    )  # fmt: skip
    ordering = "-expected_at"
    board = "state"
    calendar = "expected_at"
    verbs = ("invite_visitors", "receive_visitor")
    icon = "users"
    order = 10
    empty = "Invite somebody, or receive who stands at the desk."


class WatchedPersonResource(Resource):
    """Of whom the desk has to take care."""

    model = WatchedPerson
    columns = ("name", "organisation", "what", "reason", "owner", "until_on")
    filters = ("what", "owner", "until_on")
    search = ("name", "organisation", "reason")
    fields = ("name", "organisation", "what", "reason", "owner", "until_on")
    title = "watch list"
    icon = "shield-alert"
    order = 80
    empty = "Nobody is watched. Put down who may not come in, and who is to be told when somebody comes."


class EntranceResource(Resource):
    """Where visitors come in."""

    model = Entrance
    columns = ("name", "site", "badges", "muster_point", "network", "active")
    filters = ("site", "active")
    search = ("name", "muster_point")
    fields = ("name", "site", "badges", "muster_point", "network", "network_password", "parking", "active")
    icon = "door-open"
    order = 90
    empty = "Add the entrance at which visitors come in."
