"""Writing the company's own papers."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.base.document.models import PaperTemplate
from enfilade.base.document.papers import PAPERS
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Invalid, Refusal

CHANGE = "document.change_papertemplate"
Day = Annotated[date, Input(prefill="ctx.today")]
Title = Annotated[str, Input(max_length=200, prefill="row.title")]
Wording = Annotated[str, Input(widget="textarea", max_length=20_000, prefill="row.text")]


@command(permission=CHANGE, label="Write a paper")
def add_papertemplate(
    ctx: Context, *, paper: str, language: Annotated[str, Input(max_length=2)] = "en", valid_from: Day, title: Title, text: LongText
) -> PaperTemplate:
    """Word a paper of the company in one language, from a day on.

    paper: which one, as the page “Papers” names it.
    valid_from: the first day on which it is used; not a day that is over.
    text: see the page “Papers” for the names and parts that it may show.
    Refuses: unknown_paper, invalid (with the line), in_the_past; paper_template_once_a_day, paper_template_complete (database).
    """
    if paper not in PAPERS:
        raise Refusal("unknown_paper", f"There is no paper {paper[:60]}. There are {', '.join(sorted(PAPERS))}.", field="paper")
    if valid_from < ctx.today:
        raise Refusal("in_the_past", "What was printed stays as it was: choose today or a later day.", field="valid_from")
    _require_sound(paper, title, text)
    return PaperTemplate.objects.create(
        company=ctx.company, paper=paper, language=language, valid_from=valid_from, title=title, text=text, written_by=ctx.user
    )


@command(permission=CHANGE, label="Change the words")
def change_papertemplate(ctx: Context, *, papertemplate: PaperTemplate, title: Title, text: Wording) -> PaperTemplate:
    """Change a version that begins today or later.

    Refuses: invalid (with the line), was_in_force.
    """
    if papertemplate.valid_from < ctx.today:
        raise Refusal("was_in_force", "This version has been in force; papers were printed by it. Write a new one from a later day.")
    _require_sound(papertemplate.paper, title, text)
    papertemplate.title, papertemplate.text, papertemplate.written_by = title, text, ctx.user
    papertemplate.save(update_fields=["title", "text", "written_by"])
    return papertemplate


@command(permission=CHANGE, tone="danger", label="End")
def end_papertemplate(ctx: Context, *, papertemplate: PaperTemplate, valid_until: Day) -> PaperTemplate:
    """Say on which day a version is used for the last time; after it the version before is, or the layout that Enfilade brings along.

    Refuses: in_the_past; paper_template_days (database).
    """
    if valid_until < ctx.today:
        raise Refusal("in_the_past", "What was printed stays as it was: choose today or a later day.", field="valid_until")
    papertemplate.valid_until = valid_until
    papertemplate.save(update_fields=["valid_until"])
    return papertemplate


def _require_sound(code: str, title: str, text: str) -> None:
    in_title, in_text = PAPERS[code].faults(title, text)
    wrong = {"title": [str(f) for f in in_title], "text": [str(f) for f in in_text[:10]]}
    if in_title or in_text:
        raise Invalid({name: said for name, said in wrong.items() if said})
