"""Papers that the house prints: each has a name, the values and parts that its text may show, and how one is printed.

Modules declare their papers. A company that wants other words, or another order, keeps a template for a paper and a language (wording.py);
without one the paper looks as the module's own layout says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from enfilade.core.context import Context

from . import wording
from .models import PaperTemplate
from .pdf import Attached, render_pdf
from .queries import template_on

PAPERS: dict[str, Paper] = {}


@dataclass(frozen=True)
class Paper:
    """names: value -> an example of it. parts: what is shown on a line of its own -> its number of columns, 0 where it is no table.

    required: parts that the law, or the sense of the paper, wants to be there. title, text: to begin with.
    preview: prints a record of the caller's with a template; by key, or the newest one; None where there is none to print.
    """

    code: str
    label: str
    names: Mapping[str, str]
    parts: Mapping[str, int]
    required: Sequence[str]
    title: str
    text: str
    permission: str
    preview: Callable[[Context, PaperTemplate, int | None], bytes | None]

    def faults(self, title: str, text: str) -> tuple[list[wording.Fault], list[wording.Fault]]:
        """What is wrong with a title, and with a text."""
        return wording.name_faults(title, self.names), wording.faults(text, self.names, self.parts, self.required)


@dataclass(frozen=True)
class Printed:
    """What one paper says: its code, the values of its names, and the data of its layout (see letter.typ).

    language: of whom it goes to. day: by which version it is printed. layout: the module's own. slip: for the till's printer.
    """

    code: str
    names: Mapping[str, str]
    data: dict[str, Any]
    language: str
    day: date
    layout: str
    slip: bool = False


def declare_paper(paper: Paper) -> Paper:
    """File a paper under `module.word`. What it begins with has no fault."""
    wrong = [str(fault) for part in paper.faults(paper.title, paper.text) for fault in part]
    if wrong:
        raise RuntimeError(f"{paper.code}: {wrong}")
    PAPERS[paper.code] = paper
    return paper


def render_paper(
    ctx: Context,
    printed: Printed,
    *,
    at: datetime | None = None,
    attached: Sequence[Attached] = (),
    template: PaperTemplate | None = None,
) -> bytes:
    """A paper as PDF: by the given template; else by the company's own, in the language of the reader or of the company; else as it is."""
    found = template or template_on(ctx, printed.code, (printed.language, ctx.company.language[:2]), printed.day)
    if found is None:
        return render_pdf(printed.layout, printed.data, at=at, attached=attached)
    parts = PAPERS[printed.code].parts
    data = {
        **printed.data,
        "title": wording.fill(found.title, printed.names),
        "language": found.language,
        "facts": [],
        "pairs": printed.data.get("facts", []),
        "form": "slip" if printed.slip else "letter",
        "blocks": wording.blocks(found.text, printed.names, parts),
    }
    return render_pdf("document/paper.typ", data, at=at, attached=attached)
