"""What reception shows: lists, record pages, the flow of a contact, the contacts of a party."""

from __future__ import annotations

from typing import Any

from enfilade.base.party.models import Party
from enfilade.base.work.models import Case
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, Step, flow, flow_of, panel
from enfilade.front.reception.models import (
    Answer,
    Call,
    CompanyFact,
    Explanation,
    Interruption,
    Message,
    PayRate,
    UnansweredQuestion,
)
from enfilade.front.reception.queries.answers import uses_of
from enfilade.front.reception.queries.calls import contacts_about, last_contacts

from . import pages, reports

__all__ = ["pages", "reports"]

department("reception", "Reception", "concierge-bell", 10)


class CallResource(Resource):
    """Every contact, in every channel."""

    model = Call
    columns = ("started_at", "who", "channel", "topic", "outcome", "handled_by", "minutes")
    filters = ("outcome", "channel", "topic", "audience", "direction", "handled_by", "party", "question", "state", "started_at")
    search = ("caller_name", "number", "topic", "note", "party__name")
    facts = (
        "direction",
        "channel",
        "party",
        "caller_name",
        "number",
        "audience",
        "topic",
        "started_at",
        "taken_at",
        "ended_at",
        "handled_by",
        "outcome",
        "minutes",
        "answer_version",
        "question",
        "note",
    )
    lines = {
        "explanations": ("answer_version", "explained_at", "explained_by", "settled"),
        "interruptions": ("person", "role", "from_at", "until_at", "minutes", "note"),
        "messages": ("to_user", "text", "state", "read_at"),
    }
    ordering = "-started_at"
    title = "contacts"
    icon = "phone"
    order = 20
    empty = "Press N at the desk to log the first one."

    def queryset(self) -> RecordQuerySet:
        """With the party, whose name every line shows."""
        return super().queryset().select_related("party")


class AnswerResource(Resource):
    """The answer book."""

    model = Answer
    columns = ("question", "topic", "audience", "desk_key", "owner", "retired_at")
    filters = ("topic", "audience", "owner")
    search = ("question", "keywords", "topic")
    fields = ("question", "topic", "audience", "keywords", "desk_key", "owner")
    facts = ("topic", "audience", "keywords", "desk_key", "owner", "retired_at", "text_in_force")
    ordering = "topic"
    title = "answer book"
    icon = "book-open"
    order = 30
    empty = "Write down what people ask most; the desk then answers it with two keys."


class UnansweredQuestionResource(Resource):
    """What the book could not answer, the most asked first."""

    model = UnansweredQuestion
    columns = ("question", "topic", "audience", "asked_count", "last_asked_at", "owner", "state")
    filters = ("state", "audience", "topic", "owner")
    search = ("question", "topic")
    facts = ("topic", "audience", "asked_count", "first_asked_at", "last_asked_at", "owner", "state", "answer", "reason")
    lines = {"calls": ("started_at", "who", "channel", "outcome", "handled_by")}
    ordering = "-asked_count"
    icon = "circle-question-mark"
    order = 40
    empty = "Every question so far had an answer in the book."


class MessageResource(Resource):
    """Message slips with their receipts."""

    model = Message
    columns = ("taken_at", "to_user", "sender", "urgent", "state", "taken_by", "read_at")
    filters = ("state", "to_user", "urgent", "taken_at", "party")
    search = ("from_name", "text", "party__name")
    facts = ("to_user", "sender", "from_number", "text", "urgent", "state", "taken_by", "taken_at", "read_at", "call")
    ordering = "-taken_at"
    icon = "sticky-note"
    order = 60

    def queryset(self) -> RecordQuerySet:
        """With the party, whose name every line shows."""
        return super().queryset().select_related("party")


class ExplanationResource(Resource):
    """Which wording was explained to whom, when and by whom."""

    model = Explanation
    columns = ("explained_at", "call", "answer_version", "explained_by", "settled")
    filters = ("settled", "explained_by", "answer_version", "explained_at")
    search = ("answer_version__answer__question",)
    ordering = "-explained_at"
    title = "explanations"
    icon = "book-open-check"
    menu = False

    def queryset(self) -> RecordQuerySet:
        """With the names that every line shows."""
        return super().queryset().select_related("call__party", "call__asked_by", "answer_version__answer")


class InterruptionResource(Resource):
    """Whom the desk interrupted, and for how long."""

    model = Interruption
    columns = ("from_at", "person", "role", "topic", "minutes", "call", "note")
    filters = ("person", "role", "topic", "from_at")
    search = ("topic", "note", "person__name")
    ordering = "-from_at"
    icon = "zap"
    menu = False

    def queryset(self) -> RecordQuerySet:
        """With the names that every line shows."""
        return super().queryset().select_related("call__party", "call__asked_by")


class CompanyFactResource(Resource):
    """Facts that answers quote."""

    model = CompanyFact
    columns = ("code", "label", "value", "on", "valid_from")
    filters = ("code", "on")
    search = ("code", "label", "value")
    fields = ("code", "label", "value", "on", "valid_from")
    ordering = "code"
    icon = "info"
    order = 80


class PayRateResource(Resource):
    """What an hour of a role costs: the assumption behind the cost of interruptions."""

    model = PayRate
    columns = ("role", "hourly_minor", "valid_from")
    filters = ("role", "valid_from")
    fields = ("role", "hourly_minor", "valid_from")
    ordering = "role"
    icon = "coins"
    order = 90


@panel(on=Party, title="Contacts", permission="reception.view_call", template="reception/panel_contacts.html", icon="phone")
def party_contacts(ctx: Context, party: Party) -> dict[str, Any]:
    """The latest contacts with a party, and what was explained in them."""
    found = last_contacts(ctx, party)
    new_url = f"/reception/do/open_call/?party={party.pk}" if ctx.may("reception.open_call") else ""
    return {
        "contacts": found,
        "count": len(found),
        "all_url": f"/reception/calls/?party={party.pk}",
        "new_url": new_url,
        "new_label": "New contact",
    }


@panel(on=Case, title="Contacts", permission="reception.view_call", template="reception/panel_contacts.html", icon="phone")
def case_contacts(ctx: Context, case: Case) -> dict[str, Any] | None:
    """The contacts about a case: the one it came from, and those in which it was told."""
    found = contacts_about(ctx, case)
    return {"contacts": found, "count": len(found)} if found else None


@panel(on=Answer, title="Wordings", permission="reception.view_answer", template="reception/panel_wordings.html", icon="history")
def answer_wordings(ctx: Context, answer: Answer) -> dict[str, Any]:
    """Every wording, how often it was explained and how often that settled the matter."""
    found = uses_of(ctx, answer)
    return {"uses": found, "count": len(found), "may_see": ctx.may("reception.view_explanation")}


@flow(on=Call)
def call_steps(ctx: Context, call: Call) -> list[Step]:
    """From the first ring to how it ended, and on through the case that came of it."""
    steps = [
        Step(
            "Rang" if call.channel == Call.Channel.PHONE and call.direction == "in" else "Began", "front", "done", call.who, call.started_at
        )
    ]
    if call.state == Call.State.RINGING:
        return [*steps, Step("Taken", "front", "now", since=call.started_at), Step("Ended", "front", "todo")]
    if call.taken_at is not None:
        steps.append(Step("Taken", "front", "done", str(call.handled_by), call.taken_at))
    told = call.explanations.select_related("answer_version__answer", "explained_by").order_by("pk")
    steps += [
        Step("Answer explained", "front", "done", str(row.explained_by), row.explained_at, note=str(row.answer_version)) for row in told
    ]
    if call.state == Call.State.OPEN:
        return [*steps, Step("In progress", "front", "now", str(call.handled_by), call.taken_at), Step("Ended", "front", "todo")]
    case = call.case if ctx.may("work.view_case") else None
    # The address says that the case stands here already, station by station.
    url = f"/work/cases/{case.pk}/" if case is not None else ""
    steps.append(Step(call.get_outcome_display(), "front", "done", str(call.handled_by or ""), call.ended_at, url=url))
    return [*steps, *flow_of(ctx, case)] if case is not None else steps
