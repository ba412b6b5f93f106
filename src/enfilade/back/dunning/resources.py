"""Lists, record pages, forms and API of dunning."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import pages, panels, reports, verify
from .models import BaseRate, DunningLevel, Hold, Notice, Reminder

department("dunning", "Dunning", "alarm-clock", 22)
__all__ = [
    "BaseRateResource",
    "DunningLevelResource",
    "HoldResource",
    "NoticeResource",
    "ReminderResource",
    "pages",
    "panels",
    "reports",
    "verify",
]


class ReminderResource(Resource):
    """Reminders: proposed, looked at, sent."""

    model = Reminder
    columns = ("number", "on", "party", "level", "owed_minor", "fee_minor", "interest_minor", "pay_until", "state")
    filters = ("state", "party", "level", "on", "currency")
    search = ("number", "party__name")
    facts = (
        "party", "level", "on", "pay_until", "owed_minor", "fee_minor", "interest_minor", "made_by", "made_at", "sent_by", "sent_at",
        "fee_invoice", "reason",
    )  # fmt: skip
    lines = {"notices": ("invoice", "level_number", "due_on", "days_late", "open_minor", "interest_minor", "standing")}
    board = "state"
    verbs = ("propose_reminders",)
    icon = "alarm-clock"
    order = 10
    empty = (
        "“Propose reminders” writes one to every customer whose invoices are late enough; nothing goes out before you have looked at it."
    )


class HoldResource(Resource):
    """Invoices that are not reminded of for now."""

    model = Hold
    columns = ("invoice", "kind", "until", "reason", "made_by", "state")
    filters = ("state", "kind", "invoice", "until")
    search = ("invoice__number", "reason")
    facts = ("invoice", "kind", "until", "reason", "made_by", "made_at", "lifted_by", "lifted_at")
    icon = "circle-pause"
    order = 20
    empty = "An invoice that is disputed, or whose payment was promised, is held back on its own page."


class NoticeResource(Resource):
    """Invoices in reminders: shown on them, and searchable through the API."""

    model = Notice
    columns = ("reminder", "invoice", "level_number", "due_on", "days_late", "open_minor", "interest_minor", "standing")
    filters = ("reminder", "invoice", "standing")
    menu = False


class DunningLevelResource(Resource):
    """Levels: when a customer is reminded, and what it costs her."""

    model = DunningLevel
    columns = ("number", "name", "days", "pay_days", "minimum_minor", "fee_minor", "person_bp", "business_bp", "charged", "active")
    fields = ("number", "name", "days", "pay_days", "minimum_minor", "fee_minor", "person_bp", "business_bp", "charged", "text", "active")
    import_key = "number"
    ordering = "number"
    verbs = ("begin_dunning",)
    icon = "list-ordered"
    order = 80
    empty = "Say after how many days who is reminded how, or begin with the German levels."


class BaseRateResource(Resource):
    """The base rate of interest for late payment."""

    model = BaseRate
    columns = ("valid_from", "rate_bp", "source")
    fields = ("valid_from", "rate_bp", "source")
    import_key = "valid_from"
    ordering = "-valid_from"
    icon = "percent"
    order = 90
    empty = "Interest is reckoned over a base rate; say which it is, and from when on."
