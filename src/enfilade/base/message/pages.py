"""Pages that a resource can't express: what a template looks like with examples in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context
from enfilade.core.resource import page

from . import rules
from .models import MessageTemplate
from .purposes import PURPOSES


@page("words/", title="Words", permission="message.view_messagetemplate", icon="spell-check", order=65)
def words(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/message/words/: every purpose and language with examples in it, and whether the words are the company's own."""
    rows = MessageTemplate.objects.visible_to(ctx).filter(active=True).order_by("purpose", "language")
    own = {(row.purpose, row.language): row for row in rows}
    shown = []
    for purpose in sorted(PURPOSES.values(), key=lambda p: p.label):
        texts = dict(purpose.texts) | {lang: (row.subject, row.text) for (code, lang), row in own.items() if code == purpose.code}
        shown += [
            {
                "purpose": purpose,
                "language": language,
                "own": own.get((purpose.code, language)),
                "subject": rules.fill(subject, purpose.samples),
                "text": rules.fill(text, purpose.samples),
                "names": sorted(purpose.samples),
            }
            for language, (subject, text) in sorted(texts.items())
        ]
    may_change = ctx.may("message.change_messagetemplate")
    return render(request, "message/words.html", {"words": shown, "may_change": may_change, "crumbs": [{"label": "Words", "url": ""}]})
