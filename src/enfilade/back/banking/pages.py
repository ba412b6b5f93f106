"""The page on which bank and books meet: the lines that are left, and what the chosen one may be. All of it works by keyboard."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.command import Command
from enfilade.core.command.registry import commands_on
from enfilade.core.context import Context, NotFound
from enfilade.core.resource import page

from .models import StatementLine
from .queries import bank_accounts, line_of, matches_of, open_lines, proposals_for
from .rules import LIKELY_PERCENT, SURE_PERCENT, Proposal

SHOWN_MAX = 200
_VERBS = (
    "accept_proposal", "accept_proposals", "match_line", "match_entry", "post_line", "give_line", "unmatch_line", "import_statement",
    "add_bankaccount",
)  # fmt: skip


@page("reconcile/", title="Reconcile", permission="banking.view_statementline", icon="git-compare-arrows", order=1)
def reconcile(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/banking/reconcile/: the oldest line that is left is chosen."""
    lines = open_lines(ctx, limit=SHOWN_MAX + 1)
    return _page(request, ctx, lines[0] if lines else None, lines)


@page("reconcile/<int:pk>/", title="Reconcile", permission="banking.view_statementline", menu=False)
def reconcile_line(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """/banking/reconcile/<pk>/: one line, also one that is matched."""
    line = line_of(ctx, pk)
    if line is None:
        raise NotFound("line of a statement", pk)
    return _page(request, ctx, line, open_lines(ctx, limit=SHOWN_MAX + 1))


def _page(request: HttpRequest, ctx: Context, line: StatementLine | None, lines: list[StatementLine]) -> HttpResponse:
    shown = lines[:SHOWN_MAX]
    wanted = shown if line is None or line in shown or line.state == StatementLine.State.MATCHED else [*shown, line]
    found = proposals_for(ctx, wanted)
    best = {row.pk: next(iter(found[row.pk]), None) for row in shown}
    rows = [{"line": row, "chosen": line is not None and row.pk == line.pk, "best": best[row.pk]} for row in shown]
    context: dict[str, Any] = {
        "rows": rows,
        "more": len(lines) > SHOWN_MAX,
        "line": line,
        "proposals": [_proposal(p) for p in found.get(line.pk, [])[:8]] if line is not None else [],
        "matches": matches_of(ctx, line) if line is not None else [],
        "accounts": bank_accounts(ctx),
        "sure": SURE_PERCENT,
        "sure_count": sum(1 for p in best.values() if p is not None and p.percent >= SURE_PERCENT),
        "may": {name: ctx.may(f"banking.{name}") for name in _VERBS},
        "others": _others(ctx, line) if line is not None else [],
        "key": token_hex(8),
        "crumbs": [{"label": "Reconcile", "url": ""}],
    }
    part = "#reconcile" if request.headers.get("HX-Request") and "reconcile" in request.headers.get("HX-Target", "") else ""
    return render(request, f"banking/reconcile.html{part}", context)


def _others(ctx: Context, line: StatementLine) -> list[Command]:
    """What upper modules can do with a line."""
    made = [c for c in commands_on(StatementLine) if c.module != "banking" and ctx.may(c.permission)]
    return [c for c in made if c.offered is None or c.offered(line)]


def _proposal(found: Proposal) -> dict[str, Any]:
    return {"found": found, "tone": "ok" if found.percent >= SURE_PERCENT else "info" if found.percent >= LIKELY_PERCENT else "neutral"}
