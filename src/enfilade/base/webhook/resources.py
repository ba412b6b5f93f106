"""Lists and panels of subscriptions and deliveries."""

from __future__ import annotations

from django.db.models import Model

from enfilade.core.context import Context
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import commands  # noqa: F401 - they register themselves
from .models import Delivery, Subscription

department("webhook", "Web hooks", "webhook", 90)


class SubscriptionResource(Resource):
    """Programs that are told."""

    model = Subscription
    columns = ("name", "address", "events", "active", "failing_since")
    filters = ("active",)
    search = ("name", "address")
    facts = ("name", "address", "events", "active", "paused_why", "failing_since", "made_at")
    ordering = "name"
    icon = "webhook"
    order = 10
    empty = "Tell another program what happens here: “New subscription” asks for its address and shows the secret of its calls."

    def tone(self, _ctx: Context, row: Model) -> str:
        """Who is not called needs somebody."""
        return "" if not isinstance(row, Subscription) or row.active else "bad"


class DeliveryResource(Resource):
    """What was told to whom, and what they answered."""

    model = Delivery
    columns = ("event", "subscription", "state", "attempts", "status", "tried_at", "next_try_at")
    filters = ("state", "subscription", "status", "tried_at")
    facts = ("event", "subscription", "message_id", "state", "attempts", "status", "answer", "tried_at", "next_try_at")
    icon = "send"
    order = 20
    empty = "Nothing was told to anybody yet."

    def tone(self, _ctx: Context, row: Model) -> str:
        """What was given up needs somebody."""
        return "bad" if isinstance(row, Delivery) and row.state == Delivery.State.FAILED else ""
