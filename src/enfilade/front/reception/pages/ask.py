"""Where employees find what the house already knows, and ask the desk what it does not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string

from enfilade.core.context import Context
from enfilade.core.resource import page
from enfilade.front.reception.models import Audience, Call
from enfilade.front.reception.queries.answers import find_answers
from enfilade.front.reception.queries.calls import questions_of
from enfilade.front.reception.queries.live_values import render as render_answer

QUERY_MAX = 200


@page("ask/", title="Ask the desk", permission="reception.ask_employee_question", icon="message-circle-question-mark", order=12)
def ask_desk(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Answers for employees with their live values; what is not among them goes to the desk."""
    text = request.GET.get("q", "")[:QUERY_MAX].replace("\x00", "")
    entries = find_answers(ctx, text, Audience.EMPLOYEE.value, ctx.today)
    context = {
        "q": text,
        "entries": [(entry, render_answer(ctx, entry.version.text)) for entry in entries],
        "asked": [_asked(ctx, call) for call in questions_of(ctx)],
        "key": get_random_string(24),
        "crumbs": [{"label": "Ask the desk"}],
    }
    return render(request, "reception/ask.html", context)


def _asked(ctx: Context, call: Call) -> dict[str, Any]:
    """A question of one's own and what came back: from the book, or in the desk's own words behind the question."""
    question, _, reply = call.note.partition("\n")
    from_book = "".join(piece.text for piece in render_answer(ctx, call.answer_version.text)) if call.answer_version else ""
    return {"call": call, "question": question, "reply": from_book or reply}
